import { Problem, type QueryOf, type ReplyOf, type searchProducts, toMajor } from '@shopfleet/contracts'
import { decodeCursor, pageOf } from '@shopfleet/service-kit'
import { filtersOf } from './filters.ts'
import { toProduct } from './product.ts'
import * as store from './search-store.ts'
import { editsOf, wordsOf } from './search-words.ts'
import type { Ctx } from './service.ts'
import { isUuid } from './store.ts'

type Reply = ReplyOf<typeof searchProducts>

/** Fewer matches than this may be a typing error. */
const few = 3
/** Beyond this a word is no typing error but something else, and its spellings are too many. */
const longestCorrected = 24
const shortestCorrected = 3
const mostCorrected = 4

/**
 * How the words were read: all of them as typed; all of them as corrected; any of them, where all together find
 * nothing. The cursor keeps it, so that the next page goes on with the same.
 */
const readings = ['all', 'corrected', 'any'] as const
type Reading = (typeof readings)[number]

/** Products that match the words, best first, with what they have in common. Forgives typing errors. */
export async function search(ctx: Ctx, query: QueryOf<typeof searchProducts>): Promise<Reply> {
  const limit = query.limit ?? 20
  const words = wordsOf(query.q)
  const cursor = readCursor(query.cursor)
  const filters = filtersOf(query, ctx.config.DEFAULT_CURRENCY)
  const find = async (reading: Reading, words: string[]) => {
    const options = { ...filters, words, any: reading === 'any', after: cursor?.after, limit: limit + 1 }
    return { reading, ...(await store.searchProducts(ctx.sql, options)) }
  }
  if (words.length === 0) return replyOf(ctx, { reading: 'all', rows: [], facets: store.noFacets }, limit, null)

  if (cursor) {
    const meant = cursor.reading === 'all' ? null : await correct(ctx, words)
    return replyOf(ctx, await find(cursor.reading, meant ?? words), limit, cursor.reading === 'any' ? null : meant)
  }
  const found = await find('all', words)
  if (found.facets.count >= few) return replyOf(ctx, found, limit, null)
  const meant = await correct(ctx, words)
  if (meant) {
    const instead = await find('corrected', meant)
    // What was found as typed is shown, and the other spelling only offered, if it finds more.
    if (found.facets.count > 0)
      return replyOf(ctx, found, limit, instead.facets.count > found.facets.count ? meant : null)
    if (instead.facets.count > 0) return replyOf(ctx, instead, limit, meant)
  }
  if (found.facets.count > 0 || words.length === 1) return replyOf(ctx, found, limit, null)
  return replyOf(ctx, await find('any', meant ?? words), limit, null)
}

/** The words with those nobody knows put right; null if there is nothing to put right. */
export async function correct(ctx: Ctx, words: readonly string[]): Promise<string[] | null> {
  const asked = words.filter(word => word.length >= shortestCorrected && word.length <= longestCorrected)
  const unknown = await store.listUnknownWords(ctx.sql, asked, words.at(-1)!)
  if (unknown.length === 0) return null
  const near = unknown.slice(0, mostCorrected).map(word => ({ asked: word, edits: editsOf(word) }))
  const meant = await store.findNearWords(ctx.sql, near)
  return meant.size === 0 ? null : words.map(word => meant.get(word) ?? word)
}

function readCursor(cursor: string | undefined): { reading: Reading; after: [number, string] } | undefined {
  const key = decodeCursor('search', ['text', 'number', 'id'], cursor)
  if (!key) return undefined
  const [reading, rank, id] = key
  if (!readings.includes(reading as Reading) || typeof rank !== 'number' || !isUuid(id))
    throw new Problem('invalid-cursor')
  return { reading: reading as Reading, after: [rank, id] }
}

function replyOf(ctx: Ctx, found: store.Found & { reading: Reading }, limit: number, meant: string[] | null): Reply {
  const { reading, rows, facets } = found
  const page = pageOf('search', rows, limit, row => [reading, row.rank, row.id])
  const { categories, attributes, min_minor, max_minor } = facets
  const priceOf = (minor: number | null) => (minor === null ? null : toMajor(minor, ctx.config.DEFAULT_CURRENCY))
  return {
    items: page.items.map(({ rank: _, ...row }) => toProduct(row)),
    next_cursor: page.next_cursor,
    facets: { categories, attributes, price: { min: priceOf(min_minor), max: priceOf(max_minor) } },
    suggestion: meant?.join(' ') ?? null,
  }
}
