import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simpleParser } from 'mailparser'
import { writeMime } from '../src/channels/mime.ts'

const id = '01910000-0000-7000-8000-000000000001'
const headers = {
  From: { name: 'Lampe & Blatt', address: 'shop@example.com' },
  To: { name: '', address: 'ada@example.com' },
  Subject: 'Hello',
  'Message-ID': `<${id}@example.com>`,
  Date: new Date('2026-11-20T10:30:00Z'),
}
const write = (mime: Partial<Parameters<typeof writeMime>[0]>) =>
  writeMime({ headers, text: 'Hi', html: '<p>Hi</p>', id, ...mime }).raw

const words = {
  'plain words': 'Order SF-100001 is confirmed',
  umlauts: 'Bestätigung: Grüße aus Zürich für größere Ärzte',
  'Chinese, Japanese and Korean': '订单已确认，正在准备发货。ご注文ありがとうございます。주문이 확인되었습니다. '
    .repeat(3)
    .trim(),
  'emoji, also of several characters': 'Danke 🎉 👩‍👩‍👧‍👦 🏳️‍🌈 ❤️ '.repeat(4).trim(),
  'right to left': 'شكرا لطلبك، نحن نجهزه الآن',
  'what looks encoded': '=41 &uuml; =?utf-8? %C3%BC',
  'two hundred characters without a space': 'x'.repeat(200),
  quotes: '"A" <b@c.example>, d; \\e (f)',
}

for (const [name, said] of Object.entries(words)) {
  test(`${name}: a mail program reads what was written, in subject, sender, text and HTML`, async () => {
    const text = `${said}\n\n.\n..\nFrom here\n-- \n${said}\n`
    const html = `<p>${said.replaceAll('<', '&lt;')}</p>\n<p>.\n</p>`
    const mail = await simpleParser(
      write({
        headers: { ...headers, Subject: said, From: { name: said, address: 'shop@example.com' } },
        ...{ text, html },
      }),
    )
    assert.equal(mail.subject, said)
    assert.deepEqual(mail.from!.value, [{ name: said, address: 'shop@example.com' }])
    assert.equal(mail.text, text)
    assert.equal(mail.html, html)
    assert.equal(mail.messageId, `<${id}@example.com>`)
    assert.equal(mail.date!.toISOString(), '2026-11-20T10:30:00.000Z')
  })

  test(`${name}: nothing on the wire needs more than seven bits or a line of 78`, () => {
    const long = said.repeat(400)
    const raw = write({ headers: { ...headers, Subject: said }, text: long, html: `<p>${long}</p>` })
    assert.match(raw, /^[\t\r\n -~]*$/)
    assert.doesNotMatch(raw, /[^\r]\n|\r[^\n]/)
    const [head, body] = [raw.slice(0, raw.indexOf('\r\n\r\n')), raw.slice(raw.indexOf('\r\n\r\n'))]
    for (const line of body.split('\r\n')) assert.ok(line.length <= 78, line)
    // A subject without a space cannot be folded, but is far from what a server may refuse.
    for (const line of head.split('\r\n')) assert.ok(line.length <= (/ x{200}$/.test(line) ? 998 : 78), line)
  })
}

test('what is sent again is the same, byte for byte', () => {
  assert.equal(write({ text: 'Grüße' }), write({ text: 'Grüße' }))
})

test('a line break in what a header is made of begins no other', async () => {
  const raw = write({
    headers: {
      ...headers,
      Subject: 'Hi\r\nBcc: eve@example.com',
      From: { name: 'Shop\r\nBcc: eve@example.com', address: 'shop@example.com' },
      To: { name: '', address: 'ada@example.com\r\nBcc: eve@example.com' },
    },
  })
  assert.doesNotMatch(raw, /^Bcc/im)
})

test('nothing in a text ends a part', async () => {
  const text = `--=_${id}--\n--=_${id}\nContent-Type: text/html\n\n<b>`
  assert.equal((await simpleParser(write({ text }))).text, `${text}`)
})
