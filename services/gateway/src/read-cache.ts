import type { IncomingHttpHeaders } from 'node:http'
import { type Caching, type EventMessage, type Operation, type ServiceName, Unavailable } from '@shopfleet/contracts'
import { isKeepable, type KeptAnswer, keptAnswerOf, type Sendable, sendableOf } from './kept-answer.ts'
import type { Answer } from './upstream.ts'

/**
 * Answers of public reads, kept in memory under path and query as they came. The contract says how long and
 * until which event (`Caching`). Many who ask for one thing at once ask the service once; what is asked for again and
 * again is renewed before it runs out, so that nobody waits for it; and a service that does not answer is stood in for,
 * for a declared while. Nothing of a caller but the address goes into a question, so nothing of theirs comes back to others.
 */

/** What is asked: the address, and what it says. */
export interface Question {
  /** Path and query as they came. */
  path: string
  params: Record<string, unknown>
  query: Record<string, unknown>
}

export interface Kept extends KeptAnswer {
  readonly question: Question
  readonly shelf: Shelf
  /** Its question's place among all questions and changes: one that was asked before a change knows nothing of it. */
  readonly turn: number
  readonly asked_ms: number
  /** Until when it may be shown although newer questions fail. */
  stand_in_until: number
  renew_at: number
  touched_ms: number
  ids: readonly string[]
  size: number
}

/** What holds for all answers of an operation. */
interface Shelf {
  operation: Operation
  caching: Caching
  /** The turn of the last change that ended them all. */
  changed: number
  /** The turn of the last change of something, whichever: a question under way may be about it. */
  touched: number
}

interface Flight {
  turn: number
  landed: Promise<Kept | Answer>
}

export type Outcome = 'fresh' | 'stale' | 'joined' | 'asked' | 'renewed'

export interface ReadCacheOptions {
  operations: readonly Operation[]
  /** Bytes all of it may take; 0 keeps nothing. */
  max_bytes: number
  /** Milliseconds of a clock that is never put back. */
  now: () => number
  ask: (operation: Operation, question: Question, correlation_id: string) => Promise<Answer>
  newId: () => string
  onOutcome?: (outcome: Outcome) => void
}

/** What an entry takes beside its bytes, roughly. */
const overhead = 1500
/** How long one waits for a service before the last answer stands in for it, where that is allowed. */
const patience_ms = 300
/** How long it stands in before the service is asked again. */
const standIn_ms = 1000
/** After this part of its time an answer that is asked for is renewed. */
const renewAfter = 0.75

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

