import { Problem, type QueryOf, type ReplyOf, type searchProducts, toMajor } from '@shopfleet/contracts'
import { decodeCursor, JsonText, type KeyPart, pageOf } from '@shopfleet/service-kit'
import { filtersOf } from './filters.ts'
import type { KnownProduct } from './known-products.ts'
import type { CatalogueState, Seen } from './memory-store.ts'
import * as store from './search-store.ts'
import { editsOf, wordsOf } from './search-words.ts'
import type { Ctx } from './service.ts'
import { type Sort, type SortKey, sortKeys } from './store.ts'
import type { Match } from './word-memory.ts'

type Asked = QueryOf<typeof searchProducts>
type Reply = ReplyOf<typeof searchProducts>
type Found = store.Found & { known?: KnownProduct[] }

/** Fewer matches than this may be a typing error. */
const few = 3
/** Beyond this a word is no typing error but something else, and its spellings are too many. */
const longestCorrected = 24
const shortestCorrected = 3
const mostCorrected = 4
/** Products that go between being found and being shown are not found again, but so often. */
const tries = 2

/**
 * How the words were read: all of them as typed; all of them as corrected; any of them, where all together find
 * nothing. The cursor keeps it, so that the next page goes on with the same.
 */
const readings = ['all', 'corrected', 'any'] as const
type Reading = (typeof readings)[number]

/** Products that match the words, best first, with what they have in common. Forgives typing errors. */
export async function search(ctx: Ctx, query: Asked): Promise<Reply | JsonText<Reply>> {
  const { limit = 20, sort } = query
  const words = wordsOf(query.q)
  const cursor = readCursor(query.cursor, sort)
  const filters = filtersOf(query, ctx.config.DEFAULT_CURRENCY)
  const isPlain = Object.keys(query).every(name => ['q', 'limit', 'cursor'].includes(name))
  if (words.length === 0) return replyOf(ctx, { reading: 'all', rows: [], facets: store.noFacets }, query, null)
  const seen = await ctx.words.see(words)
  const find = async (reading: Reading, words: string[]) => {
    const any = reading === 'any'
    const page = { after: cursor?.after, limit: limit + 1 }
    const known = isPlain ? await findKnown(ctx, { words, any, ...page }, seen) : undefined
    return { reading, ...(known ?? (await store.searchProducts(ctx.sql, { ...filters, ...page, words, any, sort }))) }
  }
  if (cursor) {
    const meant = cursor.reading === 'all' ? null : await correct(ctx, words, seen)
    return replyOf(ctx, await find(cursor.reading, meant ?? words), query, cursor.reading === 'any' ? null : meant)
  }
  const found = await find('all', words)
  if (found.facets.count >= few) return replyOf(ctx, found, query, null)
  const meant = await correct(ctx, words, seen)
  if (meant) {
    const instead = await find('corrected', meant)
    // What was found as typed is shown, and the other spelling only offered, if it finds more.
    if (found.facets.count > 0)
      return replyOf(ctx, found, query, instead.facets.count > found.facets.count ? meant : null)
    if (instead.facets.count > 0) return replyOf(ctx, instead, query, meant)
  }
  if (found.facets.count > 0 || words.length === 1) return replyOf(ctx, found, query, null)
  return replyOf(ctx, await find('any', meant ?? words), query, null)
}

/**
 * What matches words and nothing else: that is known, and of the page what changed since it was shown last is read. Undefined
 * where PostgreSQL must say.
 */
async function findKnown(
  ctx: Ctx,
  { words, any, limit, after }: { words: readonly string[]; any: boolean; limit: number; after?: SortKey },
  seen: Seen,
): Promise<Found | undefined> {
  for (let n = 0; n < tries; n++) {
    const page = { limit, after: after as readonly [number, string] | undefined }
    const selected = await ctx.words.select(words, any, page, n === 0 ? seen : undefined)
    if (!selected) return undefined
    const { matches, facets, at } = selected
    const known = await know(ctx, matches, at)
    // One that has gone since must not make the page look like the last.
    if (known.size < matches.length) continue
    const all = matches.map(({ id }) => known.get(id)!)
    const rows = matches.map(({ id, rank }, i) => ({ product: all[i]!.product, sort_key: [rank, id] }))
    return { rows, known: all, facets }
  }
  return undefined
}

