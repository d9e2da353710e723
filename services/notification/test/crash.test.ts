import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { crashCorrelation } from '@shopfleet/service-kit'
import { openShop, type Shop } from './setup.ts'

/*
 * The service is killed (SIGKILL, as a program of its own) at every boundary between an order that is paid and a
 * confirmation that is noted as sent: around each commit, each question to another service, and the handing over itself.
 */

let shop: Shop
before(async () => {
  shop = await openShop({ env: { SEND_INTERVAL_MS: '50' } })
  await shop.platform.halt('notification')
})
after(() => shop?.platform.stop())

const main = join(import.meta.dirname, '../src/main.ts')

/** Runs the service, with an order to confirm, until it dies or has noted that it did. Answers the boundaries it reached. */
async function runUntilCrash(at: number, email: string): Promise<{ reached: string[]; died: boolean }> {
  const order = await shop.order(
    { email, payment_method: 'tok_approve' },
    { 'x-correlation-id': `${crashCorrelation}${randomUUID()}` },
  )
  await shop.platform.drain()
  const child = fork(main, [], {
    env: { ...process.env, ...shop.platform.env('notification'), CRASH_AT: String(at) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const reached: string[] = []
  child.on('message', (message: { name?: string }) => message.name && reached.push(message.name))
  let ended = false
  const died = new Promise<boolean>(resolve =>
    child.once('exit', (_code, signal) => {
      ended = true
      resolve(signal === 'SIGKILL')
    }),
  )
  while (!ended) {
    const [row] = await shop.sql`select status from messages where order_id = ${order.id}`
    if (row?.status === 'sent') break
    await sleep(20)
  }
  if (!ended && at === 0) await sleep(50)
  if (!ended) child.kill('SIGTERM')
  return { reached, died: await died }
}

/** Lets the service, started again, do what was left; the lease of the one that died is over. */
async function finish(email: string) {
  await shop.hurry()
  for (const end = performance.now() + 20_000; performance.now() < end; await sleep(20)) {
    await shop.platform.drain()
    const message = await shop.message({ recipient: email })
    if (message?.status === 'sent') return message
  }
  return undefined
}

test('killed at any boundary, a paid order is confirmed: by one message, sent a second time at most if nobody knew', async () => {
  const points: string[] = []
  const twice: string[] = []
  for (let at = 1; ; at++) {
    const email = shop.newEmail()
    const { reached, died } = await runUntilCrash(at, email)
    await shop.platform.resume('notification')
    const message = await finish(email)
    const mails = await shop.platform.mail.sent(email)
    await shop.platform.halt('notification')
    const point = `${at}: ${reached.at(-1)}`
    assert.ok(mails.length >= 1, `${point}: no confirmation`)
    assert.equal(new Set(mails.map(mail => mail.message_id)).size, 1, `${point}: two messages`)
    assert.equal(message?.status, 'sent', point)
    assert.equal(mails[0]!.message_id, `<${message!.id}@localhost.localdomain>`)
    if (mails.length > 1) twice.push(reached.at(-1)!)
    if (!died) break
    points.push(reached.at(-1)!)
  }
  assert.ok(points.includes('before send email') && points.includes('after send email'), points.join(', '))
  assert.ok(points.length >= 6, points.join(', '))
  // Handed over and not noted: nothing else may repeat a message.
  const handedOver = points.slice(points.indexOf('after send email'))
  assert.deepEqual(
    twice.filter(point => !handedOver.includes(point)),
    [],
  )
  assert.ok(twice.includes('after send email'))
})
