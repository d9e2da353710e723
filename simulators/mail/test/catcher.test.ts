import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { newJournal, startCatcher } from './setup.ts'

test('a message sent by SMTP is in the mailbox with its envelope, headers, text and HTML', async t => {
  const { send, messages, get } = await startCatcher(t)
  const answer = await send({
    to: ['ada@example.com', 'grace@example.com'],
    subject: 'Grüße aus Zürich',
    text: 'Schön.',
    html: '<p>Schön &amp; gut</p>',
    messageId: '<one@shop.example>',
    headers: { 'X-Entity-Ref-ID': 'order-1', 'List-Unsubscribe': '<https://shop.example/u>' },
  })
  assert.match(answer, /^250 .*Taken as 1/)
  const [message] = await messages()
  assert.partialDeepStrictEqual(message, {
    n: 1,
    message_id: '<one@shop.example>',
    from: 'shop@shop.example',
    to: ['ada@example.com', 'grace@example.com'],
    subject: 'Grüße aus Zürich',
    html: '<p>Schön &amp; gut</p>',
    html_bytes: 23,
  })
  assert.match(message.text, /Schön\./)
  assert.equal(message.headers['x-entity-ref-id'], 'order-1')
  assert.equal(message.headers['list-unsubscribe'], '<https://shop.example/u>')
  assert.ok(Math.abs(Date.now() - Date.parse(message.at)) < 60_000)
  assert.deepEqual((await get('/v1/messages/1')).body, message)
  assert.equal((await get('/v1/messages/2')).status, 404)
})

test('messages are read in order, in pages, by recipient and by Message-ID', async t => {
  const { send, messages, get } = await startCatcher(t)
  for (let i = 1; i <= 5; i++)
    await send({ to: i % 2 ? 'odd@example.com' : 'even@example.com', messageId: `<m${i}@shop.example>` })
  assert.deepEqual(
    (await messages('?after=3')).map(m => m.n),
    [4, 5],
  )
  const page = (await get('/v1/messages?limit=2&to=Odd@example.com')).body
  assert.deepEqual([page.items.map((m: any) => m.n), page.next_after], [[1, 3], 3])
  const rest = (await get(`/v1/messages?limit=2&to=odd@example.com&after=${page.next_after}`)).body
  assert.deepEqual([rest.items.map((m: any) => m.n), rest.next_after], [[5], null])
  assert.deepEqual(
    (await messages('?message_id=%3Cm4%40shop.example%3E')).map(m => m.n),
    [4],
  )
  assert.equal((await get('/v1/messages?after=x')).status, 400)
  assert.equal((await get('/v1/messages?surprise=1')).status, 400)
})

test('the same Message-ID again is kept and marked as a repetition, also when both come at once', async t => {
  const { send, messages } = await startCatcher(t)
  const again = { to: 'ada@example.com', messageId: '<same@shop.example>' }
  await Promise.all([send(again), send(again)])
  await send(again)
  assert.deepEqual(
    (await messages()).map(m => m.repeats),
    [undefined, 1, 1],
  )
})

test('HTML that is not to be kept leaves its size', async t => {
  const { send, messages } = await startCatcher(t, { keepHtml: false })
  await send({ to: 'ada@example.com', html: '<p>x</p>' })
  const [message] = await messages()
  assert.deepEqual([message.html_bytes, 'html' in message], [8, false])
})