/** What these products are as the catalogue stands, or later. Those that are gone are not among them. */
async function know(ctx: Ctx, matches: readonly Match[], at: CatalogueState): Promise<Map<string, KnownProduct>> {
  const sure = new Map<string, KnownProduct>()
  const doubtful: string[] = []
  const unknown: string[] = []
  for (const { id } of matches) {
    const one = ctx.known.get(id)
    if (!one) unknown.push(id)
    else if (one.at?.listed === at.listed && one.at.shown === at.shown) sure.set(id, one)
    else doubtful.push(id)
  }
  const versions = doubtful.length > 0 ? await store.readRowVersions(ctx.sql, doubtful) : undefined
  if (versions) ctx.known.see(versions.tree)
  for (const id of doubtful) {
    const version = versions?.of.get(id)
    const one = version === undefined ? undefined : ctx.known.find(id, version)
    if (one) {
      one.at = at
      sure.set(id, one)
    } else if (version !== undefined) unknown.push(id)
  }
  for (const { known, tree } of unknown.length > 0 ? await store.readVersions(ctx.sql, unknown) : []) {
    ctx.known.see(tree)
    ctx.known.keep(known, tree)
    known.at = at
    sure.set(known.product.id, known)
  }
  return sure
}

/** The words with those nobody knows put right; null if there is nothing to put right. */
export async function correct(ctx: Ctx, words: readonly string[], seen?: Seen): Promise<string[] | null> {
  await ctx.vocabulary.load()
  const last = words.at(-1)!
  const asked = words.filter(
    word => word.length >= shortestCorrected && word.length <= longestCorrected && !ctx.vocabulary.has(word),
  )
  if (asked.length === 0) return null
  // The last one may be half typed, which is right too.
  const keyOf = (word: string) => (word === last ? `${word}*` : word)
  const meant = await ctx.words.meant(
    asked.map(keyOf),
    async unheard => {
      const { known, unknown } = await store.lookUpWords(
        ctx.sql,
        asked.filter(word => unheard.includes(keyOf(word))),
        last,
      )
      ctx.vocabulary.learn(known)
      const near = unknown.slice(0, mostCorrected).map(word => ({ asked: word, edits: editsOf(word) }))
      const found = near.length > 0 ? await store.findNearWords(ctx.sql, near) : new Map<string, string>()
      // Those that are too many were not looked for.
      const tried = asked.filter(word => !unknown.slice(mostCorrected).includes(word))
      return new Map(tried.map(word => [keyOf(word), found.get(word) ?? null]))
    },
    seen,
  )
  const corrected = words.map(word => meant.get(keyOf(word)) ?? word)
  return corrected.some((word, i) => word !== words[i]) ? corrected : null
}

const listOf = (sort: Sort | undefined) => (sort ? `search ${sort}` : 'search')

function readCursor(
  cursor: string | undefined,
  sort: Sort | undefined,
): { reading: Reading; after: SortKey } | undefined {
  const parts: KeyPart[] = sort ? sortKeys[sort] : ['number', 'id']
  const key = decodeCursor(listOf(sort), ['text', ...parts], cursor)
  if (!key) return undefined
  const [reading, ...after] = key
  if (!readings.includes(reading as Reading)) throw new Problem('invalid-cursor')
  return { reading: reading as Reading, after }
}

function replyOf(
  ctx: Ctx,
  found: Found & { reading: Reading },
  query: Asked,
  meant: string[] | null,
): Reply | JsonText<Reply> {
  const { reading, rows, facets, known } = found
  const page = pageOf(listOf(query.sort), rows, query.limit ?? 20, row => [reading, ...row.sort_key])
  const { categories, attributes, min_minor, max_minor } = facets
  const priceOf = (minor: number | null) => (minor === null ? null : toMajor(minor, ctx.config.DEFAULT_CURRENCY))
  const rest = {
    next_cursor: page.next_cursor,
    facets: { categories, attributes, price: { min: priceOf(min_minor), max: priceOf(max_minor) } },
    suggestion: meant?.join(' ') ?? null,
  }
  if (!known) return { items: page.items.map(({ product }) => product), ...rest }
  // What is known was made JSON of once; the first of all that were found are the page.
  const items = known.slice(0, page.items.length).map(one => {
    one.json ??= JSON.stringify(one.product)
    return one.json
  })
  return new JsonText(`{"items":[${items.join(',')}],${JSON.stringify(rest).slice(1)}`)
}
