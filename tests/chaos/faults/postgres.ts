import { readdirSync, readFileSync } from 'node:fs'
import { connect, type ReservedSql, type Sql } from '@shopfleet/database'
import { databaseNameOf, databaseNames } from '@shopfleet/platform/databases'
import { claim, duration, type Fault, type FaultScene, nothingFree, statementDuration } from './fault.ts'

/* PostgreSQL that dies, stands still, is slow, is full. */

const back_ms = 60_000
/** Its launcher takes more deaths than that in a minute for a sickness, and lets it lie. */
const deathsApart_ms = 13_000
let lastDeath_ms = Number.NEGATIVE_INFINITY

function mayDie(): boolean {
  if (performance.now() - lastDeath_ms < deathsApart_ms) return false
  lastDeath_ms = performance.now()
  return true
}

/** Reads and writes that PostgreSQL is needed for. */
const needsPostgres = new Set([
  'placeOrder',
  'payOrder',
  'getOrder',
  'listOrders',
  'addCartItem',
  'getCart',
  'cancelOrder',
])

async function answers(sql: Sql): Promise<boolean> {
  const late = new Promise<boolean>(resolve => setTimeout(resolve, 1000, false))
  return Promise.race([
    sql`select 1`.then(
      () => true,
      () => false,
    ),
    late,
  ])
}

/**
 * Waits until it answers again, and measures how long after that the first shopper is answered; only where nothing else is
 * broken, or it would be the time of the other fault.
 */
async function untilBack(scene: FaultScene): Promise<void> {
  const { platform, figures, measures, say } = scene
  const isAlone = () => scene.busy.size === 1 && platform.running.every(program => program.isReady())
  const sql = platform.sql('bus')
  const until_ms = performance.now() + back_ms
  const patience_ms = performance.now() + 15_000
  let revived = false
  while (!(await answers(sql))) {
    if (performance.now() > until_ms) {
      say('PostgreSQL did not come back')
      return
    }
    if (performance.now() > patience_ms && !revived) {
      revived = true
      await platform.postgres.revive().catch(error => say(`PostgreSQL: ${(error as Error).message}`))
    }
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  const since_ms = performance.now()
  const wasAlone = isAlone()
  await new Promise<void>(done => {
    const giveUp = setTimeout(done, 20_000)
    figures.watch(({ operation, outcome }) => {
      if (outcome.phase !== 'ok' || !needsPostgres.has(operation.name)) return false
      if (wasAlone && isAlone()) measures.first_2xx_after_postgres_ms.push(performance.now() - since_ms)
      clearTimeout(giveUp)
      done()
      return true
    })
  })
}

export const postgresKill: Fault = async scene => {
  if (scene.busy.has('postgres') || !mayDie()) return nothingFree
  const release = claim(scene, 'postgres')
  const pid = scene.platform.postgres.pid()
  process.kill(pid, 'SIGKILL')
  return {
    target: 'postgres',
    hold_ms: 50,
    async end() {
      await untilBack(scene)
      release()
    },
  }
}

/** One of its sessions is ended, or killed: then PostgreSQL ends all others and recovers. */
export const backendKill: Fault = async scene => {
  if (scene.busy.has('postgres')) return nothingFree
  const sql = scene.platform.sql('bus')
  const rows = await sql<{ pid: number; name: string; database: string }[]>`
    select pid, application_name as name, datname as database from pg_stat_activity
    where backend_type = 'client backend' and application_name not in ('chaos', 'shopfleet launcher')
      and datname = any(${databaseNames.map(databaseNameOf)}) order by pid`
  if (rows.length === 0) return nothingFree
  const { pid, name, database } = scene.random.pick(rows)
  const release = claim(scene, 'postgres')
  const isShot = scene.random.next() < 0.4 && mayDie()
  if (isShot) process.kill(pid, 'SIGKILL')
  else await sql`select pg_terminate_backend(${pid})`
  return {
    target: `${name} in ${database}`,
    details: { how: isShot ? 'SIGKILL' : 'pg_terminate_backend' },
    hold_ms: 50,
    async end() {
      if (isShot) await untilBack(scene)
      release()
    },
  }
}

function childrenOf(parent: number): number[] {
  const pids: number[] = []
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8')
      if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent) pids.push(Number(entry))
    } catch {
      // It has ended meanwhile.
    }
  }
  return pids
}

