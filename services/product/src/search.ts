import { Problem, type QueryOf, type ReplyOf, type searchProducts, toMajor } from '@shopfleet/contracts'
import { decodeCursor, encodeCursor } from '@shopfleet/service-kit'
import { filtersOf } from './filters.ts'
import { toProduct } from './product.ts'
import { editsOf, wordsOf } from './search-words.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

type Reply = ReplyOf<typeof searchProducts>

/** Fewer matches than this may be a typing error. */
const few = 3
/** Beyond this a word is no typing error but something else, and its spellings are too many. */
const longestCorrected = 24
const mostCorrected = 4

/**
 * How the words were read: all of them as typed; all of them as corrected; any of them, where all together find
 * nothing. The cursor keeps it, so that the next page goes on with the same.
 */
const readings = ['all', 'corrected', 'any'] as const
type Reading = (typeof readings)[number]

/** Products that match the words, best first, with what they have in common. Forgives typing errors. */
export async function search(ctx: Ctx, query: QueryOf<typeof searchProducts>): Promise<Reply> {
  const { limit = 20 } = query
  const words = wordsOf(query.q)
  const { reading: asked, after } = readCursor(query.cursor)
  const filters = filtersOf(query, ctx.config.DEFAULT_CURRENCY)
  if (words.length === 0) return replyOf({ rows: [], facets: undefined }, limit, 'all', null)
  const find = (reading: Reading, words: string[]) =>
    store.searchProducts(ctx.sql, { ...filters, words, any: reading === 'any', after, limit: limit + 1 })

  if (asked === undefined || asked === 'all') {
    const found = await find('all', words)
    const count = found.facets?.count ?? 0
    if (asked === 'all' || count >= few) return replyOf(found, limit, 'all', null)
    const corrected = await correct(ctx, words)
    if (corrected === words) {
      if (count > 0 || words.length === 1) return replyOf(found, limit, 'all', null)
      return replyOf(await find('any', words), limit, 'any', null)
    }
    // Something was found as typed: that is shown, and the other spelling only offered.
    if (count > 0) return replyOf(found, limit, 'all', corrected)
  }
  const corrected = await correct(ctx, words)
  const suggestion = corrected === words ? null : corrected
  if (asked !== 'any') {
    const found = await find('corrected', corrected)
    if (asked === 'corrected' || found.rows.length > 0) return replyOf(found, limit, 'corrected', suggestion)
  }
  return replyOf(await find('any', corrected), limit, 'any', suggestion)
}
