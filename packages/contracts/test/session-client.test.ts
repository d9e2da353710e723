import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../src/problems.ts'
import { renewing } from '../src/session-client.ts'

const refusal = (name: 'token-expired' | 'invalid-credentials' | 'unauthenticated') =>
  new Response(JSON.stringify(new Problem(name).toBody()), {
    status: 401,
    headers: { 'content-type': 'application/problem+json' },
  })

/** Answers in turn. */
function server(...answers: (() => Response)[]) {
  const asked: string[] = []
  const doFetch = (async (input: string) => {
    asked.push(input)
    return answers[asked.length - 1]!()
  }) as unknown as typeof fetch
  return { doFetch, asked }
}

test('a session that has run out is renewed once, and the request made again', async () => {
  let renewed = 0
  const { doFetch, asked } = server(
    () => refusal('token-expired'),
    () => new Response('fine'),
  )
  const answer = await renewing(doFetch, async () => ++renewed > 0)('/api/cart')
  assert.equal(await answer.text(), 'fine')
  assert.deepEqual([renewed, asked.length], [1, 2])
})

test('where it cannot be renewed, and for a wrong password, the refusal stands', async () => {
  const expired = server(() => refusal('token-expired'))
  assert.equal((await renewing(expired.doFetch, async () => false)('/api/cart')).status, 401)
  assert.equal(expired.asked.length, 1)
  const wrong = server(() => refusal('invalid-credentials'))
  const answer = await renewing(wrong.doFetch, () => assert.fail('nothing has run out'))('/api/auth/login')
  assert.equal((await answer.json()).status, 401)
})

test('where the platform knows nobody, the page is told that nobody is signed in', async () => {
  let told = 0
  const { doFetch, asked } = server(() => refusal('unauthenticated'))
  const answer = await renewing(
    doFetch,
    () => assert.fail('there is nothing to renew'),
    () => told++,
  )('/api/users/profile')
  assert.deepEqual([answer.status, told, asked.length], [401, 1, 1])
})
