import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { reachableDecisions } from './decisions.ts'
import { loadShop } from './load.ts'
import { mistakes } from './mistakes.ts'
import { type Outcome, play, playMany, shrink } from './run.ts'

const told = ({ seed, violations }: Outcome) =>
  `seed ${seed}: ${violations.join('; ')} (npm run simulate -- --seed ${seed} --trace)`

test('whatever is lost, late, doubled or killed, money and stock stay right and every checkout ends in time', async t => {
  const shop = await loadShop()
  const seed = randomInt(2 ** 31)
  t.diagnostic(`seed ${seed}`)
  // The same seeds each time first, so that what was found once is not lost again.
  const fixed = await playMany(shop, { from: 1, sagas: 2_000, seconds: 20 })
  const fresh = await playMany(shop, { from: seed, sagas: 18_000, seconds: 10 })
  assert.deepEqual([...fixed.failed, ...fresh.failed].map(told), [])
  t.diagnostic(`${fixed.sagas + fresh.sagas} sagas, ${Math.round((fresh.sagas / fresh.seconds) * 60)} a minute`)
  const faults = Object.values(fixed.faults).filter(Boolean).length
  assert.equal(faults, 8, 'every kind of fault happened')
  assert.ok(fixed.sagas > 50)

  const reachable = reachableDecisions()
  const decisions = [...shop.decisions.keys()]
  assert.deepEqual(
    decisions.filter(one => !reachable.has(one)),
    [],
    'no decision that should be out of reach',
  )
  t.diagnostic(`${decisions.length} of ${reachable.size} decisions taken`)
})

test('a seed is a run: played twice, the same happens at the same moments', async () => {
  const shop = await loadShop()
  for (const seed of [3, 7, 2120, 5110]) {
    const [first, second]: string[][] = [[], []]
    for (const lines of [first!, second!])
      await play({ seed, shop, trace: line => lines.push(line.replace(/pay_\w+|re_\w+/g, '')) })
    assert.ok(first!.length > 20)
    assert.deepEqual(second, first)
  }
})

test('each deliberate mistake still has its one place in the code', async () => {
  const missing: string[] = []
  for (const mistake of mistakes) await loadShop(mistake).catch(error => missing.push(error.message))
  assert.deepEqual(missing, [])
})

for (const mistake of mistakes) {
  test(`a deliberate mistake is found: ${mistake.name}`, async t => {
    const { failed, sagas } = await playMany(await loadShop(mistake), { from: mistake.seed ?? 1, seconds: 120 })
    assert.ok(failed.length > 0, `not found in ${sagas} sagas`)
    t.diagnostic(`after ${sagas} sagas: ${failed[0]!.violations[0]!.split('\n')[0]}`)
  })
}

test('a failing seed fails again when it is played alone, and with fewer faults and orders', async () => {
  const shop = await loadShop(mistakes.find(one => one.file.endsWith('authorise-payment.ts')))
  const { failed } = await playMany(shop, { from: 1, seconds: 120 })
  const { seed } = failed[0]!
  const { without, orders } = await shrink(shop, seed)
  assert.ok(without.length > 0)
  const again = await play({ seed, shop, without, orders })
  assert.ok(again.violations.length > 0)
})
