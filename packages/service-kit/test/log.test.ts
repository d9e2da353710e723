import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { Problem } from '@shopfleet/contracts'
import { createLog } from '../src/index.ts'

function capture() {
  const lines: string[] = []
  const log = createLog('order', { level: 'debug', format: 'json', to: { write: line => void lines.push(line) } })
  return { log, lines, last: () => JSON.parse(lines.at(-1)!) }
}

test('secrets are in no line, at any depth and in any spelling, in lists and in errors', () => {
  const { log, lines } = capture()
  const secret = 'hunter2'
  const error = Object.assign(new Error('no'), { config: { headers: { Authorization: secret } } })
  log.info({ password: secret, newPassword: secret, REFRESH_TOKEN: secret, 'x-service-token': secret }, 'a')
  log.info(
    { 'Set-Cookie': [secret], apiKey: secret, a: [{ b: { card_number: secret, client_secret: { x: secret } } }] },
    'b',
  )
  log.info({ a: { b: { c: { d: { e: { f: { token: secret } } } } } } }, 'c')
  log.info({ a: { b: { c: { d: { e: { f: { g: { h: { i: { token: secret } } } } } } } } } }, 'deeper than anyone looks')
  log.warn({ error }, 'd')
  log.warn({ reason: error, list: [error] }, 'e')
  log.warn({ error: new Problem('not-found', { order_token: secret }) }, 'f')
  log.warn({ error: new Error('outer', { cause: Object.assign(new Error('inner'), { password: secret }) }) }, 'g')
  log.info({ body: Buffer.from(secret) }, 'h')
  assert.equal(lines.length, 9)
  assert.doesNotMatch(lines.join(''), new RegExp(`${secret}|${Buffer.from(secret).join(',')}`))
})

test('what is no secret is logged as it is, and the object that is logged is not changed', () => {
  const { log, last } = capture()
  const given = { a: [1, { b: 'x', password: 'p' }], none: null, password: undefined, order_id: 'o' }
  const before = structuredClone(given)
  log.info(given, 'said')
  assert.deepEqual(given, before)
  const { timestamp, ...line } = last()
  assert.deepEqual(line, {
    level: 'info',
    service: 'order',
    a: [1, { b: 'x', password: '[redacted]' }],
    none: null,
    order_id: 'o',
    message: 'said',
  })
  assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
})

test('an error keeps its type, message and stack; one of PostgreSQL does not quote the row', () => {
  const { log, last } = capture()
  const error = Object.assign(new Error('duplicate key'), {
    name: 'PostgresError',
    code: '23505',
    constraint_name: 'users_email',
    detail: 'Key (email)=(ada@example.com) already exists.',
  })
  log.error({ error }, 'failed')
  const line = last().error
  assert.deepEqual([line.message, line.code, line.constraint_name], ['duplicate key', '23505', 'users_email'])
  assert.match(line.stack, /log\.test\.ts/)
  assert.doesNotMatch(JSON.stringify(line), /ada@example/)
})

test('an object that contains itself is logged all the same', () => {
  const { log, last } = capture()
  const loop: Record<string, unknown> = { name: 'loop' }
  loop.self = loop
  log.info({ loop }, 'round')
  assert.equal(last().loop.name, 'loop')
})

test('a line says when it was written, to the millisecond, also when the clock is put back', t => {
  const { log, last } = capture()
  t.mock.timers.enable({ apis: ['Date'] })
  for (const time of [
    '2026-01-31T23:59:59.000Z',
    '2026-01-31T23:59:59.007Z',
    '2026-01-31T23:59:59.999Z',
    '2026-02-01T00:00:00.000Z',
    '2026-01-31T23:59:59.070Z',
  ]) {
    t.mock.timers.setTime(Date.parse(time))
    log.info('now')
    assert.equal(last().timestamp, time)
  }
})

/** What a process prints that logs a request, an error and ends at once. */
function printed(format: 'json' | 'pretty'): string {
  const script = `
    const { createLog } = await import(${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)})
    const log = createLog('order', { level: 'info', format: '${format}' })
    log.info({ correlationId: '0198c0de-0000-7000-8000-00000000abcd', method: 'GET', path: '/api/x', statusCode: 200,
      duration: 1.5, metadata: { ip: '127.0.0.1', userAgent: 'curl' } }, 'getThing')
    log.warn({ error: new Error('it broke'), password: 'hunter2' }, 'relay failed')
    process.exit(0)`
  const { stdout, status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  })
  assert.equal(status, 0, stderr)
  return stdout
}

test('on a terminal a request is one readable line, and an error is there with its stack and without secrets', () => {
  const lines = printed('pretty').split('\n')
  assert.match(lines[0]!, /\d\d:\d\d:\d\d\.\d{3}\S* INFO.*order +getThing GET \/api\/x → 200 in 1\.5 ms \(0000abcd\)$/)
  assert.doesNotMatch(lines[0]!, /userAgent|metadata/)
  const rest = lines.slice(1).join('\n')
  assert.match(rest, /WARN.*relay failed/)
  assert.match(rest, /it broke/)
  assert.doesNotMatch(rest, /hunter2/)
})

test('what was logged before a process ends is printed, though lines are written in batches', () => {
  const lines = printed('json')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  assert.deepEqual(
    lines.map(line => line.message),
    ['getThing', 'relay failed'],
  )
})
