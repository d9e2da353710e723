import type { ReplyOf, suggestProducts } from '@shopfleet/contracts'
import { correct } from './search.ts'
import * as store from './search-store.ts'
import { wordsOf } from './search-words.ts'
import type { Ctx } from './service.ts'

/** Products whose name completes what was typed; with a typing error put right, if nothing does. */
export async function suggest(ctx: Ctx, q: string, limit: number): Promise<ReplyOf<typeof suggestProducts>['items']> {
  const words = wordsOf(q)
  if (words.length === 0) return []
  return ctx.words.answer(`suggest ${limit} ${words.join(' ')}`, async () => {
    const found = await store.suggestProducts(ctx.sql, words, limit)
    if (found.length > 0) return found
    const meant = await correct(ctx, words)
    return meant ? store.suggestProducts(ctx.sql, meant, limit) : []
  })
}
