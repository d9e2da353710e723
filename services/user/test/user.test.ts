import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { test } from 'node:test'
import { Unavailable } from '@shopfleet/contracts'
import { withContext } from '@shopfleet/messaging'
import { createPasswords } from '../src/passwords.ts'
import { splitName } from '../src/user.ts'

test('a name is split at its first space; a part given beside it wins', () => {
  const split = (name: string) => Object.values(splitName({ name }))
  assert.deepEqual(split('Ada Lovelace'), ['Ada', 'Lovelace'])
  assert.deepEqual(split('  Ada   King Lovelace '), ['Ada', 'King Lovelace'])
  assert.deepEqual(split('Ada'), ['Ada', null])
  assert.deepEqual(split(' '), [null, null])
  assert.deepEqual(splitName({ name: 'Ada Lovelace', last_name: 'King' }), { first_name: 'Ada', last_name: 'King' })
  assert.deepEqual(splitName({ first_name: ' ' }), { first_name: null, last_name: undefined })
})

test('passwords beyond the queue are refused as unavailable, the others are all hashed', async () => {
  const passwords = createPasswords({ cost: 4, queue: 2 })
  const results = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => passwords.hash(`password ${i}`)))
  const refused = results.filter(r => r.status === 'rejected')
  assert.ok(refused.length >= 15 && refused.length < 18, `${refused.length} refused`)
  assert.ok(refused.every(r => r.reason instanceof Unavailable))
  assert.match(await passwords.hash('afterwards'), /^\$2/)
})

test('who hashes stands back for who answers', { skip: process.platform !== 'linux' && 'only on Linux' }, async () => {
  await createPasswords({ cost: 4, queue: 20 }).warm()
  const threads = readdirSync('/proc/self/task').map(id => ({
    name: readFileSync(`/proc/self/task/${id}/comm`, 'utf8').trim(),
    nice: getPriority(Number(id)),
  }))
  const main = getPriority()
  const hashing = threads.filter(({ name }) => name.startsWith('libuv-worker'))
  assert.ok(hashing.length > 0 && hashing.every(({ nice }) => nice > main), JSON.stringify(threads))
  assert.ok(threads.filter(one => !hashing.includes(one)).every(({ nice }) => nice === main))
})

test('a password whose request has run out of time while it waited is not hashed', async () => {
  const passwords = createPasswords({ cost: 4, queue: 20 })
  const late = { correlation_id: 'late', traceparent: null, deadline: performance.now() }
  await assert.rejects(
    withContext(late, () => passwords.hash('too late')),
    Unavailable,
  )
  assert.match(await passwords.hash('in time'), /^\$2/)
})

test('a missing hash is never the right one, not even for the password nobody has', async () => {
  const passwords = createPasswords({ cost: 4, queue: 20 })
  assert.equal(await passwords.isRight('anything', null), false)
  assert.equal(await passwords.isRight('anything', undefined), false)
  assert.equal(await passwords.isRight('right', await passwords.hash('right')), true)
  assert.equal(await passwords.isRight('wrong', await passwords.hash('right')), false)
})

test('where there is no hash, a check takes as long as with one', async () => {
  const passwords = createPasswords({ cost: 9, queue: 20 })
  const kept = await passwords.hash('right')
  const leastOf3 = async (against: string | null) => {
    const times: number[] = []
    for (let n = 0; n < 3; n++) {
      const began_ms = performance.now()
      await passwords.isRight('wrong', against)
      times.push(performance.now() - began_ms)
    }
    return Math.min(...times)
  }
  const [without, with_] = [await leastOf3(null), await leastOf3(kept)]
  assert.ok(without > with_ / 2 && without < with_ * 2, `${without} ms, ${with_} ms`)
})
