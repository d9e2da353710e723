import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { createLoop, currentContext, withContext } from '../src/index.ts'

const anHour = 3_600_000
const fail = (error: unknown) => assert.fail(String(error))

test('a loop that is woken again and again before it runs is not put off by it', async () => {
  let runs = 0
  const loop = createLoop({ interval_ms: anHour, onError: fail, run: async () => void runs++ })
  loop.start()
  while (runs < 1) await turn()
  await turn()
  const timers = mock.method(globalThis, 'setTimeout')
  try {
    for (let i = 0; i < 100; i++) loop.wake()
    // Each new timer would be due later than the one before.
    assert.equal(timers.mock.callCount(), 1)
    while (runs < 2) await turn()
  } finally {
    timers.mock.restore()
    await loop.stop()
  }
})

test('a loop never runs twice at once, runs again for a wake during a run, and stops only when the run has ended', async () => {
  const ends: (() => void)[] = []
  const loop = createLoop({
    interval_ms: anHour,
    onError: fail,
    run: () => new Promise<void>(resolve => ends.push(resolve)),
  })
  const started = async (n: number) => {
    while (ends.length < n) await turn()
  }
  loop.start()
  loop.start()
  await started(1)
  loop.wake()
  loop.wake()
  for (let i = 0; i < 20; i++) await turn()
  assert.equal(ends.length, 1)
  ends[0]!()
  await started(2)
  let stopped = false
  const stopping = loop.stop().then(() => {
    stopped = true
  })
  for (let i = 0; i < 20; i++) await turn()
  assert.equal(stopped, false)
  ends[1]!()
  await stopping
  loop.wake()
  for (let i = 0; i < 20; i++) await turn()
  assert.equal(ends.length, 2)
})

test('after errors a loop waits longer and longer, up to five seconds, whoever wakes it, and is prompt again after a success', async () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  try {
    let runs = 0
    let failing = true
    const errors: unknown[] = []
    const loop = createLoop({
      interval_ms: 60_000,
      // What throws here must not end the process either.
      onError: error => {
        errors.push(error)
        throw new Error('the log is full')
      },
      // Not a promise: a run may fail before it has made one.
      run: () => {
        runs++
        if (failing) throw new Error('down')
        return Promise.resolve()
      },
    })
    const pass = async (ms: number) => {
      mock.timers.tick(ms)
      for (let i = 0; i < 10; i++) await turn()
    }
    loop.start()
    await pass(1)
    assert.equal(runs, 1)
    for (const [i, wait] of [100, 200, 400, 800, 1600, 3200, 5000, 5000].entries()) {
      loop.wake()
      await pass(wait - 1)
      assert.equal(runs, i + 1, `no run before ${wait} ms`)
      await pass(1)
      assert.equal(runs, i + 2, `a run after ${wait} ms`)
    }
    assert.equal(errors.length, runs)
    failing = false
    await pass(5000)
    const before = runs
    loop.wake()
    await pass(1)
    assert.equal(runs, before + 1)
    await pass(59_999)
    assert.equal(runs, before + 1)
    await pass(1)
    assert.equal(runs, before + 2)
    await loop.stop()
  } finally {
    mock.timers.reset()
  }
})

test('a run takes neither deadline nor correlation id from who woke it, and has one correlation id of its own', async () => {
  const seen: { ids: string[]; deadline: number | undefined }[] = []
  const loop = createLoop({
    interval_ms: anHour,
    onError: fail,
    run: async () => {
      const first = currentContext()
      await turn()
      seen.push({ ids: [first.correlation_id, currentContext().correlation_id], deadline: first.deadline })
    },
  })
  withContext({ correlation_id: 'a-request', traceparent: null, deadline: 1 }, loop.start)
  while (seen.length < 1) await turn()
  withContext({ correlation_id: 'a-request', traceparent: null, deadline: 1 }, loop.wake)
  while (seen.length < 2) await turn()
  await loop.stop()
  for (const { ids, deadline } of seen) {
    assert.equal(deadline, undefined)
    assert.notEqual(ids[0], 'a-request')
    assert.equal(ids[0], ids[1])
  }
  assert.notEqual(seen[0]!.ids[0], seen[1]!.ids[0])
})

test('who can wait is waited for no longer than it said, and puts off nothing that is due sooner', async () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  try {
    let runs = 0
    const loop = createLoop({ interval_ms: anHour, onError: fail, run: async () => void runs++ })
    const pass = async (ms: number) => {
      mock.timers.tick(ms)
      for (let i = 0; i < 10; i++) await turn()
    }
    loop.start()
    await pass(1)
    loop.wake(200)
    await pass(199)
    assert.equal(runs, 1)
    await pass(1)
    assert.equal(runs, 2)
    loop.wake(200)
    loop.wake()
    loop.wake(200)
    await pass(1)
    assert.equal(runs, 3)
    await pass(1000)
    assert.equal(runs, 3)
    await loop.stop()
  } finally {
    mock.timers.reset()
  }
})
