import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { ServiceName } from '@shopfleet/contracts'
import { crashCorrelation } from '@shopfleet/service-kit'
import type { Flow, Run } from './flows.ts'
import { nameOf } from './points.ts'
import { drain, makeDue, type Scene, settleAll } from './scene.ts'
import { createVictims, type Victim, type Victims } from './victims.ts'

const background = 'background'
/** How long the slowest of machines may take to come to a place. */
const arrival_ms = 10_000
/** A place of the background is not passed in each run: a webhook may be late, a relay may be faster. */
const attempts = 3

/**
 * Kills a service at every boundary a flow passes in it, each in a run of its own: first it counts them in a run nobody
 * disturbs, then it has the request stop at each, and kills. Requests do not see each other, so many are held at once,
 * each at its place, and one kill ends them all; work in the background is killed at one place at a time. The next
 * victim is the service started again: it finishes what is unfinished, and everything is judged. Answers the places.
 */
export async function crashEverywhere(scene: Scene, flow: Flow, service: ServiceName): Promise<string[]> {
  await scene.platform.halt(service)
  const victims = createVictims(service, scene.platform.env(service))
  try {
    scene.victim = await victims.next()
    const counted = await count(scene, flow)
    if (process.env.CRASH_POINTS === 'count') return [...counted.request, ...counted.background]
    const places = await crashRequests(scene, victims, flow, counted.request)
    const behind = await crashBackground(scene, victims, flow, counted.background)
    await settleAll(scene)
    return [...places, ...behind]
  } finally {
    await victims.stop()
    scene.victim = undefined
    await scene.platform.resume(service)
  }
}

/** What follows a request, a while later: its deadlines have passed, and everybody has heard of it. */
async function follow(scene: Scene): Promise<boolean> {
  // The second time for what the first has put off.
  for (let due = 1, i = 0; due > 0 && i < 3; i++) {
    if (!(await drain(scene))) return false
    due = await makeDue(scene)
  }
  return drain(scene)
}

const mark = () => `${crashCorrelation}${randomUUID()}`

async function count(scene: Scene, flow: Flow) {
  // The first of its kind opens what stays open, an offset or a session.
  await (await flow.prepare(scene)).act()
  await follow(scene)
  const run = await flow.prepare(scene)
  await settleAll(scene)
  const { hold, reached } = scene.victim!
  const placesOf = (whose: string) => [...new Set(reached.filter(r => r.work === whose).map(r => r.place))]
  // Sweeps that find nothing pass their places time and again. They are of no flow, except of one that a sweep begins.
  await hold({})
  await follow(scene)
  const idle = new Set(placesOf(background).map(nameOf))
  await hold({})
  const work = mark()
  await run.act({ 'x-correlation-id': work })
  await follow(scene)
  // How often the relay runs is chance, so of the background each place counts once.
  const isOfFlow = (place: string) => place.endsWith(' #1') && (flow.isSwept || !idle.has(nameOf(place)))
  const counted = { request: placesOf(work), background: placesOf(background).filter(isOfFlow) }
  await run.check('undisturbed')
  return counted
}

/** Kills the victim; the next one takes its place, and everything comes to rest. */
async function killAndRecover(scene: Scene, victims: Victims): Promise<void> {
  await scene.victim!.kill()
  scene.victim = await victims.next()
  await settleAll(scene)
}

async function judgeAll(scene: Scene, killed: { place: string; run: Run }[]): Promise<void> {
  for (const { place, run } of killed) await run.check(`killed ${place}`)
  await Promise.all(killed.map(({ place, run }) => run.again?.(`killed ${place}, asked again`)))
  await settleAll(scene)
  for (const { place, run } of killed) await run.checkAgain?.(`killed ${place}, asked again`)
}

async function crashRequests(scene: Scene, victims: Victims, flow: Flow, counted: string[]): Promise<string[]> {
  const done: string[] = []
  for (let left = counted, round = 0; left.length > 0; round++) {
    assert.ok(round < attempts, `${flow.name}: not passed again: ${left.join(' · ')}`)
    const runs = await Promise.all(left.map(async place => ({ place, run: await flow.prepare(scene), work: mark() })))
    await settleAll(scene)
    const victim = scene.victim!
    await victim.hold(Object.fromEntries(runs.map(({ work, place }) => [work, place])))
    const ends = Promise.all(runs.map(({ run, work }) => run.act({ 'x-correlation-id': work })))
    await untilAllEnd(victim, runs, ends)
    // What a request leaves to a sweep goes on under its name.
    if (runs.some(({ work }) => !victim.held.has(work))) await Promise.race([follow(scene), allHeld(victim, runs)])
    const held = runs.filter(({ work }) => victim.held.has(work))
    await killAndRecover(scene, victims)
    await ends
    await judgeAll(scene, held)
    done.push(...held.map(({ place }) => place))
    const missed = new Set(held.map(({ place }) => place))
    left = left.filter(place => !missed.has(place))
  }
  return done
}

type Marked = { work: string }[]
const allHeld = (victim: Victim, runs: Marked) => Promise.all(runs.map(({ work }) => victim.isHeld(work, arrival_ms)))

/** Each request is either held or answered. */
async function untilAllEnd(victim: Victim, runs: Marked, ends: Promise<unknown>): Promise<void> {
  await Promise.race([ends, allHeld(victim, runs)])
}

async function crashBackground(scene: Scene, victims: Victims, flow: Flow, counted: string[]): Promise<string[]> {
  const done: string[] = []
  for (const place of counted) {
    let held = false
    for (let attempt = 0; attempt < attempts && !held; attempt++) {
      const run = await flow.prepare(scene)
      await settleAll(scene)
      await scene.victim!.hold({ [background]: place })
      await run.act({ 'x-correlation-id': mark() })
      held = !(await follow(scene)) || scene.victim!.held.has(background)
      if (!held) continue
      await killAndRecover(scene, victims)
      await judgeAll(scene, [{ place: `${place}, in the background`, run }])
      done.push(place)
    }
    assert.ok(held, `${flow.name}: not passed again in the background: ${place}`)
  }
  return done
}
