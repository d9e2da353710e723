import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { Problem } from '@shopfleet/contracts'
import { decodeCursor, encodeCursor, type Key, type KeyPart, pageOf } from '../src/index.ts'

const refused = (error: unknown) =>
  error instanceof Problem && error.problem === 'invalid-cursor' && error.status === 400
const forged = (...key: unknown[]) => encodeCursor('list', key as Key)

test('a cursor comes back as the key it was made of, typed part by part', () => {
  const id = randomUUID()
  const at = '2026-11-20T12:39:19.099Z'
  const key = decodeCursor('list', ['id', 'integer', 'number', 'text', 'time'], forged(id, -7, 0.5, 'ä"\\', at))
  assert.deepEqual(key, [id, -7, 0.5, 'ä"\\', at])
  const [first, second]: [string, number] = decodeCursor('list', ['id', 'integer'], forged(id, 1))!
  assert.deepEqual([first, second], [id, 1])
  assert.equal(decodeCursor('list', ['id'], undefined), undefined)
})

test('a forged cursor is refused before it reaches SQL, part by part', () => {
  const wrong: Record<KeyPart, unknown[]> = {
    id: ['', 'x', 1, null, `${randomUUID()}'`, `${randomUUID()}\n`, {}, [randomUUID()]],
    integer: ['1', 1.5, 2 ** 53, null, 1e300, true],
    count: ['1', 1.5, 2 ** 31, null],
    number: ['1', null, true, []],
    text: [1, null, 'a\0b', '\ud800', {}],
    time: [
      'yesterday',
      '2026-11-20',
      '2026-13-01T00:00:00Z',
      '2026-02-30T00:00:00Z',
      '2026-11-20T25:00:00Z',
      0,
      null,
      '2026-11-20T12:00:00',
      "2026-11-20T12:00:00Z'",
      'infinity',
    ],
  }
  for (const [part, values] of Object.entries(wrong))
    for (const value of values)
      assert.throws(() => decodeCursor('list', [part as KeyPart], forged(value)), refused, `${part} ${String(value)}`)
})

test('a cursor of another list, of another length or of no making of ours is refused', () => {
  const id = randomUUID()
  for (const cursor of [
    encodeCursor('other', [id]),
    forged(id, id),
    forged(),
    '',
    'nonsense',
    '%%%',
    Buffer.from('null').toString('base64url'),
    Buffer.from('{}').toString('base64url'),
    Buffer.from('"list"').toString('base64url'),
    Buffer.from(`[["list"],"${id}"]`).toString('base64url'),
    'W'.repeat(100_000),
  ]) {
    assert.throws(() => decodeCursor('list', ['id'], cursor), refused, cursor.slice(0, 20))
  }
})

test('the row too many makes a next page and is not on this one', () => {
  const rows = [1, 2, 3].map(n => ({ n }))
  const page = pageOf('list', rows, 2, row => [row.n])
  assert.deepEqual(page.items, [{ n: 1 }, { n: 2 }])
  assert.deepEqual(decodeCursor('list', ['integer'], page.next_cursor!), [2])
  assert.deepEqual(
    pageOf('list', rows, 3, row => [row.n]),
    { items: rows, next_cursor: null },
  )
  assert.deepEqual(
    pageOf('list', [], 3, () => []),
    { items: [], next_cursor: null },
  )
})
