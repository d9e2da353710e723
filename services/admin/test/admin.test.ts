import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createAdmin, listAdmin } from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'

let platform: TestPlatform
before(async () => {
  platform = await startTestPlatform({ services: ['admin'] })
})
after(() => platform.stop())

test('a note that is written is listed, and said once', async () => {
  const staff = await platform.asStaff('admin')
  const api = platform.client('admin')
  const note = await api.call(createAdmin, { body: { name: 'first' } }, staff)
  const { items } = await api.call(listAdmin, {}, staff)
  assert.deepEqual(items, [note])
  await platform.drain()
  assert.deepEqual(
    (await platform.said('admin')).map(message => message.payload),
    [{ id: note.id, name: 'first' }],
  )
})

test('only staff may', async () => {
  const answer = await platform.client('admin').send(listAdmin, {}, await platform.as())
  assert.equal(answer.status, 403)
  const bad = await platform
    .client('admin')
    .send(listAdmin, { query: { cursor: 'x' } }, await platform.asStaff('admin'))
  assert.equal(bad.status, 400)
})
