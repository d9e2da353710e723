import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { test } from 'node:test'
import { simpleParser } from 'mailparser'
import { readHead, toRaw } from '../src/message.ts'
import { newJournal, startCatcher } from './setup.ts'

const heads = {
  'a plain one': 'Message-ID: <a@b.example>\r\nSubject: Hello\r\nX-Shopfleet-Template: order-confirmed',
  'folded lines': 'Subject: one\r\n two\r\n\tthree\r\nMessage-ID:\r\n <a@b.example>',
  'encoded words': 'Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= =?UTF-8?B?8J+OiQ==?=\r\nMessage-ID: <a@b.example>',
  'an encoded word in another header': 'From: =?utf-8?Q?J=C3=BCrg?= <j@b.example>\r\nSubject: x',
  'eight bits': 'Subject: Grüße 🎉\r\nMessage-ID: <a@b.example>',
  'a name twice': 'Received: one\r\nReceived: two\r\nSubject: x\r\nSUBJECT: y',
  'names in any case': 'mEsSaGe-Id: <a@b.example>\r\nSUBJECT: x',
  'no value': 'Subject:\r\nMessage-ID:\r\nX-Empty: ',
  'no brackets': 'Message-ID: a@b.example\r\nSubject: x',
  'spaces before the colon': 'Subject : x\r\nMessage-ID : <a@b.example>',
  'a line that is none': 'Subject: x\r\nthis is no header\r\nMessage-ID: <a@b.example>',
  'a first line of a mailbox file': 'From ada@example.com Fri Nov 20\r\nSubject: x',
  'line feeds alone': 'Subject: x\nMessage-ID: <a@b.example>',
  'a name every object has': '__proto__: x\r\nconstructor: y\r\nSubject: z',
  nothing: '',
}

for (const [name, head] of Object.entries(heads)) {
  test(`a head with ${name} says what the library reads in it`, async () => {
    const bytes = Buffer.from(`${head}\r\n\r\nBody`)
    const { messageId, subject, headerLines } = await simpleParser(bytes)
    const found = await readHead(toRaw(bytes))
    assert.deepEqual([found.message_id, found.subject], [messageId ?? '', subject ?? ''])
    assert.deepEqual(Object.keys(found.headers).toSorted(), [...new Set(headerLines.map(({ key }) => key))].toSorted())
    for (const { key, line } of headerLines) {
      const value = line
        .slice(line.indexOf(':') + 1)
        .replace(/\r?\n[ \t]+/g, ' ')
        .trim()
      assert.ok(found.headers[key]!.split('\n').includes(value), `${key}: ${value}`)
    }
  })
}

/** Speaks SMTP by hand: a library would put the message right first. */
async function sendBytes(smtpUrl: string, bytes: Buffer): Promise<string> {
  const { hostname, port } = new URL(smtpUrl)
  const socket = connect(Number(port), hostname)
  const next = () => new Promise<string>(resolve => socket.once('data', data => resolve(String(data))))
  await next()
  for (const line of ['HELO x', 'MAIL FROM:<a@b.example>', 'RCPT TO:<ada@example.com>', 'DATA']) {
    socket.write(`${line}\r\n`)
    await next()
  }
  socket.write(Buffer.concat([bytes, Buffer.from('\r\n.\r\n')]))
  const answer = await next()
  socket.destroy()
  return answer
}

test('bytes that are no text of any kind are kept, and shown as well as they can be', async t => {
  const { smtpUrl, messages } = await startCatcher(t)
  const latin = Buffer.from('Subject: x\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nGr\xfc\xdfe', 'latin1')
  assert.match(await sendBytes(smtpUrl, latin), /^250/)
  assert.match(await sendBytes(smtpUrl, Buffer.from([0, 255, 13, 10, 13, 10, 254, 0, 1])), /^250/)
  const [first, second] = await messages()
  assert.match(first.text, /^Grüße/)
  assert.deepEqual([second.n, second.to], [2, ['ada@example.com']])
})

test('letters in every script come through as they were sent, also over a restart', async t => {
  const journal = await newJournal(t)
  const first = await startCatcher(t, { journal })
  const said = 'Grüße 🎉 订单已确认 주문이'
  const html = `<p>${said.repeat(200)}</p>`
  for (const encoding of ['base64', 'quoted-printable'] as const)
    await first.send({ to: 'ada@example.com', subject: said, text: said, html, encoding })
  const kept = await first.messages()
  assert.deepEqual(
    kept.map(({ subject, text, html, html_bytes }) => [subject, text.trim(), html.trim(), html_bytes]),
    [0, 1].map(() => [said, said, html, Buffer.byteLength(kept[0].html)]),
  )
  await first.catcher.stop()
  const second = await startCatcher(t, { journal })
  assert.deepEqual(await second.messages(), kept)
})

test('a journal of before, whose messages were read on arrival, is read on', async t => {
  const journal = await newJournal(t)
  await (await startCatcher(t, { journal })).catcher.stop()
  const old = {
    ...{ n: 1, at: '2026-01-01T00:00:00.000Z', message_id: '<1@shop.example>', from: 'a@b.example' },
    ...{ to: ['ada@example.com'], subject: 'ü', headers: { subject: '=?utf-8?Q?=C3=BC?=' } },
    ...{ text: 'Hi', html_bytes: 9, html: '<p>Hi</p>' },
  }
  await writeFile(journal, `${JSON.stringify(old)}\n`)
  const { send, messages } = await startCatcher(t, { journal })
  await send({ to: 'ada@example.com', messageId: '<1@shop.example>' })
  const [first, second] = await messages()
  assert.deepEqual(first, old)
  assert.deepEqual([second.n, second.repeats], [2, 1])
})
