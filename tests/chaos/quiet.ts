import { readFileSync } from 'node:fs'
import { services } from '@shopfleet/platform'
import { endsOf } from './kafka.ts'
import type { Platform } from './platform.ts'

/** What still has to happen before the platform is at rest; each entry is one reason. */
export async function openMatters(platform: Platform): Promise<string[]> {
  const open: string[] = []
  const count = async (database: string, what: string, query: string) => {
    const [row] = await platform.sql(database).unsafe<[{ n: number }]>(query)
    if (row.n > 0) open.push(`${database}: ${row.n} ${what}`)
  }
  const tails = await endsOf(platform)
  await count('order', 'orders on their way', `select count(*)::int n from orders where goal <> 'none'`)
  await count('order', 'orders that wait to be paid', `select count(*)::int n from orders where status = 'pending'`)
  await count('order', 'refunds asked for', `select count(*)::int n from order_refunds where status = 'asked'`)
  await count('inventory', 'reservations held', `select count(*)::int n from reservations where status = 'held'`)
  await count(
    'payment',
    'payments with an open question',
    `select count(*)::int n from payments where next_check_at is not null`,
  )
  await count(
    'payment',
    'refunds with an open question',
    `select count(*)::int n from refunds where next_check_at is not null`,
  )
  await count(
    'payment',
    'closures that are not settled',
    `select count(*)::int n from orders where next_check_at is not null`,
  )
  for (const { name, hasDatabase } of services) {
    if (!hasDatabase) continue
    await count(name, 'events in the outbox', 'select count(*)::int n from outbox')
    const offsets = await platform.sql(name)<{ topic: string; position: number }[]>`
      select topic, position from consumer_offsets where topic not like 'own:%'`
    const behind = offsets.filter(row => row.position < (tails.get(row.topic) ?? 0))
    if (behind.length > 0) open.push(`${name}: events of ${behind.map(row => row.topic).join(', ')} not applied`)
  }
  return open
}

/** Messages that wait to be sent, wherever the notification service keeps them, show in the journal's growth. */
function mailSize(folder: string): number {
  try {
    return readFileSync(`${folder}/mail/journal.jsonl`).length
  } catch {
    return 0
  }
}

export interface Quiet {
  /** Milliseconds it took; null when it did not come to rest. */
  after_ms: number | null
  open: string[]
}

const stable_ms = 4000

/** Waits until nothing is left to do and nothing moves any more. */
export async function untilQuiet(
  platform: Platform,
  { folder, seconds }: { folder: string; seconds: number },
): Promise<Quiet> {
  const began_ms = performance.now()
  let open: string[] = ['not looked yet']
  let size = -1
  let still_ms = performance.now()
  while (performance.now() - began_ms < seconds * 1000) {
    open = await openMatters(platform).catch(error => [`cannot be asked: ${(error as Error).message}`])
    const now = mailSize(folder)
    if (open.length > 0 || now !== size) still_ms = performance.now()
    size = now
    if (performance.now() - still_ms > stable_ms)
      return { after_ms: Math.round(performance.now() - began_ms), open: [] }
    await new Promise(resolve => setTimeout(resolve, 250))
  }
  return { after_ms: null, open: open.length > 0 ? open : ['the mail journal grows'] }
}

/**
 * Has every listener read everything again from the beginning: it must change nothing. Killed first, since one that is
 * running looks up its place only when it finds that somebody else has moved it.
 */
export async function replayEverything(platform: Platform): Promise<void> {
  for (const program of platform.running) program.hold(true)
  for (const program of platform.running) program.signal('SIGKILL')
  while (platform.running.some(program => program.pid() !== undefined)) await new Promise(r => setTimeout(r, 20))
  for (const { name, hasDatabase } of services)
    if (hasDatabase) await platform.sql(name)`update consumer_offsets set position = 0 where topic not like 'own:%'`
  for (const program of platform.running) program.hold(false)
  await Promise.all(platform.running.map(program => program.untilReady(60_000)))
}