/** Whom a signal does not reach has ended meanwhile. */
function signalAll(pids: number[], signal: 'SIGSTOP' | 'SIGCONT'): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal)
    } catch {}
  }
}

export const postgresStop: Fault = async scene => {
  if (process.platform !== 'linux') return { skip: 'the processes of PostgreSQL are found in /proc', forGood: true }
  if (scene.busy.has('postgres')) return nothingFree
  const hold_ms = duration(scene)
  const release = claim(scene, 'postgres')
  const main = scene.platform.postgres.pid()
  // The main process first: it starts no further ones.
  signalAll([main], 'SIGSTOP')
  const pids = [main, ...childrenOf(main)]
  signalAll(pids, 'SIGSTOP')
  return {
    target: 'postgres',
    details: { hold_ms, processes: pids.length },
    hold_ms,
    async end() {
      signalAll(pids, 'SIGCONT')
      release()
    },
  }
}

const hotTables: Record<string, string[]> = {
  order: ['orders', 'order_items', 'outbox'],
  payment: ['payments', 'ledger_entries', 'outbox'],
  inventory: ['stock', 'reservations', 'movements'],
  cart: ['carts', 'outbox'],
  product: ['products', 'outbox'],
  user: ['users', 'outbox'],
}

/** Somebody's migration holds a table; somebody's report holds the processors. */
export const slowStatements: Fault = async scene => {
  const { random, platform } = scene
  const database = random.pick(Object.keys(hotTables))
  if (scene.busy.has('postgres') || scene.busy.has(`slow ${database}`)) return nothingFree
  const release = claim(scene, `slow ${database}`)
  const hold_ms = statementDuration(scene)
  const sql = platform.sql(database)
  const isLock = random.next() < 0.7
  const table = random.pick(hotTables[database]!)
  const seconds = hold_ms / 1000
  // It ends by itself: nothing is left to mend where the harness dies.
  const work = isLock
    ? sql.begin(async tx => {
        await tx.unsafe(`set local lock_timeout = '2s'; lock table ${table} in access exclusive mode`)
        await tx`select pg_sleep(${seconds})`
      })
    : sql.begin(async tx => {
        await tx.unsafe(`set local statement_timeout = ${Math.round(hold_ms)}`)
        await tx`select count(*) from generate_series(1, 2000000000) n where n::text like '%x%'`
      })
  const done = work.catch(() => {})
  return {
    target: database,
    details: isLock ? { hold_ms, locked: table } : { hold_ms, hog: true },
    hold_ms,
    async end() {
      await done
      release()
    },
  }
}

/** All connections the server allows are taken by somebody else. */
export const connections: Fault = async scene => {
  if (scene.busy.has('postgres') || scene.busy.has('connections')) return nothingFree
  const release = claim(scene, 'connections')
  const hold_ms = duration(scene, 800)
  const url = new URL(scene.platform.postgres.adminUrl)
  url.pathname = `/${databaseNameOf('bus')}`
  const pool = connect(url.href, { name: 'chaos hog', max: 400 })
  const taken: ReservedSql[] = []
  const take = async () => {
    const session = await pool.reserve()
    taken.push(session)
    await session`select 1`
  }
  // A few at a time, until one is turned away.
  for (let isFull = false; !isFull && taken.length < 390; ) {
    const batch = await Promise.allSettled(Array.from({ length: 10 }, take))
    isFull = batch.some(one => one.status === 'rejected')
  }
  return {
    target: 'postgres',
    details: { hold_ms, taken: taken.length },
    hold_ms,
    async end() {
      for (const one of taken) one.release()
      await pool.end({ timeout: 2 })
      release()
    },
  }
}

export const diskFull: Fault = async scene => {
  const { disk } = scene.platform
  if (!disk.fill) return { skip: 'only root on Linux may mount the small disk that is filled', forGood: true }
  if (scene.busy.has('postgres') || !mayDie()) return nothingFree
  const release = claim(scene, 'postgres')
  const hold_ms = Math.min(4000, duration(scene, 1500))
  await disk.fill()
  return {
    target: 'postgres',
    details: { hold_ms },
    hold_ms,
    async end() {
      disk.free()
      await untilBack(scene)
      release()
    },
  }
}
