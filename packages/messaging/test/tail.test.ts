import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { createTail } from '../src/index.ts'
import { createStage, inPostgresAlone, type Scene, until } from './scene.ts'

let stage: Awaited<ReturnType<typeof createStage>>
before(async () => {
  stage = await createStage()
})
after(() => stage?.close())

const aggregate = randomUUID()
const say = (scene: Scene, ...numbers: number[]) =>
  scene.bus.append(
    scene.topic,
    numbers.map(n => scene.message(aggregate, n)),
  )

function tailOf(scene: Scene, topics = [scene.topic], last?: number) {
  const heard: number[] = []
  const positions: number[] = []
  let missed = 0
  const tail = createTail({
    bus: scene.bus,
    topics,
    heard({ payload }, position) {
      heard.push((payload as { n: number }).n)
      positions.push(position)
    },
    missed(_topic, position) {
      positions.length = 0
      positions.push(position)
      missed++
    },
    begin: last === undefined ? undefined : topic => scene.bus.before!(topic, last),
    onError: error => assert.fail(error as Error),
    poll_ms: 3_600_000,
  })
  return { tail, heard, positions, missed: () => missed }
}

test('it hears what is said from its start on, in order, and says that it knows nothing of before', async () => {
  const scene = await stage.scene()
  await say(scene, 1, 2)
  const { tail, heard, missed } = tailOf(scene)
  assert.equal(await tail.drain(), 0)
  assert.equal(missed(), 1)
  await say(scene, 3, 4)
  await say(scene, 5)
  assert.equal(await tail.drain(), 3)
  assert.deepEqual(heard, [3, 4, 5])
  assert.equal(missed(), 1)
})

test('it is woken by what is said, without a poll, and each of two hears everything', async () => {
  const scene = await stage.scene()
  const [one, other] = [tailOf(scene), tailOf(scene)]
  one.tail.start()
  other.tail.start()
  await until(() => one.missed() === 1 && other.missed() === 1, 'both are at the end of the log')
  await say(scene, 1)
  await say(scene, 2)
  await until(() => one.heard.length === 2 && other.heard.length === 2, 'both have heard both events')
  assert.deepEqual(
    [one.heard, other.heard],
    [
      [1, 2],
      [1, 2],
    ],
  )
  await Promise.all([one.tail.stop(), other.tail.stop()])
  await say(scene, 3)
  assert.deepEqual(one.heard, [1, 2])
})

test('other topics are not its business', async () => {
  const scene = await stage.scene()
  const { tail, heard } = tailOf(scene)
  await tail.drain()
  await scene.bus.append('elsewhere', [scene.message(aggregate, 1)])
  assert.equal(await tail.drain(), 0)
  assert.deepEqual(heard, [])
})

test('where the log was set back it says so, and goes on from its new end', inPostgresAlone, async () => {
  const scene = await stage.scene()
  const { tail, heard, missed } = tailOf(scene)
  await tail.drain()
  await say(scene, 1, 2, 3)
  await tail.drain()
  await scene.busSql`delete from events where topic = ${scene.topic}`
  await scene.busSql`alter table events alter column position restart with 1`
  await scene.busSql`select nextval(pg_get_serial_sequence('events', 'position'))`
  await tail.drain()
  assert.equal(missed(), 2)
  await say(scene, 4)
  await tail.drain()
  assert.deepEqual(heard, [1, 2, 3, 4])
})

test('it can begin a little before the end, or at the beginning of what is shorter', async () => {
  const scene = await stage.scene()
  await say(scene, 1, 2, 3, 4)
  const [little, all] = [tailOf(scene, [scene.topic], 2), tailOf(scene, [scene.topic], 9)]
  assert.deepEqual([await little.tail.drain(), await all.tail.drain()], [2, 4])
  assert.deepEqual(little.heard, [3, 4])
  assert.deepEqual(all.heard, [1, 2, 3, 4])
  assert.equal(all.positions[0], 0, 'there is nothing before')
  assert.deepEqual(little.positions, all.positions.slice(2), 'each event comes with its place, as did the beginning')
})
