import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Arena, createArena } from './attack.ts'
import { attacks, outcomeTable, runAttacks } from './run-attacks.ts'

/* The attacks of `npm run security` that need no patience, each answered as it must be. */

let arena: Arena
before(async () => {
  arena = await createArena()
})
after(() => arena?.platform.stop())

const quick = attacks.filter(attack => !attack.slow)

test('there are at least 250 attacks, of every class, and no two of a class are called alike', () => {
  assert.ok(attacks.length >= 250, String(attacks.length))
  const names = attacks.map(attack => `${attack.class}: ${attack.name}`)
  assert.deepEqual(
    names.filter((name, i) => names.indexOf(name) !== i),
    [],
  )
})

// In their order: the last class looks through what the others left in logs.
for (const name of new Set(quick.map(attack => attack.class))) {
  test(`${name}: none passes the defence`, async t => {
    const outcome = await runAttacks(
      arena,
      quick.filter(attack => attack.class === name),
    )
    t.diagnostic(`\n${outcomeTable(outcome)}`)
    assert.deepEqual(outcome.passed, [])
  })
}

test('a case counts as passed whose answer is another than expected, or that could not be tried', async () => {
  const refusal = await arena.http({ path: '/api/orders' })
  const wrong = { class: 'x', name: 'x', expected: ['200'], run: async () => refusal }
  const throwing = { class: 'x', name: 'y', expected: ['401'], run: () => Promise.reject(new Error('told something')) }
  const right = { class: 'x', name: 'z', expected: ['401 unauthenticated'], run: async () => refusal }
  const { passed, by_class } = await runAttacks(arena, [wrong, throwing, right])
  assert.deepEqual(
    passed.map(one => one.name),
    ['x', 'y'],
  )
  assert.partialDeepStrictEqual(by_class.get('x'), { cases: 3, passed: 2 })
})