test('the pages show what there is, run nothing of it, and escape names', async t => {
  const { send, url } = await startCatcher(t)
  const page = async (path: string) => {
    const response = await fetch(url + path)
    return {
      status: response.status,
      policy: response.headers.get('content-security-policy')!,
      text: await response.text(),
    }
  }
  assert.match((await page('/')).text, /No mail yet/)
  await send({
    to: 'ada@example.com',
    subject: '<script>alert(1)</script>',
    text: 'Go to https://shop.example/reset?token=a&b=c now',
    html: '<script>alert(2)</script><b>bold</b>',
    headers: { 'X-Odd': '"><script>alert(3)</script>' },
  })
  const list = await page('/')
  assert.match(list.text, /&lt;script&gt;alert\(1\)/)
  assert.match(list.policy, /default-src 'none'/)
  const one = await page('/messages/1')
  assert.doesNotMatch(one.text, /<script/)
  assert.match(one.text, /<iframe [^>]*sandbox="allow-popups"/)
  assert.match(one.text, /href="https:\/\/shop.example\/reset\?token=a&amp;b=c"/)
  const html = await page('/messages/1/html')
  assert.match(html.policy, /^sandbox allow-popups; default-src 'none'/)
  assert.match(html.text, /<b>bold<\/b>/)
  assert.match((await page('/?to=nobody@example.com')).text, /Nothing for nobody@example.com/)
  assert.equal((await page('/messages/9')).status, 404)
})

test('a page that calls itself by another name does not get to read the mailbox', async t => {
  const { url } = await startCatcher(t)
  const status = await new Promise(resolve => {
    request(`${url}/v1/messages`, { headers: { host: 'evil.example' } }, answer => {
      answer.resume()
      resolve(answer.statusCode)
    }).end()
  })
  assert.equal(status, 403)
})

test('faults by recipient: the first delivery of a message meets them, the next is taken', async t => {
  const { send, messages } = await startCatcher(t)
  const mail = (local: string) => ({ to: `${local}@example.com`, messageId: `<${local}@shop.example>` })
  assert.match(await send(mail('temporary')), /^451/)
  assert.match(await send(mail('temporary')), /^250/)
  assert.match(await send(mail('hang+x')), /^no answer/)
  assert.match(await send(mail('hang+x')), /^250/)
  const before = (await messages()).length
  assert.match(await send(mail('drop')), /^no answer/)
  const dropped = (await messages()).slice(before)
  assert.deepEqual([dropped.length, dropped[0].message_id], [1, '<drop@shop.example>'])
  assert.match(await send(mail('drop')), /^250/)
  assert.equal((await messages()).at(-1).repeats, dropped[0].n)
})

test('faults by recipient that never end, and one that only takes its time', async t => {
  const { send, messages } = await startCatcher(t)
  for (let i = 0; i < 2; i++) {
    assert.match(await send({ to: 'permanent@example.com', messageId: '<p@shop.example>' }), /^550/)
    assert.match(await send({ to: 'temporary-always@example.com', messageId: '<t@shop.example>' }), /^451/)
  }
  assert.deepEqual(await messages(), [])
  const start = performance.now()
  assert.match(await send({ to: 'slow@example.com' }), /^250/)
  assert.ok(performance.now() - start >= 75)
})

test('a fault set from outside meets so many messages, whoever they are for', async t => {
  const { send, setFault, messages, get } = await startCatcher(t)
  assert.equal(await setFault({ fault: 'temporary', times: 2 }), 200)
  assert.deepEqual((await get('/v1/faults')).body, { fault: 'temporary', times: 2, share: 1 })
  const answers = []
  for (let i = 0; i < 3; i++) answers.push((await send({ to: 'ada@example.com' })).slice(0, 3))
  assert.deepEqual(answers, ['451', '451', '250'])
  await setFault({ fault: 'permanent' })
  assert.match(await send({ to: 'ada@example.com' }), /^550/)
  assert.equal(await setFault(undefined), 204)
  assert.match(await send({ to: 'ada@example.com' }), /^250/)
  assert.equal((await messages()).length, 2)
  for (const wrong of [{}, { fault: 'fire' }, { fault: 'drop', times: 0 }, { fault: 'drop', share: 2 }])
    assert.equal(await setFault(wrong), 400)
})

test('a message that is too large is refused and not kept', async t => {
  const { send, messages } = await startCatcher(t, { journal: await newJournal(t) })
  assert.match(await send({ to: 'ada@example.com', text: 'x'.repeat(11 * 1024 * 1024) }), /^552/)
  assert.match(await send({ to: 'ada@example.com' }), /^250/)
  assert.equal((await messages()).length, 1)
})
