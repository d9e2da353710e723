import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { inMemory, openFolder, rowsOf } from './evidence.ts'
import { type MadeUpRun, makeUpRun } from './made-up-run.ts'
import { judge } from './verdict.ts'

const base = mkdtempSync(join(tmpdir(), 'shopfleet-check-'))
after(() => rmSync(base, { recursive: true, force: true }))

function keep(name: string, run: MadeUpRun): string {
  const folder = join(base, name)
  for (const [path, file] of Object.entries(run.files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    const lines = Array.isArray(file) ? file.map(row => `${JSON.stringify(row)}\n`).join('') : undefined
    writeFileSync(join(folder, path), lines ?? (typeof file === 'string' ? file : JSON.stringify(file)))
  }
  return folder
}

const program = join(import.meta.dirname, '../check.ts')
const check = (...args: string[]) => spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' })
const verdictIn = (folder: string) => JSON.parse(readFileSync(join(folder, 'verdict.json'), 'utf8'))

test('a sound folder: exit code 0, a verdict for programs and one for people', () => {
  const folder = keep('sound', makeUpRun())
  const { status, stdout } = check(folder)
  assert.equal(status, 0, stdout)
  assert.match(stdout, /every guarantee that was exercised holds/)
  assert.equal(verdictIn(folder).outcome, 'pass')
  assert.match(readFileSync(join(folder, 'verdict.md'), 'utf8'), /at most one payment of an order was captured/)
})

test('a violation: exit code 1, and it is said which guarantee, what and where', () => {
  const run = makeUpRun()
  run.table('payment', 'ledger_entries').pop()
  const folder = keep('violated', run)
  const { status, stdout } = check(folder)
  assert.equal(status, 1)
  assert.match(stdout, /VIOLATED/)
  const { violations } = verdictIn(folder)
  assert.ok(
    violations.some((one: any) => one.guarantee === 3 && one.what.includes('sums to') && one.evidence.transaction),
  )
})

test('no evidence is no pass: exit code 2', () => {
  assert.equal(check(join(base, 'nowhere')).status, 2)
  mkdirSync(join(base, 'empty'))
  assert.equal(check(join(base, 'empty')).status, 2)
  const run = makeUpRun()
  run.files['tables/order/orders.jsonl'] = '{"id": \n{"id":"x"}\n'
  const { status, stderr } = check(keep('damaged', run))
  assert.equal(status, 2)
  assert.match(stderr, /orders\.jsonl: line 1 is no JSON/)
})

test('a file of lines is read whole, in pieces, and a line that was cut off at the end counts for nothing', () => {
  const run = makeUpRun()
  const rows = Array.from({ length: 30_000 }, (_, n) => ({ n, text: `Größe ${'x'.repeat(n % 90)}` }))
  const folder = keep('large', { ...run, files: { ...run.files, 'rows.jsonl': rows } })
  const path = join(folder, 'rows.jsonl')
  writeFileSync(path, `${readFileSync(path, 'utf8')}{"n":30000,"te`)
  assert.deepEqual([...rowsOf(openFolder(folder), 'rows.jsonl')], rows)
})

test('under 90 % success outside fault windows the run is invalid', () => {
  const run = makeUpRun()
  for (let i = 0; i < 200; i++) addRequest(run, i < 40 ? 'info' : 'ok', 550_000 + i)
  const { outcome, reasons, figures } = judge(inMemory(run.files))
  assert.equal(outcome, 'invalid')
  assert.match(reasons.join(), /under 90 %/)
  assert.ok(figures.calm_success_percent! < 90)
})

test('failures in the window of a fault, and in its recovery time, do not count', () => {
  const run = makeUpRun()
  for (let i = 0; i < 200; i++) addRequest(run, 'info', 500_100 + i * 19)
  const { outcome, figures } = judge(inMemory(run.files))
  assert.equal(outcome, 'pass')
  assert.equal(figures.requests! - figures.calm_requests!, 200)
})

test('refusals that are right answers are successes, others are not', () => {
  const refused = (problem: string) => {
    const run = makeUpRun()
    for (let i = 0; i < 200; i++) addRequest(run, 'fail', 550_000 + i, problem)
    return judge(inMemory(run.files)).outcome
  }
  assert.equal(refused('out-of-stock'), 'pass')
  assert.equal(refused('too-many-requests'), 'invalid')
  assert.equal(refused('validation-failed'), 'invalid')
})

test('a run that is a single fault, one without a history and one without a paid order prove nothing', () => {
  const stormy = makeUpRun()
  stormy.files['faults.jsonl'] = [{ t_ms: 0, phase: 'begin', id: 1, fault: 'kill' }]
  assert.match(judge(inMemory(stormy.files)).reasons.join(), /nothing to judge by/)
  const silent = makeUpRun()
  silent.files['history.jsonl'] = []
  assert.match(judge(inMemory(silent.files)).reasons.join(), /history is empty/)
  const unpaid = makeUpRun()
  unpaid.files['tables/bus/events.jsonl'] = []
  assert.match(judge(inMemory(unpaid.files)).reasons.join(), /no order was paid/)
})

test('what was not there to be looked at is not exercised, and no pass', () => {
  const run = makeUpRun()
  for (const path of Object.keys(run.files))
    if (path.startsWith('mail/') || path.includes('/notification/')) delete run.files[path]
  for (const { input } of run.invokes('createCoupon'))
    input.body = { ...input.body, max_uses: undefined, once_per_customer: false }
  const { guarantees, outcome } = judge(inMemory(run.files))
  assert.equal(outcome, 'pass')
  assert.equal(guarantees.find(one => one.guarantee === 11)!.result, 'not exercised')
})

test('a message that is taken twice under one Message-ID is a repetition, not a second message', () => {
  const run = makeUpRun()
  run.mail.push({ ...run.mail[0], n: run.mail.length + 1, repeats: 1 })
  const { outcome, figures } = judge(inMemory(run.files))
  assert.equal(outcome, 'pass')
  assert.equal(figures.messages_repeated, 1)
})

let requests = 0
function addRequest(run: MadeUpRun, phase: string, t_ms: number, problem?: string): void {
  const op_id = `more-${++requests}`
  const at = new Date(Date.parse('2026-03-01T10:00:00Z') + t_ms).toISOString()
  const common = { op_id, t_ms, at, shopper: 'x', op: 'getProduct', attempt: 1 }
  run.history.push(
    { n: run.history.length + 1, phase: 'invoke', ...common, caller: { kind: 'guest' }, input: {} },
    { n: run.history.length + 2, phase, ...common, problem },
  )
}
