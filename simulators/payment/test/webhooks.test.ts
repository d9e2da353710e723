import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { newJournal, startReceiver, startSimulator, until } from './setup.ts'

test('each effect is told once, with the payment as it was then, and signed', async t => {
  const { received, url: webhookUrl } = await startReceiver(t)
  const { authorise, capture, refund, void: release } = await startSimulator(t, { webhookUrl, webhookSecret: 'hush' })
  const { id } = (await authorise('tok_approve')).body
  await capture(id)
  await Promise.all([refund(id, 100), refund(id, 200)])
  await release((await authorise('tok_approve')).body.id)
  await authorise('tok_decline')
  await until(() => received.length === 7)
  const told = received.filter(event => event.payment.id === id)
  assert.deepEqual(told.map(event => event.type).sort(), [
    'payment.authorised',
    'payment.captured',
    'payment.refunded',
    'payment.refunded',
  ])
  const captured = told.find(event => event.type === 'payment.captured')!
  assert.deepEqual([captured.payment.captured, captured.payment.refunded], [1999, 0])
  const totals = told.filter(event => event.type === 'payment.refunded').map(event => event.payment.refunded)
  assert.equal(Math.max(...totals), 300)
  assert.ok([100, 200].includes(Math.min(...totals)))
  assert.equal(new Set(received.map(event => event.id)).size, 7)
  for (const { signature, text, id } of received) {
    assert.match(id, /^evt_/)
    const [, seconds, hex] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature)!
    assert.ok(Math.abs(Date.now() / 1000 - Number(seconds)) < 5)
    assert.equal(hex, createHmac('sha256', 'hush').update(`${seconds}.${text}`).digest('hex'))
  }
})

test('thrice: the same event three times; never: none; late: after a while', async t => {
  const { received, url: webhookUrl } = await startReceiver(t)
  const { authorise } = await startSimulator(t, { webhookUrl, webhookLateMs: 250 })
  const start = performance.now()
  const late = (await authorise('tok_webhook_late')).body.id
  const never = (await authorise('tok_webhook_never')).body.id
  const thrice = (await authorise('tok_webhook_thrice')).body.id
  await until(() => received.length === 4)
  await sleep(50)
  const of = (id: string) => received.filter(event => event.payment.id === id)
  assert.equal(of(thrice).length, 3)
  assert.equal(new Set(of(thrice).map(event => event.id)).size, 1)
  assert.equal(of(never).length, 0)
  assert.equal(of(late).length, 1)
  assert.ok(of(late)[0]!.at - start >= 245)
})

test('a webhook is repeated until it is answered with a 2xx', async t => {
  const { received, url: webhookUrl } = await startReceiver(t, { answers: [500, 302] })
  const { authorise } = await startSimulator(t, { webhookUrl })
  await authorise('tok_approve')
  await until(() => received.length === 3)
  await sleep(50)
  assert.equal(received.length, 3)
  assert.equal(new Set(received.map(event => event.id)).size, 1)
})

test('an event is given up after the last repetition and tried again at the next start', async t => {
  const { received, url: webhookUrl } = await startReceiver(t, { answers: [500, 500, 500, 500] })
  const journal = await newJournal(t)
  const first = await startSimulator(t, { webhookUrl, journal, webhookRetryMs: [1, 2, 3] })
  await first.authorise('tok_approve')
  await until(() => received.length === 4)
  await sleep(30)
  assert.equal(received.length, 4)
  await first.simulator.stop()
  await startSimulator(t, { webhookUrl, journal })
  await until(() => received.length === 5)
})

test('no webhook is lost over a restart, and a delivered one is not sent again', async t => {
  const { received, url: webhookUrl } = await startReceiver(t)
  const journal = await newJournal(t)
  const first = await startSimulator(t, { webhookUrl, journal, webhookLateMs: 60_000 })
  await first.authorise('tok_approve')
  const late = (await first.authorise('tok_webhook_late')).body
  await first.authorise('tok_webhook_never')
  await until(() => received.length === 1)
  await first.simulator.stop()

  const second = await startSimulator(t, { webhookUrl, journal, webhookLateMs: 1 })
  await until(() => received.length === 2)
  assert.deepEqual(received[1]!.payment, late)
  await sleep(50)
  assert.equal(received.length, 2)
  await second.simulator.stop()

  await startSimulator(t, { webhookUrl, journal, webhookLateMs: 1 })
  await sleep(100)
  assert.equal(received.length, 2)
})

test('a receiver that is slow gets at most eight at a time', async t => {
  const { received, load, url: webhookUrl } = await startReceiver(t, { delayMs: 20 })
  const { authorise } = await startSimulator(t, { webhookUrl })
  await Promise.all(Array.from({ length: 40 }, () => authorise('tok_approve')))
  await until(() => received.length === 40)
  assert.equal(load.most, 8)
})
