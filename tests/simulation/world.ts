import { commonProblems, type Operation, Problem, Unavailable } from '@shopfleet/contracts'
import { isUnavailable } from '@shopfleet/database'
import type { Call, Route } from '@shopfleet/service-kit'
import { createRandom } from '../../packages/testing/src/random.ts'
import { type FaultName, mix } from './faults.ts'
import { brief, short } from './names.ts'
import { createProvider } from './provider.ts'
import { closeLine, openLine } from './provider-line.ts'
import { createQueue } from './queue.ts'
import { changesOf, createTables, databaseError, type Session } from './tables.ts'
import type { WorldOptions } from './world-options.ts'

/*
 * One small world: virtual time, a network, three services of one or two processes each, their tables, a provider.
 * Whatever waits, waits in one queue that is ordered by virtual time; everything between two waits runs by itself. So a
 * seed is a run, and a crash is a process whose waits never come back.
 */

export type ServiceName = 'order' | 'inventory' | 'payment'
const serviceNames: ServiceName[] = ['order', 'inventory', 'payment']

interface Instance {
  service: ServiceName
  name: string
  alive: boolean
  ctx: any
  routes: Map<string, Route>
  caught: number
}

export class Violation extends Error {}

export type World = ReturnType<typeof createWorld>

const callTimeout_ms = 5_000
const providerTimeout_ms = 3_000
const restart_ms = [100, 900, 6_000]
const tightOneIn = 4

let worlds = 0