export function createReadCache(options: ReadCacheOptions) {
  const { max_bytes, now, ask, onOutcome } = options
  /** In the order of their last use, roughly. */
  const entries = new Map<string, Kept>()
  const flights = new Map<string, Flight>()
  const shelves = new Map<string, Shelf>()
  /** Which answers hold an id, of those that an event about it ends. */
  const about = new Map<string, Set<string>>()
  let turn = 0
  let bytes = 0
  for (const operation of max_bytes > 0 ? options.operations : []) {
    const { cache: caching } = operation
    if (caching) shelves.set(operation.name, { operation, caching, changed: 0, touched: 0 })
  }

  function remove(kept: Kept): void {
    const { path } = kept.question
    if (entries.get(path) !== kept) return
    entries.delete(path)
    bytes -= kept.size
    for (const id of kept.ids) {
      const keys = about.get(id)
      keys?.delete(path)
      if (keys?.size === 0) about.delete(id)
    }
  }

  function weigh(kept: Kept): void {
    const { bytes: plain, gzip, br, question } = kept
    const size = overhead + plain.length + (gzip?.length ?? 0) + (br?.length ?? 0) + 4 * question.path.length
    bytes += size - kept.size
    kept.size = size
  }

  function store(kept: Kept): void {
    const { path } = kept.question
    const before = entries.get(path)
    if (before && before.turn > kept.turn) return
    if (before) remove(before)
    entries.set(path, kept)
    for (const id of kept.ids) {
      const keys = about.get(id)
      if (keys) keys.add(path)
      else about.set(id, new Set([path]))
    }
    weigh(kept)
    for (const oldest of entries.values()) {
      if (bytes <= max_bytes) break
      remove(oldest)
    }
  }

  /** What may be shown if the service does not answer. */
  function usable(path: string): Kept | undefined {
    const kept = entries.get(path)
    if (!kept || kept.turn < kept.shelf.changed) return undefined
    const { fresh_s, if_error_s = 0 } = kept.shelf.caching
    return now() < kept.asked_ms + (fresh_s + if_error_s) * 1000 ? kept : undefined
  }

  /** Asks the service, and keeps what it says unless it was overtaken by a change. */
  function begin(shelf: Shelf, question: Question, correlation_id: string): Flight {
    const { path } = question
    const asked_ms = now()
    const flight: Flight = { turn: ++turn, landed: undefined as never }
    flight.landed = (async () => {
      const answer = await ask(shelf.operation, question, correlation_id)
      if (!isKeepable(answer)) return answer
      const { caching, operation } = shelf
      const kept: Kept = {
        ...keptAnswerOf(operation, answer as Answer & { body: Buffer }, entries.get(path)),
        ...{ question, shelf, turn: flight.turn, asked_ms, stand_in_until: 0, touched_ms: asked_ms },
        renew_at: asked_ms + caching.fresh_s * 1000 * renewAfter,
        ids: caching.changed_about ? [...new Set(answer.body.toString('latin1').match(uuid))] : [],
        size: 0,
      }
      if (flight.turn > shelf.changed && flight.turn > shelf.touched) store(kept)
      return kept
    })().finally(() => {
      if (flights.get(path) === flight) flights.delete(path)
    })
    flights.set(path, flight)
    return flight
  }

  /** Asks for what is about to run out; whoever asked is not waiting. */
  function renew(kept: Kept): void {
    kept.renew_at = now() + standIn_ms
    if (flights.has(kept.question.path)) return
    onOutcome?.('renewed')
    // If the service does not answer now, the next one to ask will hear of it.
    begin(kept.shelf, kept.question, options.newId()).landed.catch(() => {})
  }

  /** An answer that may be shown at once. */
  function peek(path: string): Kept | undefined {
    const kept = entries.get(path)
    if (!kept || kept.turn < kept.shelf.changed) return undefined
    const at = now()
    const isFresh = at < kept.asked_ms + kept.shelf.caching.fresh_s * 1000
    if (!isFresh && at >= kept.stand_in_until) return undefined
    if (at - kept.touched_ms > 1000) {
      kept.touched_ms = at
      entries.delete(path)
      entries.set(path, kept)
    }
    if (isFresh && at > kept.renew_at) renew(kept)
    onOutcome?.(isFresh ? 'fresh' : 'stale')
    return kept
  }

  /** Lets the last answer stand in where nobody can be asked, for a moment at a time. Undefined where that is not allowed. */
  function standIn(path: string): Kept | undefined {
    const kept = usable(path)
    if (!kept) return undefined
    const { fresh_s, if_error_s = 0 } = kept.shelf.caching
    kept.stand_in_until = Math.min(now() + standIn_ms, kept.asked_ms + (fresh_s + if_error_s) * 1000)
    onOutcome?.('stale')
    return kept
  }

  async function read(operation: Operation, question: Question, correlation_id: string): Promise<Kept | Answer> {
    const { path } = question
    const shelf = shelves.get(operation.name)!
    const known = peek(path)
    if (known) return known
    const under_way = flights.get(path)
    const joins = under_way !== undefined && under_way.turn > shelf.changed && under_way.turn > shelf.touched
    onOutcome?.(joins ? 'joined' : 'asked')
    const { landed } = joins ? under_way : begin(shelf, question, correlation_id)
    let found: Kept | Answer | undefined
    try {
      found = await (usable(path) ? orLate(landed) : landed)
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      const instead = standIn(path)
      if (instead) return instead
      throw error
    }
    if (found === undefined || ('status' in found && found.status >= 500)) {
      const instead = standIn(path)
      if (instead) return instead
    }
    found ??= await landed
    // A refusal names the request it is for: who only joined asks for their own.
    return joins && 'status' in found ? ask(operation, question, correlation_id) : found
  }

  function change(shelf: Shelf): void {
    shelf.changed = ++turn
  }

  return {
    peek,
    standIn,
    /** Whether answers of the operation are kept. */
    keeps: (operation: Operation) => shelves.has(operation.name),
    /** A kept answer, or what the service says if that is not for keeping. Throws what asking throws. */
    read,
    /** What one caller gets of an answer. */
    sendable(kept: Kept, asked: IncomingHttpHeaders): Sendable {
      const { gzip, br } = kept
      const sendable = sendableOf(kept, asked, now() - kept.asked_ms)
      // A compressed form may have been added to it.
      if ((kept.gzip !== gzip || kept.br !== br) && entries.get(kept.question.path) === kept) weigh(kept)
      return sendable
    },
    /** Something was written to a service: what it shows may be another from now on. */
    written(service: ServiceName): void {
      for (const shelf of shelves.values()) {
        const { changed_by, changed_about } = shelf.caching
        if (shelf.operation.service === service && (changed_by || changed_about)) change(shelf)
      }
    },
    heard({ service, name, aggregate_id }: Pick<EventMessage, 'service' | 'name' | 'aggregate_id'>): void {
      const says = (list: Caching['changed_by']) =>
        list?.some(event => event.service === service && event.name === name)
      for (const shelf of shelves.values()) {
        if (says(shelf.caching.changed_by)) change(shelf)
        if (!says(shelf.caching.changed_about)) continue
        shelf.touched = ++turn
        for (const path of [...(about.get(aggregate_id) ?? [])]) {
          const kept = entries.get(path)
          if (kept?.shelf === shelf) remove(kept)
        }
      }
    },
    /** Changes may have been missed. */
    forgetAll(): void {
      for (const shelf of shelves.values()) change(shelf)
    },
    /** Topics whose events end what is kept. */
    topics: [
      ...new Set(
        [...shelves.values()].flatMap(({ caching }) =>
          [...(caching.changed_by ?? []), ...(caching.changed_about ?? [])].map(event => event.service),
        ),
      ),
    ],
    bytes: () => bytes,
    size: () => entries.size,
  }
}
export type ReadCache = ReturnType<typeof createReadCache>

/** Undefined if it takes too long. What it comes to is then for others. */
function orLate<T>(landed: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>(resolve => {
    timer = setTimeout(resolve, patience_ms, undefined)
  })
  landed.catch(() => {})
  return Promise.race([landed, late]).finally(() => clearTimeout(timer))
}
