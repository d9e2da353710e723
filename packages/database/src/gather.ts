import type { Boundary } from './boundary.ts'
import { isStatementError } from './driver.ts'
import { errorCode, isUnavailable } from './errors.ts'
import type { Queryable } from './sql.ts'
import { askForTurn, endTurn } from './turns.ts'

/*
 * One statement for many callers. Who calls while the last statement of a kind is out waits for it to return and goes
 * along with everybody else who came meanwhile; what changes something takes turns besides. The more there is to do, the more
 * is done at once, and what a statement and its commit cost beside its rows is shared.
 */

/** Instead of an item's result: it cannot be decided together with the others. It is then run by itself. */
export const alone = Symbol('alone')

/** Does many items in one statement, each as if it were by itself. Answers a result for each, in their order. */
export type RunMany<Item, Result> = (sql: Queryable, items: Item[]) => Promise<(Result | typeof alone)[]>

export interface Gather {
  /**
   * Runs `run` for this item and all of the same `kind` that come at the same time. When the statement fails, each of its
   * items is run by itself and gets an error of its own; one that was lost with its connection fails for all. Whatever
   * an item needs of its caller (a correlation id, for instance) it must hold: others' items are run in one's name. Where
   * the statement is not the same for all of a kind, `shape` says for which it is.
   */
  gather<Item, Result>(kind: string, item: Item, run: RunMany<Item, Result>, shape?: string): Promise<Result>
  /** The same for what nobody waits for: it takes no turn away from what somebody does. */
  gatherAside<Item, Result>(kind: string, item: Item, run: RunMany<Item, Result>): Promise<Result>
  /** The same for a statement that changes nothing: it takes no turns, and is no boundary for crash tests. */
  gatherRead<Item, Result>(kind: string, item: Item, run: RunMany<Item, Result>): Promise<Result>
}

interface Entry {
  item: unknown
  since_ms: number
  resolve(result: any): void
  reject(error: unknown): void
}

interface Queue {
  run: RunMany<any, any>
  waiting: Entry[]
  /** Statements that are out, without those that take too long. */
  out: number
  due: boolean
  takesTurns: boolean
  send(): void
}

/** Items of one statement. */
const most = 100
/** A statement that takes longer, waiting for a lock perhaps, holds nobody up who comes after it. */
const patience_ms = 10

/** Whether a statement that failed for many may be tried for each: it had no effect, and it is about one of them. */
const isOfOne = (error: unknown) =>
  isStatementError(error) && (!isUnavailable(error) || errorCode(error) === '40P01' || errorCode(error) === '40001')

/** `sql` runs the statements, without boundaries of its own. */
export function createGather(sql: Queryable, boundary: Boundary | undefined): Gather {
  const queues = new Map<string, Queue>()

  async function runAlone(run: Queue['run'], { item, resolve, reject }: Entry): Promise<void> {
    try {
      const [result] = await run(sql, [item])
      if (result === alone) throw new Error('an item that is alone must be decided')
      resolve(result)
    } catch (error) {
      reject(error)
    }
  }

  async function runTogether(run: Queue['run'], entries: Entry[]): Promise<void> {
    try {
      const results = await run(
        sql,
        entries.map(entry => entry.item),
      )
      if (results.length !== entries.length) throw new Error('there must be one result for each item')
      const left: Entry[] = []
      for (const [i, entry] of entries.entries()) {
        if (results[i] === alone) left.push(entry)
        else entry.resolve(results[i])
      }
      await Promise.all(left.map(entry => runAlone(run, entry)))
    } catch (error) {
      if (isOfOne(error)) await Promise.all(entries.map(entry => runAlone(run, entry)))
      else for (const entry of entries) entry.reject(error)
    }
  }

  function send(kind: string, queue: Queue): void {
    queue.due = false
    queue.out++
    let isOver = false
    const late = setTimeout(end, patience_ms)
    const entries = queue.waiting.splice(0, most)
    const done = entries.length === 1 ? runAlone(queue.run, entries[0]!) : runTogether(queue.run, entries)
    void done.then(end)

    function end(): void {
      if (isOver) return
      isOver = true
      clearTimeout(late)
      queue.out--
      if (queue.takesTurns) endTurn()
      if (queue.waiting.length > 0) ask(queue)
      else if (queue.out === 0) queues.delete(kind)
    }
  }

  /** Sends what waits, unless a statement of the kind is out: when it returns they ask again. */
  function ask(queue: Queue): void {
    if (queue.out > 0) return
    if (queue.takesTurns) askForTurn(queue)
    else if (!queue.due) {
      queue.due = true
      // After whatever else the event loop brings in this round: that goes along.
      setImmediate(queue.send)
    }
  }

  function join(kind: string, item: unknown, run: Queue['run'], takesTurns: boolean): Promise<any> {
    let queue = queues.get(kind)
    if (!queue) {
      queue = { run, waiting: [], out: 0, due: false, takesTurns, send: () => send(kind, queue!) }
      queues.set(kind, queue)
    }
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    queue.waiting.push({ item, since_ms: performance.now(), resolve, reject })
    ask(queue)
    return promise
  }

  async function change(kind: string, shape: string, item: unknown, run: Queue['run'], takesTurns: boolean) {
    const key = `${kind} ${shape}`
    if (!boundary) return join(key, item, run, takesTurns)
    // Of each item by itself: a crash test that holds one must not hold the others.
    await boundary(`before commit: ${kind}`)
    const result = await join(key, item, run, takesTurns)
    await boundary(`after commit: ${kind}`)
    return result
  }

  return {
    gather: (kind, item, run, shape = '') => change(kind, shape, item, run, true),
    gatherAside: (kind, item, run) => change(kind, '', item, run, false),
    gatherRead: (kind, item, run) => join(kind, item, run, false),
  }
}
