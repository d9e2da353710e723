import { type FindingKind, maxFacts, Problem, Unavailable } from '@shopfleet/contracts'
import { isUnavailable, transaction } from '@shopfleet/database'
import { type Group, kindsOf } from './difference.ts'
import { collectOwnFindings, judge, services, sources, sweepOn, walk } from './gather.ts'
import { advice, LeftToStaff, repairs, undoing } from './repairs.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

/*
 * Compares the services every so often: collects what changed, what is suspected and a little of everything else, asks
 * each service for its facts, notes what differs, and repairs what has differed for long enough. Everything it knows is
 * in its database, so it may end anywhere; one at a time runs, whoever holds the lock.
 */

const groups = Object.keys(kindsOf) as Group[]
/** Findings one run repairs: a service that was away must not be hit by all of them at once. */
const repairsAtOnce = 50
/** Suspicions and findings one run looks at again. */
const watchedAtOnce = 2000
/** Repairs of one finding before it is left to people. */
const maxAttempts = 8

/** One comparison. Answers how much it repaired; 0 too when another process is at it. */
export async function reconcile(ctx: Ctx): Promise<number> {
  const ran = await store.withReconcilerLock(ctx.sql, () => run(ctx))
  return ran ?? 0
}

async function run(ctx: Ctx): Promise<number> {
  const id = await store.beginRun(ctx.sql)
  const result = { checked: 0, found: 0, repaired: 0, failed: null as string | null }
  const failures: string[] = []
  for (const group of groups) {
    // A service that is away must not keep the others from being compared.
    try {
      const { checked, found } = await look(ctx, group)
      result.checked += checked
      result.found += found
    } catch (error) {
      if (isUnavailable(error)) throw error
      failures.push(`${group}: ${error instanceof Error ? error.message : String(error)}`)
      if (!(error instanceof Unavailable)) ctx.log.error({ error, group }, 'a comparison failed')
    }
  }
  for (const finding of await store.listDue(ctx.sql, repairsAtOnce)) {
    if (await tryRepair(ctx, finding)) result.repaired++
  }
  result.failed = failures.length > 0 ? failures.join('; ').slice(0, 1000) : null
  await store.endRun(ctx.sql, id, result)
  ctx.lastRun.set(ctx.clock.now() / 1000)
  return result.repaired
}

async function look(ctx: Ctx, group: Group): Promise<{ checked: number; found: number }> {
  const kinds: readonly FindingKind[] = kindsOf[group]
  const watched = await store.listWatched(ctx.sql, kinds, watchedAtOnce)
  if (group === 'messaging') return lookAtMessaging(ctx, watched)
  if (group === 'money') {
    const differences = await judge.money(ctx, [])
    const subjects = [...new Set([...watched, ...differences.map(difference => difference.subject)])]
    return { checked: 1, found: await note(ctx, { kinds, subjects, differences }) }
  }
  const ids = new Set(watched)
  for (const [source, operation] of Object.entries(sources[group])) {
    for (const changed of await walk(ctx, source, operation)) ids.add(changed)
    for (const other of await sweepOn(ctx, source, operation)) ids.add(other)
  }
  const all = [...ids]
  let found = 0
  for (let from = 0; from < all.length; from += maxFacts) {
    found += await lookAt(ctx, group, all.slice(from, from + maxFacts))
  }
  return { checked: all.length, found }
}

/** Each service by itself: one that is away says nothing, and nothing is concluded from it. Its health is shown elsewhere. */
async function lookAtMessaging(ctx: Ctx, watched: string[]): Promise<{ checked: number; found: number }> {
  let checked = 0
  let found = 0
  for (const service of services) {
    try {
      const differences = await judge.messaging(ctx, [service])
      const own = watched.filter(subject => subject.split('/')[0] === service)
      const subjects = [...new Set([...own, ...differences.map(difference => difference.subject)])]
      found += await note(ctx, { kinds: kindsOf.messaging, subjects, differences })
      found += await collectOwnFindings(ctx, service)
      checked++
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
    }
  }
  return { checked, found }
}

async function lookAt(ctx: Ctx, group: Group, subjects: string[]): Promise<number> {
  return note(ctx, { kinds: kindsOf[group], subjects, differences: await judge[group](ctx, subjects) })
}

async function note(ctx: Ctx, seen: store.Seen): Promise<number> {
  const found = await transaction(ctx.sql, tx => store.noteSeen(tx, seen, ctx.config.RECONCILE_GRACE_S))
  for (const { kind, subject } of found) {
    ctx.findings.inc({ kind })
    ctx.log.warn({ kind, subject }, 'the services differ')
  }
  return found.length
}

/** Repairs one finding, if that is safe, and looks whether it helped. Answers whether it did. */
async function tryRepair(ctx: Ctx, finding: store.FindingRow): Promise<boolean> {
  const { id, kind } = finding
  if (!repairs[kind]) {
    await store.leaveToStaff(ctx.sql, id, advice[kind] ?? 'Look at what differs and decide.')
    return false
  }
  if (undoing.has(kind) && (await store.countOpen(ctx.sql, kind)) > ctx.config.RECONCILE_MAX_UNDO) {
    await store.leaveToStaff(
      ctx.sql,
      id,
      'So many orders are missing at once that the database of the order service may be the wrong one. Nothing was undone: ' +
        'see to that database first, then ask for each repair.',
    )
    return false
  }
  if (finding.attempts >= maxAttempts) {
    await store.leaveToStaff(ctx.sql, id, advice[kind] ?? 'The repair was tried again and again and does not help.')
    return false
  }
  return repairNow(ctx, finding, 'reconciler')
}

/** Repairs a finding now, whoever asks. Answers whether the difference has gone. */
export async function repairNow(ctx: Ctx, finding: store.FindingRow, by: string): Promise<boolean> {
  const { id, kind, subject } = finding
  await store.noteTry(ctx.sql, id, by)
  try {
    const how = await repairs[kind]!(ctx, finding)
    await store.noteHow(ctx.sql, id, how)
  } catch (error) {
    if (isUnavailable(error)) throw error
    if (error instanceof LeftToStaff) {
      await store.leaveToStaff(ctx.sql, id, error.message)
      return false
    }
    const words = error instanceof Problem ? `refused: ${error.problem} ${error.detail ?? ''}` : String(error)
    await store.noteFailure(ctx.sql, id, words.slice(0, 500))
    if (!(error instanceof Problem || error instanceof Unavailable))
      ctx.log.error({ error, kind, subject }, 'a repair failed')
    return false
  }
  const group = groups.find(one => (kindsOf[one] as readonly FindingKind[]).includes(kind))
  // What it did through events shows at the next look only.
  if (group === 'messaging') await lookAtMessaging(ctx, [subject])
  else if (group && group !== 'money') await lookAt(ctx, group, [subject]).catch(noAnswer(ctx))
  const now = (await store.findFinding(ctx.sql, id))!
  if (now.state === 'open') return false
  ctx.repairs.inc({ kind })
  ctx.log.warn({ kind, subject, how: now.how }, 'repaired')
  return true
}

const noAnswer = (ctx: Ctx) => (error: unknown) => {
  if (!(error instanceof Unavailable)) throw error
  ctx.log.warn({ error }, 'whether a repair helped is seen at the next comparison')
}
