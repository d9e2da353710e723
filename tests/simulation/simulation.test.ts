import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { after, describe, test } from 'node:test'
import { reachableDecisions } from './decisions.ts'
import { faultNames } from './faults.ts'
import { loadShop, withMistake } from './load.ts'
import { mistakes } from './mistakes.ts'
import { type Outcome, play, shrink } from './run.ts'
import { startThreads } from './threads.ts'

const threads = startThreads()
after(() => threads.stop())

const told = ({ seed, violations }: Outcome) =>
  `seed ${seed}: ${violations.join('; ')} (npm run simulate -- --seed ${seed} --trace)`

test('whatever is lost, late, doubled or killed, money and stock stay right and every checkout ends in time', async t => {
  const seed = randomInt(2 ** 31)
  t.diagnostic(`seed ${seed}`)
  const parts = await Promise.all([
    // The same seeds each time, so that what was found once is not lost again.
    threads.play({ from: 1, sagas: 4_000 }),
    threads.play({ from: seed, sagas: 6_000, seconds: 60 }),
  ])
  const [fixed, fresh] = parts.map(part => part.sum)
  assert.deepEqual([...fixed!.failed, ...fresh!.failed].map(told), [])
  t.diagnostic(`${fixed!.sagas + fresh!.sagas} sagas`)
  assert.ok(fixed!.sagas >= 4_000 && fresh!.sagas > 0)
  assert.deepEqual(
    faultNames.filter(name => !fixed!.faults[name]),
    [],
    'faults that never happened',
  )

  const reachable = reachableDecisions()
  const decisions = new Set(parts.flatMap(part => part.decisions))
  assert.deepEqual(
    [...decisions].filter(one => !reachable.has(one)),
    [],
    'decisions that should be out of reach',
  )
  t.diagnostic(`${decisions.size} of ${reachable.size} decisions taken`)
})

test('a seed is a run: played twice, the same happens at the same moments', async () => {
  const shop = await loadShop()
  for (const seed of [3, 7, 2120, 5110, randomInt(2 ** 31)]) {
    const [first, second]: string[][] = [[], []]
    for (const lines of [first!, second!])
      await play({ seed, shop, trace: line => lines.push(line.replace(/pay_\w+|re_\w+/g, '')) })
    assert.ok(first!.length > 5)
    assert.deepEqual(second, first, `seed ${seed}`)
  }
})

test('each deliberate mistake has its one place in the code', () => {
  const missing = mistakes.flatMap(mistake => {
    try {
      withMistake(mistake)
      return []
    } catch (error) {
      return [(error as Error).message]
    }
  })
  assert.deepEqual(missing, [])
})

describe('a deliberate mistake is found:', { concurrency: true }, () => {
  for (const { name, seed = 1 } of mistakes)
    test(name, async t => {
      const { sum } = await threads.play({ mistake: name, from: seed, seconds: 100 })
      assert.ok(sum.failed.length > 0, `not found in ${sum.sagas} sagas`)
      t.diagnostic(`after ${sum.sagas} sagas: ${sum.failed[0]!.violations[0]!.split('\n')[0]}`)
    })
})

test('a failing seed fails again, in the same way, when it is played alone; and with fewer faults and orders', async () => {
  const mistake = mistakes.find(one => one.file.endsWith('authorise-payment.ts'))!
  const { sum } = await threads.play({ mistake: mistake.name, from: 1, seconds: 100 })
  const { seed, violations } = sum.failed[0]!
  const shop = await loadShop(mistake)
  assert.deepEqual((await play({ seed, shop })).violations, violations)
  const { without, orders } = await shrink(shop, seed)
  assert.ok(without.length > 0)
  const again = await play({ seed, shop, without, orders })
  assert.ok(again.violations.length > 0)
})
