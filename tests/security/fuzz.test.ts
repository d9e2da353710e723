import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { after, before, test } from 'node:test'
import { operations } from '@shopfleet/contracts'
import * as fc from 'fast-check'
import { fuzz } from './fuzz/fuzz.ts'
import { good, type Schema, wrongs } from './fuzz/schema.ts'
import { createWorld, type World } from './world.ts'

/* A few hundred requests made from the contracts; `npm run security -- --fuzz 100000` makes many. */

let world: World
before(async () => {
  world = await createWorld()
})
after(() => world?.platform.stop())

test('whatever is sent, no answer is a fault of ours, none is undeclared, and nothing good is refused as invalid', async t => {
  const seed = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 30))
  t.diagnostic(`FUZZ_SEED=${seed}`)
  const result = await fuzz(world, { requests: 500, seed })
  t.diagnostic(JSON.stringify({ ...result, faults: result.faults.length }))
  assert.deepEqual(result.faults, [], `FUZZ_SEED=${seed}`)
  assert.ok(result.shed < 50, `${result.shed} of 500 were refused for want of time`)
  assert.ok(result.never.length < (result.operations * 3) / 4, `${result.never.length} operations were never done`)
})

test('requests can be made for every operation, good ones and wrong ones', () => {
  for (const { name, body, query, params } of operations) {
    for (const schema of [body, query, params] as (Schema | undefined)[])
      if (schema) assert.equal(fc.sample(good(schema), { seed: 1, numRuns: 5 }).length, 5, name)
    if (body) assert.ok(wrongs(body as Schema, 'body').length > 3, name)
  }
})
