import assert from 'node:assert/strict'
import { test } from 'node:test'
import { csvCell, csvOf } from '../src/ui/csv.ts'

test('a cell is quoted where it must be, and a formula is marked as text', () => {
  const cells: [unknown, string][] = [
    ['plain', 'plain'],
    ['a, b', '"a, b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    ['=1+1', "'=1+1"],
    ['@cmd', "'@cmd"],
    ['-5', "'-5"],
    [-5, '-5'],
    [0, '0'],
    [null, ''],
    [undefined, ''],
    [false, 'false'],
  ]
  for (const [value, text] of cells) assert.equal(csvCell(value), text)
})

test('rows end as the standard has it', () => {
  assert.equal(
    csvOf([
      ['a', 'b'],
      [1, null],
    ]),
    'a,b\r\n1,\r\n',
  )
})
