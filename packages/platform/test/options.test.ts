import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { helpText } from '@shopfleet/platform/help'
import { optionEntries, readOptions, root } from '@shopfleet/platform/options'

test('without anything, everything has its default', () => {
  assert.deepEqual(readOptions([], {}), {
    layout: 'one',
    demo: true,
    products: 0,
    web: true,
    detach: false,
    exitAfterReady: false,
    dataDir: resolve(root, '.data'),
    databaseUrl: undefined,
    backupDir: resolve(root, '.data/backups'),
    portBase: undefined,
    host: '127.0.0.1',
    logLevel: 'info',
    logTo: 'file',
    quiet: false,
    help: false,
  })
})

test('the command line wins over the environment', () => {
  const env = { LAYOUT: 'processes', PORT_BASE: '9000', DEMO: 'false', DATA_DIR: '/srv/shop', PRODUCTS: '5' }
  const fromEnv = readOptions([], env)
  assert.deepEqual(
    [fromEnv.layout, fromEnv.portBase, fromEnv.demo, fromEnv.dataDir, fromEnv.products],
    ['processes', 9000, false, resolve('/srv/shop'), 5],
  )
  const both = readOptions(['--layout', 'one', '--port-base=10000', '--demo', '--data-dir', 'here'], env)
  assert.deepEqual([both.layout, both.portBase, both.demo, both.dataDir], ['one', 10_000, true, resolve('here')])
  assert.equal(readOptions(['--no-demo'], {}).demo, false)
  assert.equal(readOptions(['--no-web'], {}).web, false)
})

const nonsense: [args: string[], env: Record<string, string>, said: RegExp][] = [
  [['--port-bas', '9000'], {}, /--port-bas/],
  [['9000'], {}, /two dashes: npm start -- --port-base/],
  [['--layout', 'many'], {}, /--layout is one of one, processes, not many/],
  [['--port-base', '90000'], {}, /--port-base is a whole number from 1 to 65000/],
  [['--products', '-1'], {}, /--products/],
  [['--log-level', 'loud'], {}, /--log-level is one of trace/],
  [[], { DEMO: 'perhaps' }, /DEMO is true or false/],
  [[], { DATABASE_URL: 'mysql://x' }, /DATABASE_URL does not begin with postgres/],
]
for (const [args, env, said] of nonsense) {
  test(`nonsense is refused in words: ${[...args, ...Object.entries(env).map(pair => pair.join('='))].join(' ')}`, () => {
    assert.throws(
      () => readOptions(args, env),
      (error: Error & { hint?: string }) => said.test(error.message) && /--help/.test(error.hint ?? ''),
    )
  })
}

test('the help names every option and the settings of the services, but no value of a secret', async () => {
  const text = await helpText()
  for (const { flag } of optionEntries) assert.match(text, new RegExp(`--${flag}\\b`))
  for (const name of ['DATABASE_POOL', 'HOLD_S', 'PROVIDER_TIMEOUT_MS', 'CORS_ORIGINS', 'BUS_DATABASE_URL'])
    assert.match(text, new RegExp(name))
  assert.ok(text.split('\n').every(line => line.length <= 140))
})
