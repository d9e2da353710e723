import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createNotification, listNotification } from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'

let platform: TestPlatform
before(async () => {
  platform = await startTestPlatform({ services: ['notification'] })
})
after(() => platform.stop())

test('a note that is written is listed, and said once', async () => {
  const staff = await platform.asStaff('admin')
  const api = platform.client('notification')
  const note = await api.call(createNotification, { body: { name: 'first' } }, staff)
  const { items } = await api.call(listNotification, {}, staff)
  assert.deepEqual(items, [note])
  await platform.drain()
  assert.deepEqual(
    (await platform.said('notification')).map(message => message.payload),
    [{ id: note.id, name: 'first' }],
  )
})

test('only staff may', async () => {
  const answer = await platform.client('notification').send(listNotification, {}, await platform.as())
  assert.equal(answer.status, 403)
  const bad = await platform
    .client('notification')
    .send(listNotification, { query: { cursor: 'x' } }, await platform.asStaff('admin'))
  assert.equal(bad.status, 400)
})
