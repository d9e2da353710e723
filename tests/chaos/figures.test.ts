import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getOrder, type Operation } from '@shopfleet/contracts'
import type { Outcome } from './client.ts'
import { createFigures, percentile, recovery_ms, windowsOf } from './figures.ts'
import { digest, withoutSecrets } from './history.ts'
import { readOptions, UsageError } from './options.ts'
import type { FaultLine } from './storm.ts'

const line = (id: number, phase: 'begin' | 'end', t_ms: number): FaultLine => ({
  ...{ id, phase, t_ms },
  at: '',
  fault: 'kill',
  target: 'order',
})

test('windows of faults that touch are one, each with its recovery; one that never ended lasts to the end', () => {
  const lines = [line(1, 'begin', 1000), line(2, 'begin', 1500), line(1, 'end', 2000), line(2, 'end', 2500)]
  assert.deepEqual(windowsOf(lines, 50_000), [[1000, 2500 + recovery_ms]])
  assert.deepEqual(windowsOf([...lines, line(3, 'begin', 20_000)], 50_000), [
    [1000, 2500 + recovery_ms],
    [20_000, 50_000 + recovery_ms],
  ])
})

test('a request belongs to a window it touches; a refusal is an answer, an error is none', () => {
  const figures = createFigures()
  const ended = (invoked_ms: number, ended_ms: number, outcome: Outcome) =>
    figures.onEnded({ operation: getOrder as Operation, attempt: 1, invoked_ms, ended_ms, outcome })
  ended(0, 100, { phase: 'ok', status: 200 })
  ended(100, 200, { phase: 'fail', status: 409 })
  ended(300, 400, { phase: 'info', error: 'timeout' })
  // Begun before, ended within.
  ended(900, 1100, { phase: 'info', status: 503 })
  ended(1200, 1300, { phase: 'ok', status: 200 })
  ended(10_000, 10_100, { phase: 'fail', status: 429 })
  const { outside, inside, calm_ms } = figures.success([line(1, 'begin', 1000), line(1, 'end', 2000)], 20_000)
  assert.deepEqual([outside.requests, outside.succeeded], [4, 2])
  assert.deepEqual([inside.requests, inside.succeeded], [2, 1])
  assert.equal(calm_ms, 20_000 - 1000 - recovery_ms)
})

test('percentiles are values that were seen', () => {
  const list = Array.from({ length: 100 }, (_, i) => i + 1)
  assert.deepEqual(
    [percentile(list, 0.5), percentile(list, 0.99), percentile([7], 0.99), percentile([], 0.5)],
    [...[50, 99, 7], undefined],
  )
})

test('tokens and passwords are digests in the history, however deep they lie, and the same one is recognised', () => {
  const kept = withoutSecrets({ items: [{ order_token: 'abc', id: 1 }], password: 'p', cart_token: null })
  assert.deepEqual(kept, { items: [{ order_token: digest('abc'), id: 1 }], password: digest('p'), cart_token: null })
})

test('options that make no sense are refused in words', () => {
  for (const args of [
    ['--minutes', '0'],
    ['--faults', 'kill,love'],
    ['--layout', 'two'],
    ['--drill', 'sleep'],
    ['--x'],
  ])
    assert.throws(() => readOptions(args), UsageError)
  assert.deepEqual(readOptions(['--faults', 'none'])?.faults, [])
  assert.equal(readOptions(['--help']), undefined)
})
