import assert from 'node:assert/strict'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { end, newJournal, spawnCatcher, startCatcher, until } from './setup.ts'

test('a restart keeps every message and its number, and cuts off a torn last line', async t => {
  const journal = await newJournal(t)
  const first = await startCatcher(t, { journal })
  await first.send({ to: 'ada@example.com', subject: 'ü', messageId: '<1@shop.example>' })
  await first.send({ to: 'ada@example.com', messageId: '<2@shop.example>' })
  const kept = await first.messages()
  await first.catcher.stop()
  const whole = await readFile(journal, 'utf8')
  await appendFile(journal, '{"n":3,"at":"2026-01-01T00:00:00.000Z","message')

  const second = await startCatcher(t, { journal })
  assert.equal(await readFile(journal, 'utf8'), whole)
  assert.deepEqual(await second.messages(), kept)
  assert.match(await second.send({ to: 'ada@example.com', messageId: '<1@shop.example>' }), /Taken as 3/)
  assert.equal((await second.messages()).at(-1).repeats, 1)
})

test('a fault of the first delivery is not met again after a restart if the message was taken', async t => {
  const journal = await newJournal(t)
  const first = await startCatcher(t, { journal })
  const mail = { to: 'drop@example.com', messageId: '<1@shop.example>' }
  assert.match(await first.send(mail), /^no answer/)
  await first.catcher.stop()
  const second = await startCatcher(t, { journal })
  assert.match(await second.send(mail), /^250/)
})

test('a journal damaged anywhere else is refused', async t => {
  const journal = await newJournal(t)
  const { catcher, send } = await startCatcher(t, { journal })
  for (let i = 0; i < 3; i++) await send({ to: 'ada@example.com' })
  await catcher.stop()
  const lines = (await readFile(journal, 'utf8')).split('\n')
  await writeFile(journal, [lines[0], lines[1]!.slice(9), lines[2], ''].join('\n'))
  await assert.rejects(startCatcher(t, { journal }), /is damaged at byte/)
  await writeFile(journal, [lines[0], lines[2], ''].join('\n'))
  await assert.rejects(startCatcher(t, { journal }), /has message 3 after 1/)
})

test('kill -9 under load: every message that was answered is there after the restart', async t => {
  const journal = await newJournal(t)
  const first = await spawnCatcher(t, journal)
  const answered: string[] = []
  let sent = 0
  let running = true
  const senders = Array.from({ length: 8 }, async () => {
    while (running) {
      const messageId = `<${++sent}@shop.example>`
      if ((await first.send({ to: 'ada@example.com', messageId })).startsWith('250')) answered.push(messageId)
      else break
    }
  })
  await until(() => answered.length >= 100)
  await end(first.child, 'SIGKILL')
  running = false
  await Promise.all(senders)

  const second = await spawnCatcher(t, journal)
  const messages = await second.messages()
  const known = new Set(messages.map(message => message.message_id))
  assert.deepEqual(
    answered.filter(id => !known.has(id)),
    [],
  )
  assert.deepEqual(
    messages.map(message => message.n),
    messages.map((_, i) => i + 1),
  )
})

test('SIGTERM ends the program cleanly although a connection hangs', async t => {
  const { child, send } = await spawnCatcher(t, await newJournal(t), { HANG_MS: '60000' })
  const hung = send({ to: 'hang@example.com' })
  await send({ to: 'ada@example.com' })
  const [code, signal] = await end(child, 'SIGTERM')
  assert.deepEqual([code, signal], [0, null])
  assert.doesNotMatch(await hung, /^250/)
})
