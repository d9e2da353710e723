import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createClient, newJournal, newKey, startReceiver, startSimulator, until } from './setup.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

async function spawnSimulator(t: TestContext, journal: string, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [main, '--port', '0'], {
    env: { ...process.env, JOURNAL: journal, HANG_MS: '100', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  let output = ''
  child.stdout.on('data', chunk => {
    output += chunk
  })
  await until(() => output.endsWith('\n'))
  const url = /^payment simulator ready on (http:\S+)\n$/.exec(output)![1]!
  return { child, ...createClient(url) }
}

async function end(child: ChildProcess, signal: NodeJS.Signals) {
  const exited = once(child, 'exit')
  child.kill(signal)
  return exited
}

test('a restart keeps payments, keys, balance and held keys, and cuts off a torn last line', async t => {
  const journal = await newJournal(t)
  const first = await startSimulator(t, { journal })
  const key = newKey()
  const authorised = await first.authorise('tok_approve', { key, reference: 'Bestellung-ü' })
  const { id } = authorised.body
  const captureKey = newKey()
  const captured = await first.capture(id, 1500, captureKey)
  const refundKey = newKey()
  const refunded = await first.refund(id, 400, refundKey)
  const declinedKey = newKey()
  const declined = (await first.authorise('tok_capture_decline')).body
  const refused = await first.capture(declined.id, 7, declinedKey)
  const atOnceKey = newKey()
  const atOnce = await first.authorise('tok_approve', { key: atOnceKey, capture: true })
  const heldKey = newKey()
  await first.authorise('tok_timeout_before', { key: heldKey })
  const effects = await first.effects()
  const balance = await first.get('/v1/balance')
  await first.simulator.stop()
  const whole = await readFile(journal, 'utf8')
  await appendFile(journal, '{"n":7,"at":"2026-01-01T00:00:00.000Z","type":"captu')

  const second = await startSimulator(t, { journal })
  assert.equal(await readFile(journal, 'utf8'), whole)
  assert.deepEqual(await second.effects(), effects)
  assert.deepEqual(await second.get('/v1/balance'), balance)
  assert.deepEqual(await second.authorise('tok_approve', { key, reference: 'Bestellung-ü' }), authorised)
  assert.deepEqual(await second.authorise('tok_approve', { key: atOnceKey, capture: true }), atOnce)
  assert.deepEqual(await second.capture(id, 1500, captureKey), captured)
  assert.deepEqual(await second.refund(id, 400, refundKey), refunded)
  assert.deepEqual(await second.capture(declined.id, 7, declinedKey), refused)
  assert.equal((await second.refund(id, 1101)).status, 422)
  assert.equal((await second.authorise('tok_timeout_before', { key: heldKey })).status, 200)
  assert.deepEqual(
    (await second.effects()).map(effect => effect.n),
    [1, 2, 3, 4, 5, 6, 7],
  )
})

test('a journal damaged anywhere else is refused', async t => {
  const journal = await newJournal(t)
  const { simulator, authorise } = await startSimulator(t, { journal })
  for (let i = 0; i < 3; i++) await authorise('tok_approve')
  await simulator.stop()
  const lines = (await readFile(journal, 'utf8')).split('\n')
  await writeFile(journal, [lines[0], lines[1]!.slice(9), lines[2], ''].join('\n'))
  await assert.rejects(startSimulator(t, { journal }), /is damaged at byte/)
  await writeFile(journal, [lines[0], lines[2], ''].join('\n'))
  await assert.rejects(startSimulator(t, { journal }), /has entry 3 after 1/)
})

test('kill -9 under load: every answered payment is there after the restart, and its event arrives', async t => {
  const { received, url: webhookUrl } = await startReceiver(t)
  const journal = await newJournal(t)
  const first = await spawnSimulator(t, journal, { WEBHOOK_URL: webhookUrl })
  const answered: { id: string; key: string }[] = []
  let running = true
  const buyers = Array.from({ length: 16 }, async () => {
    while (running) {
      const { status, body } = await first.authorise('tok_approve')
      if (status !== 200) break
      answered.push(body)
    }
  })
  await until(() => answered.length >= 200)
  await end(first.child, 'SIGKILL')
  running = false
  await Promise.all(buyers)

  const second = await spawnSimulator(t, journal, { WEBHOOK_URL: webhookUrl })
  const effects = await second.effects()
  const known = new Set(effects.map(effect => effect.payment_id))
  assert.deepEqual(
    answered.filter(payment => !known.has(payment.id)),
    [],
  )
  assert.deepEqual(
    effects.map(effect => effect.n),
    effects.map((_, i) => i + 1),
  )
  const { body } = await second.get(`/v1/payments?key=${answered[0]!.key}`)
  assert.deepEqual(body, answered[0])
  await until(() => new Set(received.map(event => event.payment.id)).size === effects.length)
  assert.ok(received.every(event => known.has(event.payment.id)))
})

test('SIGTERM ends the program cleanly although a request hangs and another is slow', async t => {
  const journal = await newJournal(t)
  const { child, authorise } = await spawnSimulator(t, journal, { HANG_MS: '60000', SLOW_MS: '60000' })
  const hung = authorise('tok_timeout_after')
  const slow = authorise('tok_slow')
  await until(async () => (await readFile(journal, 'utf8')).includes('tok_timeout_after'))
  const start = performance.now()
  const [code, signal] = await end(child, 'SIGTERM')
  assert.ok(performance.now() - start < 2000)
  assert.deepEqual([code, signal], [0, null])
  assert.equal((await hung).status, 0)
  assert.notEqual((await slow).status, 200)
})
