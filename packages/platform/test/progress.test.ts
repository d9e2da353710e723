import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { createLogFile } from '@shopfleet/platform/log-file'
import { createProgress } from '@shopfleet/platform/progress'
import { purchaseLine } from '@shopfleet/platform/ready'

function paper() {
  let text = ''
  const out = new Writable({
    write(chunk, _encoding, done) {
      text += chunk
      done()
    },
  }) as unknown as NodeJS.WriteStream
  return { out, text: () => text }
}

test('elsewhere than on a terminal a step is one plain line with its time', async () => {
  const { out, text } = paper()
  const progress = createProgress({ out })
  const result = await progress.step('services', async tell => {
    tell('3 of 7')
    return 7
  })
  assert.equal(result, 7)
  await assert.rejects(
    progress.step('PostgreSQL', async () => {
      throw new Error('no')
    }),
    /no/,
  )
  assert.match(text(), /^✓ services \(3 of 7\) +\d+ ms\n✗ PostgreSQL +\d+ ms\n$/)
})

test('quiet means quiet, but for what has to be said', async () => {
  const { out, text } = paper()
  const progress = createProgress({ out, quiet: true })
  await progress.step('services', async () => progress.say('! order stopped'))
  assert.equal(text(), '! order stopped\n')
})

test('the log has every line; the person hears of warnings, of the same one once', t => {
  const folder = mkdtempSync(join(tmpdir(), 'shopfleet-log-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const said: string[] = []
  const log = createLogFile(join(folder, 'logs/shopfleet.log'), line => said.push(line))
  const warning = '{"level":"warn","service":"order","error":{"message":"no connection"},"message":"relay failed"}\n'
  const lines = ['{"level":"info","service":"order","message":"placeOrder"}\n', warning, warning]
  for (const line of lines) log.write(line)
  log.close()
  assert.equal(readFileSync(join(folder, 'logs/shopfleet.log'), 'utf8'), lines.join(''))
  assert.equal(statSync(join(folder, 'logs/shopfleet.log')).mode & 0o777, 0o600)
  assert.deepEqual(said, ['! order: relay failed: no connection'])
})

test('the line to paste is one for the shell at hand', () => {
  assert.match(
    purchaseLine('http://localhost:8080', 'ID', 'linux'),
    /^curl -sS http\S+ -H 'content-type: application\/json' -d '\{".*"ID".*\}'$/,
  )
  assert.match(purchaseLine('http://localhost:8080', 'ID', 'win32'), /-d "\{\\"email\\".*\}"$/)
})