export function createWorld(options: WorldOptions) {
  const { shop, trace } = options
  const random = createRandom(options.seed)
  /**
   * One in so many is tight: one product with next to nothing of it, everybody at once, holds and leases shorter than
   * answers take. There the drivers of one order meet, and what one has let go another takes. (Drawn apart, so that the
   * other seeds play as if there were none.)
   */
  const tight = createRandom(~options.seed).below(tightOneIn) === 0
  const id = ++worlds
  const tables = createTables()
  const queue = createQueue()
  const violations: string[] = []
  const config = {
    HOLD_S: random.pick(tight ? [1, 1, 3] : [20, 60, 300]),
    DRIVE_LEASE_MS: random.pick(tight ? [100, 100, 400] : [400, 3_000, 15_000, 15_000]),
    SWEEP_MS: tight ? 200 : 500,
    SETTLE_SWEEP_MS: 1_000,
    EXPIRY_SWEEP_MS: 1_000,
    RECONCILE_MS: 30_000,
    SETTLE_AFTER_MS: random.pick([0, 2_000, 2_000]),
    PROVIDER_TIMEOUT_MS: providerTimeout_ms,
    SERVICE_SECRET: 'secret of the simulation, of thirty-two letters and more',
  }
  const faults = mix(random, options.without ?? [])
  if (tight)
    for (const name of ['late', 'lostAnswer', 'providerError'] as const) faults[name] = Math.min(0.4, faults[name] * 3)
  /** Until then things go wrong. */
  const quietFrom_ms = 15_000 + random.below(60_000)
  let now = 0
  let seq = 0
  let ids = 0
  /** Whether a sweep has begun or ended since sweeps were planned. */
  let changed = true
  let faulty = true
  let steps = 0
  const counts = {} as Record<FaultName, number>

  const newId = () => `00000000-0000-7000-8000-${(++ids).toString(16).padStart(12, '0')}`
  const note = (text: () => string) => trace?.(`${(now / 1000).toFixed(3).padStart(9)}  ${text()}`)
  const violate = (what: string) => {
    violations.push(`at ${(now / 1000).toFixed(3)} s: ${what}`)
    note(() => `!! ${what}`)
  }

  const at = (ms: number, go: () => void, over?: () => boolean) => queue.add({ at: ms, seq: seq++, go, over })
  const after = (ms: number, go: () => void, over?: () => boolean) => at(now + ms, go, over)
  const sleep = (ms: number) => new Promise<void>(resolve => after(ms, resolve))

  function happens(fault: FaultName): boolean {
    if (!faulty || faults[fault] === 0 || random.next() >= faults[fault]) return false
    counts[fault] = (counts[fault] ?? 0) + 1
    return true
  }
  /** Milliseconds on the way: a few, or far too many. */
  function latency(): number {
    if (happens('late')) return tight ? 400 * 2 ** random.below(4) : 50 * 2 ** random.below(10)
    return 1 + random.below(6)
  }

  const db = {
    get now() {
      return now
    },
    newId,
    raced: () => happens('duplicate'),
  }

  function sessionOf(instance: Instance): Session {
    return {
      async statement(run) {
        await wait(instance, 'before a statement')
        if (happens('databaseGone')) throw gone(instance, 'before')
        const value = run(tables, db)
        world.afterStatement()
        // The answer is on its way while others go on, or the process dies with it.
        if (faulty && random.next() < 0.3) await wait(instance, 'after a statement')
        if (happens('databaseGone')) throw gone(instance, 'after')
        return value
      },
    }
  }
  function gone({ name }: Instance, when: string): Error {
    note(() => `${name}: the database connection is lost ${when} a statement`)
    return databaseError('CONNECTION_CLOSED')
  }

  /** A wait of a process, in which it may die: then it never comes back. */
  function wait(instance: Instance, where: string): Promise<void> {
    if (!instance.alive) return new Promise(() => {})
    if (happens('crash')) crash(instance, where)
    return new Promise(resolve =>
      after(latency(), () => {
        if (instance.alive) resolve()
      }),
    )
  }

  const instances = new Map<ServiceName, Instance[]>()
  function boot(service: ServiceName, name: string): Instance {
    const instance: Instance = { service, name, alive: true, ctx: undefined, routes: new Map(), caught: 0 }
    instance.ctx = contextOf(instance)
    for (const one of shop.routes[service](instance.ctx)) instance.routes.set(one.operation.name, one)
    return instance
  }

  function crash(instance: Instance, where: string): void {
    note(() => `${instance.name}: killed ${where}`)
    instance.alive = false
    const list = instances.get(instance.service)!
    list.splice(list.indexOf(instance), 1)
    after(random.pick(restart_ms), () => {
      note(() => `${instance.name}: up again`)
      list.push(boot(instance.service, instance.name))
    })
  }

  const provider = createProvider({
    random,
    after,
    happens,
    latency,
    newId,
    note,
    webhook,
    check: () => world.afterStatement(),
  })
  const lineName = `world-${id}`
  openLine(lineName, provider)

  function contextOf(instance: Instance) {
    const uncounted = () => {}
    const unexpected = (details: any, message: string) => {
      const { error } = details
      if (error instanceof Unavailable || isUnavailable(error))
        note(() => `${instance.name}: ${message}: ${error.message}`)
      else violate(`${instance.name} logged an error: ${message} ${error?.stack ?? JSON.stringify(details)}`)
    }
    const base = {
      config,
      sql: sessionOf(instance),
      clock: { now: () => 1_700_000_000_000 + now, newId },
      log: {
        debug() {},
        info() {},
        warn: (details: any, message: string) =>
          note(() => `${instance.name}: ${message}${details.error ? `: ${details.error.message}` : ''}`),
        error: unexpected,
      },
      metrics: {
        errors: {
          inc({ kind }: { kind: string }) {
            // The others are logged with their error, which may be that the database was away.
            if (kind === 'checkout') violate(`${instance.name}: a checkout failed by a fault of our own`)
          },
        },
      },
      orders: { told: uncounted, paid: uncounted, cancelled: uncounted },
      counts: { payment: uncounted, refund: uncounted, repaired: uncounted, answered: uncounted },
      shortages: { inc: uncounted },
      placing: new Set<string>(),
      call: (operation: Operation<any, any, any, any>, input: any) => callFrom(instance, operation, input),
    }
    const toProvider = shop.createProvider({
      url: `sim://${lineName}`,
      key: 'key',
      timeout_ms: providerTimeout_ms,
      boundary: () => wait(instance, 'beside a call of the provider'),
    })
    return { ...base, provider: toProvider }
  }

  class Lost extends Error {}

  /** One exchange over the network. Rejects with Lost when there is no answer in time: it may or may not have happened. */
  function exchange(caller: string, operation: Operation<any, any, any, any>, call: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      let over = false
      const end = (how: () => void) => {
        if (over) return
        over = true
        how()
      }
      const deliver = (duplicate: boolean) => {
        const list = instances.get(operation.service as ServiceName)!
        if (list.length === 0) {
          end(() => reject(new Lost('connection refused')))
          return
        }
        const server = random.pick(list)
        note(() => `${caller} → ${server.name} ${operation.name}${duplicate ? ' (once more)' : ''} ${brief(call)}`)
        serve(server, operation, call).then(
          value =>
            answer(
              () => resolve(value),
              () => `${server.name} → ${caller} ${operation.name}: ${brief(value)}`,
            ),
          error => {
            const refused = error instanceof Problem
            answer(
              () => reject(refused ? error : new Lost('answered 503')),
              () =>
                `${server.name} → ${caller} ${operation.name}: ${refused ? error.problem : `503 (${error.message})`}`,
            )
          },
        )
      }
      const answer = (how: () => void, text: () => string) => {
        if (happens('lostAnswer')) {
          note(() => `${text()} — lost on the way`)
          return
        }
        note(text)
        after(latency(), () => end(how))
      }
      after(
        callTimeout_ms,
        () => end(() => reject(new Lost('no answer in time'))),
        () => over,
      )
      if (happens('lostRequest')) note(() => `${caller} → ${operation.service} ${operation.name} — lost on the way`)
      else after(latency(), () => deliver(false))
      if (happens('duplicate')) after(latency() + random.below(4_000), () => deliver(true))
    })
  }

  /** Runs the route of an operation. What is neither a refusal nor a dependency that fails is a bug. */
  async function serve(server: Instance, operation: Operation<any, any, any, any>, call: any): Promise<unknown> {
    const { handle } = server.routes.get(operation.name)!
    const whole: Call<any> = {
      params: {},
      query: {},
      body: undefined,
      caller: { kind: 'service', service: 'order' },
      idempotency_key: undefined,
      header: () => undefined,
      raw_body: '',
      ip: '',
      ...call,
    }
    try {
      return await handle(whole)
    } catch (error) {
      if (error instanceof Problem) {
        if (
          error.status < 500 &&
          !operation.problems?.includes(error.problem) &&
          !commonProblems(operation).includes(error.problem)
        )
          violate(`${operation.name} refused as ${error.problem}, which it does not declare`)
      } else if (!(error instanceof Unavailable || isUnavailable(error)))
        violate(`${server.name} failed in ${operation.name}: ${(error as Error).stack}`)
      throw error
    }
  }

  async function callFrom(instance: Instance, operation: Operation<any, any, any, any>, input: any): Promise<unknown> {
    if (operation.name === 'priceProducts') return { items: input.query.ids.split(',').map(priceOf) }
    if (operation.name === 'readCartForOrder') return world.readCart(input.params.cart_id)
    for (let attempt = 0; ; attempt++) {
      await wait(instance, `before calling ${operation.name}`)
      try {
        const value = await guarded(instance, exchange(instance.name, operation, input))
        await wait(instance, `after calling ${operation.name}`)
        return value
      } catch (error) {
        if (error instanceof Problem) throw error
        if (attempt === 2 || !operation.idempotent) throw new Unavailable(operation.service, { cause: error })
      }
    }
  }
  /** An answer to a process that has died meanwhile reaches nobody. */
  function guarded<T>(instance: Instance, work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      work.then(
        value => instance.alive && resolve(value),
        error => instance.alive && reject(error),
      )
    })
  }

  const priceOf = (product_id: string) => ({
    product_id,
    sku: 'sku',
    name: 'thing',
    price_minor: world.prices.get(product_id)!,
    currency: 'USD',
    is_active: true,
  })

  /** Brings a webhook to the payment service; true once it was taken, false when that is not known in time. */
  async function webhook(body: object): Promise<boolean> {
    const list = instances.get('payment')!
    if (list.length === 0) return false
    const server = random.pick(list)
    note(() => `provider → ${server.name} webhook ${brief(body)}`)
    const taken = shop.receiveWebhook(server.ctx, body as never).then(
      () => true,
      error => {
        if (!isUnavailable(error)) violate(`${server.name} failed in a webhook: ${error.stack}`)
        return false
      },
    )
    return Promise.race([taken, sleep(callTimeout_ms).then(() => false)])
  }

  // Events: from the outbox to the order service, in order for each order, each applied once.
  let relayed = 0
  const lastApplied = new Map<string, number>()
  const handlers = new Map(shop.handlers().map(handler => [handler.event.name, handler]))
  const direct: Session = { statement: async run => run(tables, db) }
  function relay(): void {
    for (; relayed < tables.outbox.length; relayed++) {
      const message = tables.outbox[relayed]!
      const handler = handlers.get(message.name)
      if (!handler) continue
      const due = Math.max(now + 5 + latency() * 4, lastApplied.get(message.aggregate_id) ?? 0)
      lastApplied.set(message.aggregate_id, due)
      at(due, () => {
        note(() => `order hears ${message.name} of ${short(message.aggregate_id)}`)
        handler.apply(direct as never, [message as never]).then(
          () => {
            applied++
            world.afterStatement()
          },
          error => violate(`an event could not be applied: ${error.stack}`),
        )
      })
      awaited++
    }
  }
  let awaited = 0
  let applied = 0

  // Sweeps: one at a time for each process, at some moment after something is due.
  const sweeps = [
    {
      name: 'finish checkouts',
      service: 'order',
      due: shop.nextDue.order,
      run: shop.sweepOrders,
      interval: config.SWEEP_MS,
    },
    {
      name: 'expire reservations',
      service: 'inventory',
      due: shop.nextDue.inventory,
      run: shop.expireReservations,
      interval: config.EXPIRY_SWEEP_MS,
    },
    {
      name: 'settle payments',
      service: 'payment',
      due: shop.nextDue.settle,
      run: shop.settleOverdue,
      interval: config.SETTLE_SWEEP_MS,
    },
    {
      name: 'reconcile payments',
      service: 'payment',
      due: shop.nextDue.compare,
      run: shop.reconcile,
      interval: config.RECONCILE_MS,
    },
  ].map(sweep => ({ ...sweep, service: sweep.service as ServiceName, planned: Infinity, busy: new Set<Instance>() }))

  let plannedChanges = -1
  function planSweeps(): void {
    const changes = changesOf(tables)
    if (!changed && changes === plannedChanges) return
    changed = false
    plannedChanges = changes
    for (const sweep of sweeps) {
      const due = Math.max(now, sweep.due(tables))
      if (due === Infinity || sweep.planned <= due + sweep.interval) continue
      const planned = due + 1 + random.below(sweep.interval)
      sweep.planned = planned
      at(planned, () => {
        if (sweep.planned === planned) sweep.planned = Infinity
        changed = true
        const server = instances.get(sweep.service)!.find(one => !sweep.busy.has(one))
        if (!server) return
        note(() => `${server.name}: sweep, ${sweep.name}`)
        sweep.busy.add(server)
        const end = () => {
          sweep.busy.delete(server)
          changed = true
        }
        sweep.run(server.ctx).then(end, error => {
          end()
          if (!(error instanceof Unavailable || isUnavailable(error)))
            violate(`${server.name} failed in the sweep ${sweep.name}: ${error.stack}`)
        })
      })
    }
  }

  const world = {
    random,
    tight,
    tables,
    config,
    faults,
    counts,
    provider,
    violations,
    violate,
    note,
    after,
    sleep,
    exchange,
    newId,
    quietFrom_ms,
    orders: options.orders,
    prices: new Map<string, number>(),
    readCart: (_cart_id: string): { items: object[] } => ({ items: [] }),
    /** Looked at after every change; set by the invariants. */
    afterStatement: () => {},
    isLost: (error: unknown) => error instanceof Lost,
    get now() {
      return now
    },
    get steps() {
      return steps
    },
    get eventsPending() {
      return awaited - applied
    },
    start() {
      for (const service of serviceNames) {
        const copies = service === 'inventory' ? 1 : 1 + random.below(2)
        instances.set(
          service,
          Array.from({ length: copies }, (_, i) => boot(service, `${service} ${i + 1}`)),
        )
      }
      at(quietFrom_ms, () => {
        faulty = false
        note(() => '-- from here on nothing goes wrong')
      })
    },
    /** Goes on to the next moment at which something happens; false when nothing will. */
    step(): boolean {
      relay()
      planSweeps()
      let next = queue.take()
      while (next?.over?.()) next = queue.take()
      if (!next) return false
      now = next.at
      steps++
      next.go()
      return true
    },
    close: () => closeLine(lineName),
  }
  return world
}
