import { type Observation, storefrontObserved } from '@shopfleet/contracts'
import type { Tx } from '@shopfleet/database'
import { publish } from '@shopfleet/messaging'
import type { Sums } from './order-facts.ts'
import * as rollups from './rollup-store.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

/** Searches a day keeps apart; whoever invents more does not fill the disk: those count together. */
const mostTerms = 5000
export const otherTerms = '…'
const longestTerm = 80

/** Says what a storefront told; it is counted when it is heard, so that the event log knows all that is counted. */
export async function observe(ctx: Ctx, events: Observation[]): Promise<void> {
  const kept = events.flatMap(one => {
    if (one.what !== 'searched') return one
    const term = termOf(one.term)
    return term === undefined ? [] : { ...one, term }
  })
  if (kept.length > 0) await publish(ctx.sql, storefrontObserved, ctx.clock.newId(), { events: kept })
}

/** A search as it is counted; none for what may name a person: an address, a telephone number, the number of a card. */
export function termOf(text: string): string | undefined {
  const term = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s\p{C}]+/gu, ' ')
    .trim()
    .slice(0, longestTerm)
  const isPersonal = term.includes('@') || /\d(?:[ ()+./-]*\d){6}/.test(term)
  return isPersonal || term === '' ? undefined : term
}

/** Counts what was told at these times. */
export async function countObservations(tx: Tx, told: { at: string; events: Observation[] }[]): Promise<void> {
  await rollups.lockRollups(tx)
  const attention: Sums[] = []
  const searches: { at: string; term: string; searches: number; found_none: number }[] = []
  for (const { at, events } of told) {
    for (const one of events) {
      if (one.what === 'searched')
        searches.push({ at, term: one.term, searches: 1, found_none: one.results === 0 ? 1 : 0 })
      else attention.push({ at, product_id: one.product_id, [one.what]: 1 })
    }
  }
  await rollups.addTo(tx, 'attention', attention)
  await rollups.addTo(tx, 'attention_totals', attention)
  await rollups.addTo(tx, 'searches', await withinBounds(tx, searches))
}

async function withinBounds<S extends { at: string; term: string }>(tx: Tx, searches: S[]): Promise<S[]> {
  const bounded: S[] = []
  for (const [day, ofDay] of Map.groupBy(searches, search => search.at.slice(0, 10))) {
    const { known, count } = await store.listTerms(tx, day, [...new Set(ofDay.map(search => search.term))])
    let room = mostTerms - count
    for (const search of ofDay) {
      if (!known.has(search.term)) {
        if (room <= 0) {
          bounded.push({ ...search, term: otherTerms })
          continue
        }
        room--
        known.add(search.term)
      }
      bounded.push(search)
    }
  }
  return bounded
}
