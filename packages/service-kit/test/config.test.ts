import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Type } from 'typebox'
import { ConfigError, databaseSettings, readConfig, settings } from '../src/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'shopfleet-config-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const Config = settings(4003, { ...databaseSettings, COUNT: Type.Optional(Type.Integer({ maximum: 9 })) })
const needed = {
  SERVICE_SECRET: 's'.repeat(32),
  DATABASE_URL: 'postgres://a:b@c/d',
  BUS_DATABASE_URL: 'postgres://a:b@c/bus',
}
const read = (env: Record<string, string | undefined>) => readConfig(Config, 'order', { ...needed, ...env })
const messageOf = (env: Record<string, string | undefined>): string => {
  try {
    readConfig(Config, 'order', env)
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error))
    return error.message
  }
  return assert.fail('it was taken')
}

test('what is not set has its default, and text becomes what the setting is', () => {
  const config = read({ DEMO_OPEN: 'true', COUNT: '7' })
  assert.deepEqual(
    [config.PORT, config.LOG_LEVEL, config.EVENT_RETENTION_DAYS, config.DEMO_OPEN, config.COUNT],
    [4003, 'info', 30, true, 7],
  )
})

test('the setting with the name of the service first wins over the common one, from a file too', () => {
  assert.equal(read({ PORT: '1', ORDER_PORT: '2', USER_PORT: '3' }).PORT, 2)
  assert.equal(read({ PORT: '1', ORDER_PORT_FILE: file('port', '5\n') }).PORT, 5)
  assert.equal(read({ PORT_FILE: file('port', '5\n'), PORT: '1' }).PORT, 1, 'a value wins over a file')
})

test('a secret is read from its file without the newline at its end; set to nothing is not set', () => {
  const path = file('secret', `${'x'.repeat(40)}\n`)
  assert.equal(read({ SERVICE_SECRET: '', SERVICE_SECRET_FILE: path }).SERVICE_SECRET, 'x'.repeat(40))
  assert.equal(read({ PORT: '' }).PORT, 4003)
})

test('everything that is missing or wrong is listed at once, without a value', () => {
  const message = messageOf({
    SERVICE_SECRET: 'hush',
    DATABASE_URL: 'mysql://root:hunter2@db',
    LOG_LEVEL: 'chatty',
    PORT: 'eighty',
    COUNT: '10',
  })
  for (const line of [
    /order service/,
    /SERVICE_SECRET must NOT have fewer than 32 characters/,
    /DATABASE_URL must match pattern/,
    /LOG_LEVEL must be one of trace, debug, info/,
    /PORT must be integer/,
    /COUNT must be <= 9/,
  ])
    assert.match(message, line)
  assert.doesNotMatch(message, /hush|hunter2|chatty|eighty/)
})

test('a file that cannot be read is listed like any other fault, once', () => {
  const message = messageOf({
    ...needed,
    SERVICE_SECRET: undefined,
    SERVICE_SECRET_FILE: join(folder, 'absent'),
    PORT: 'x',
  })
  assert.match(message, /SERVICE_SECRET_FILE cannot be read: ENOENT/)
  assert.match(message, /PORT must be integer/)
  assert.equal(message.match(/SERVICE_SECRET/g)!.length, 1)
})
