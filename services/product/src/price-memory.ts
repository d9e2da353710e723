import type { Listener, Sql } from '@shopfleet/database'
import { type Priced, priceProducts } from './store.ts'

/*
 * What products cost is asked for at every step to an order, and changes now and then. It is remembered by who is told
 * of every change by the database, in the order in which they were committed, and only as long as that is sure: a short
 * while ago, all that had been committed was heard.
 */

/** What is remembered counts for so long after it was last sure that every change has been heard of. */
const lease_ms = 1000
const most = 20_000

export interface PriceMemory {
  /** What these products cost now, those of them that there are. */
  priceOf(ids: string[]): Promise<Priced[]>
  /**
   * Resolves when all is heard that was committed before. Whoever changed a product answers after that, so that the next
   * question gets the new price. Never rejects: what is not heard of is soon no longer remembered.
   */
  caughtUp(): Promise<void>
}

/** Reads with `read` what it does not know. Listens from the first question on, until the pool ends. */
export function createPriceMemory(sql: Sql, read: typeof priceProducts = priceProducts): PriceMemory {
  const known = new Map<string, Priced>()
  /** Moves with all that is heard: what was asked before may be older than that. */
  let epoch = 0
  let listening: Promise<Listener | undefined> | undefined
  let reaching: Promise<void> | undefined
  /** All that was committed before is heard. */
  let heardUpTo_ms = Number.NEGATIVE_INFINITY

  function forgetAll(): void {
    epoch++
    known.clear()
  }

  /** Nothing: any product is another one. Else what can be ordered of some. */
  function heard(payload: string): void {
    if (payload === '') {
      forgetAll()
      return
    }
    epoch++
    for (const one of payload.split(',')) {
      const [id, available] = one.split(' ') as [string, string]
      const row = known.get(id)
      if (row) known.set(id, Object.freeze({ ...row, stock_quantity: Number(available) }))
    }
  }

  function lost(): void {
    heardUpTo_ms = Number.NEGATIVE_INFINITY
    forgetAll()
  }

  async function look(): Promise<void> {
    listening ??= sql.listen('catalogue', { heard, ready: forgetAll, lost }).catch(() => (listening = undefined))
    const listener = await listening
    const asked_ms = performance.now()
    // A connection that was lost meanwhile rejects this.
    await listener?.reach().then(
      () => (heardUpTo_ms = asked_ms),
      () => {},
    )
  }

  const reach = () => (reaching ??= look().finally(() => (reaching = undefined)))

  function recall(ids: string[]): Priced[] | undefined {
    const age_ms = performance.now() - heardUpTo_ms
    if (age_ms > lease_ms / 3) void reach()
    if (age_ms > lease_ms) return undefined
    const rows: Priced[] = []
    for (const id of ids) {
      const row = known.get(id)
      if (!row) return undefined
      rows.push(row)
    }
    return rows
  }

  function keep(rows: Priced[]): void {
    for (const row of rows) {
      // What is not for sale is not asked for often, and may be told of with that of others: one that has variants.
      if (row.is_active) known.set(row.product_id, Object.freeze(row))
    }
    for (const id of known.keys()) {
      if (known.size <= most) break
      known.delete(id)
    }
  }

  return {
    async priceOf(asked) {
      const ids = [...new Set(asked.map(id => id.toLowerCase()))]
      const remembered = recall(ids)
      if (remembered) return remembered
      const before = epoch
      const rows = await read(sql, ids)
      if (epoch === before && heardUpTo_ms > 0) keep(rows)
      return rows
    },
    async caughtUp() {
      if (!listening) return
      let late: NodeJS.Timeout | undefined
      const lapsed = new Promise<void>(resolve => {
        late = setTimeout(resolve, lease_ms)
      })
      // One that is on its way may have been sent before.
      const reached = (reaching ?? Promise.resolve()).then(reach)
      await Promise.race([reached, lapsed])
      clearTimeout(late)
    },
  }
}
