import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import {
  type AttributeValue,
  attributeCell,
  attributeOf,
  csvLine,
  guarded,
  rowsOf,
  unguarded,
} from '../src/import/csv.ts'

const tricky = fc.string({
  unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '\n', '1', '0', '.', 'e', 'a', ' ', '"', ',', ';', '＝'),
})
const texts = fc.oneof(
  tricky,
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('true', 'False', "'true", '007', '1e5', "''", "'"),
)

test('a guarded text is no formula, and comes back as it was', () => {
  fc.assert(
    fc.property(texts, text => {
      assert.doesNotMatch(guarded(text), /^[=+\-@\t\r\n＝＋－＠]/)
      assert.equal(unguarded(guarded(text)), text)
    }),
  )
})

test('an attribute comes back as it was and of its type, whatever was there before', () => {
  const values: fc.Arbitrary<AttributeValue> = fc.oneof(
    texts,
    fc.boolean(),
    fc.double({ noNaN: true, min: -1e15, max: 1e15 }),
    fc.integer(),
  )
  fc.assert(
    fc.property(values, fc.option(fc.oneof(fc.integer(), fc.boolean()), { nil: undefined }), (value, before) => {
      const cell = attributeCell(value)
      const plain = Object.is(value, -0) ? 0 : value
      assert.deepEqual(attributeOf(cell, before), plain)
      if (typeof value === 'string') {
        assert.doesNotMatch(cell, /^[=+\-@\t\r\n＝＋－＠]/)
        assert.equal(attributeOf(cell, 'some text'), value)
      }
    }),
    { numRuns: 500 },
  )
  assert.equal(attributeOf('', 'red'), undefined)
  assert.equal(attributeOf('12', 'red'), '12', 'what was text stays text')
})

const read = async (text: string) => {
  const rows = []
  for await (const { line, cells } of rowsOf(Buffer.from(text))) rows.push([line, ...cells])
  return rows
}

test('a line that was written is read as it was', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(texts, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 }),
      async table => {
        const rows = table.filter(cells => cells.some(cell => cell.trim() !== '' && !cell.includes('\0')))
        const clean = rows.map(cells => cells.map(cell => cell.replaceAll('\0', '')))
        // A header first, by whose commas the file is known.
        const text = ['a,b,c\r\n', ...clean.map(csvLine)].join('')
        const found = await read(text)
        assert.deepEqual(
          found.slice(1).map(row => row.slice(1)),
          clean,
        )
      },
    ),
  )
})

test('a row knows the line it begins in, whatever ends lines and however many a cell has', async () => {
  for (const end of ['\n', '\r\n']) {
    const lines = [
      '\ufeffa,b',
      `"two${end}lines",1`,
      '',
      'x,y',
      `"three${end}${end}lines","and${end}two"`,
      ' , ',
      'z,é',
    ]
    assert.deepEqual(
      (await read(lines.join(end))).map(([line]) => line),
      [1, 2, 5, 6, 11],
      JSON.stringify(end),
    )
  }
})

test('cells are parted as the first line does it', async () => {
  assert.deepEqual(await read('a;b\n1,5;2\n'), [
    [1, 'a', 'b'],
    [2, '1,5', '2'],
  ])
  assert.deepEqual(await read('a\tb\n1,5\t2;3'), [
    [1, 'a', 'b'],
    [2, '1,5', '2;3'],
  ])
})
