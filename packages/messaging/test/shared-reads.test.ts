import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type Bus, connectPostgresBus, createSubscription, on, type Passing, shareReads } from '../src/index.ts'
import { createStage, type Scene, until } from './scene.ts'

/* Listeners of one process share what one of them has read; the log is also written by other processes. */

let stage: Awaited<ReturnType<typeof createStage>>
/** The bus as another process has it. */
let elsewhere: Bus
before(async () => {
  stage = await createStage()
  elsewhere = await connectPostgresBus(stage.busUrl, { migrated: true })
})
after(async () => {
  await elsewhere?.close()
  await stage?.close()
})

const names = ['thing.counted']
const aggregate = randomUUID()
const say = (scene: Scene, bus: Bus, ...numbers: number[]) =>
  bus.append(
    scene.topic,
    numbers.map(n => scene.message(aggregate, n)),
  )
const numbersOf = (batch: Passing[]) => batch.map(({ message }) => (message?.payload as { n: number } | undefined)?.n)
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1)

function shared() {
  const asked = { together: 0, alone: 0 }
  const bus = shareReads({
    ...stage.bus,
    async read(...of) {
      asked.together++
      return stage.bus.read(...of)
    },
    async readOf(...of) {
      asked.alone++
      return stage.bus.readOf!(...of)
    },
  })
  return { bus, asked }
}

test('what several are told of is read once, and each gets what it asked for: from its place, and of its events', async () => {
  const scene = await stage.scene()
  const { bus, asked } = shared()
  await say(scene, bus, 1, 2)
  await bus.append(scene.topic, [
    scene.message(aggregate, 3, { name: 'thing.unheard-of' }),
    scene.message(aggregate, 4),
  ])
  const told_ms = performance.now()
  const read = (from: number, limit: number, of = names) => bus.readOf!(scene.topic, from, limit, of, told_ms)
  const [all, again, two] = await Promise.all([read(0, 10), read(0, 10), read(0, 2)])
  assert.deepEqual(numbersOf(all), [1, 2, undefined, 4], 'one of another name comes as no more than its place')
  assert.deepEqual(again, all)
  assert.deepEqual(two, all.slice(0, 2))
  assert.deepEqual(numbersOf(await read(all[1]!.position, 10, ['thing.unheard-of'])), [3, undefined])
  assert.deepEqual(await read(all[3]!.position, 10), [])
  assert.deepEqual(asked, { together: 1, alone: 0 })
})

test('what another process has said by the time one is told is there, whatever was read before', async () => {
  const scene = await stage.scene()
  const { bus, asked } = shared()
  await say(scene, bus, 1)
  await bus.readOf!(scene.topic, 0, 10, names, performance.now())
  await say(scene, elsewhere, 2)
  assert.deepEqual(numbersOf(await bus.readOf!(scene.topic, 0, 10, names, performance.now())), [1, 2])
  await say(scene, elsewhere, 3)
  assert.deepEqual(numbersOf(await bus.readOf!(scene.topic, 0, 10, names)), [1, 2, 3], 'without a moment it is now')
  assert.deepEqual(asked, { together: 2, alone: 1 })
})

test('a reading under way is not enough for who is told meanwhile', async () => {
  const scene = await stage.scene()
  let passing = Promise.resolve()
  const bus = shareReads({
    ...stage.bus,
    async read(...of) {
      const found = await stage.bus.read(...of)
      await passing
      return found
    },
  })
  await say(scene, bus, 1)
  const gate = Promise.withResolvers<void>()
  passing = gate.promise
  const early = bus.readOf!(scene.topic, 0, 10, names, performance.now())
  await pause(20)
  await say(scene, elsewhere, 2)
  const late = bus.readOf!(scene.topic, 0, 10, names, performance.now())
  gate.resolve()
  assert.deepEqual(numbersOf(await early), [1])
  assert.deepEqual(numbersOf(await late), [1, 2])
})

test('one that lags behind what is kept reads for itself and misses nothing, and the one ahead does not wait for it', async () => {
  const scene = await stage.scene()
  const { bus, asked } = shared()
  for (let n = 1; n <= 2500; n += 500) await say(scene, bus, ...upTo(500).map(i => n + i - 1))
  const rows = await scene.bus.read(scene.topic, 0, 2500)
  const log = rows.map(row => row.position)
  async function walk(from: number): Promise<number[]> {
    const seen: number[] = []
    for (let at = from; ; at = seen.at(-1)!) {
      const batch = await bus.readOf!(scene.topic, at, 200, names, performance.now())
      seen.push(...batch.map(row => row.position))
      if (batch.length < 200) return seen
    }
  }
  const [behind, ahead, atTheEnd] = await Promise.all([walk(0), walk(log[999]!), walk(log[2489]!)])
  assert.deepEqual(behind, log)
  assert.deepEqual(ahead, log.slice(1000))
  assert.deepEqual(atTheEnd, log.slice(2490))
  assert.ok(asked.alone > 0)
})

test('where the log was set back nothing of the old one is served', async () => {
  const scene = await stage.scene()
  const { bus } = shared()
  await say(scene, bus, 1, 2, 3)
  const read = (from: number) => bus.readOf!(scene.topic, from, 10, names, performance.now())
  const old = await read(0)
  await scene.busSql`delete from events where topic = ${scene.topic} and position > ${old[0]!.position}`
  await scene.busSql`select setval('events_position_seq', ${old[0]!.position})`
  assert.deepEqual(numbersOf(await read(0)), [1])
  await say(scene, elsewhere, 20, 30, 40)
  assert.deepEqual(numbersOf(await read(0)), [1, 20, 30, 40])
  assert.deepEqual(numbersOf(await read(old[2]!.position)), [40])
})

test('listeners of any pace, told of what two processes say, apply all of it in order without a poll', async () => {
  const scene = await stage.scene()
  const { bus } = shared()
  const heard: number[][] = []
  const listeners = await Promise.all(
    [0, 5, 40].map(async gather_ms => {
      const numbers: number[] = []
      heard.push(numbers)
      const sql = await scene.neighbour()
      return createSubscription({
        ...{ sql, bus, gather_ms },
        poll_ms: 3_600_000,
        onError: error => assert.fail(String(error)),
        handlers: [on(scene.counted, async (_tx, { n }) => void numbers.push(n))],
      })
    }),
  )
  for (const listener of listeners) await listener.start()
  let n = 0
  for (let i = 0; i < 60; i++) {
    await say(scene, i % 2 ? bus : elsewhere, ++n, ++n)
    if (i % 7 === 0) await pause(15)
  }
  await until(() => heard.every(numbers => numbers.length >= n), 'each has heard all')
  for (const listener of listeners) await listener.stop()
  for (const numbers of heard) assert.deepEqual(numbers, upTo(n))
})
