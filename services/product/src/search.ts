import { Problem, type QueryOf, type ReplyOf, type searchProducts, toMajor } from '@shopfleet/contracts'
import { decodeCursor, JsonText, type KeyPart, pageOf } from '@shopfleet/service-kit'
import { facetsOf } from './facets-of.ts'
import { filtersOf } from './filters.ts'
import type { KnownProduct } from './known-products.ts'
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
/** Products that are read by themselves for a search, because they are new or changed: the largest page. */
const mostRead = 101

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
  const isPlain = Object.keys(query).every(name => name === 'q' || name === 'limit')
  const find = async (reading: Reading, words: string[]) => {
    const any = reading === 'any'
    const few = isPlain ? await findFew(ctx, { words, any }, limit + 1) : undefined
    if (few) return { reading, ...few }
    const options = { ...filters, words, any, sort, after: cursor?.after, limit: limit + 1 }
    const ask = () => store.searchProducts(ctx.sql, options)
    return { reading, ...(isPlain ? await findMany(ctx, options, ask) : await ask()) }
  }
  if (words.length === 0) return replyOf(ctx, { reading: 'all', rows: [], facets: store.noFacets }, query, null)

  if (cursor) {
    const meant = cursor.reading === 'all' ? null : await correct(ctx, words)
    return replyOf(ctx, await find(cursor.reading, meant ?? words), query, cursor.reading === 'any' ? null : meant)
  }
  const found = await find('all', words)
  if (found.facets.count >= few) return replyOf(ctx, found, query, null)
  const meant = await correct(ctx, words)
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
 * What few products match: only which they are is asked for, what they are is known. Undefined where there are many, or
 * much must be read: then one statement does it all.
 */
async function findFew(ctx: Ctx, words: store.Words, limit: number): Promise<Found | undefined> {
  const remembered = await ctx.words.find(words.words, words.any)
  if (remembered) {
    const { matches, at } = remembered
    const known = matches.length > store.mostFew ? undefined : await know(ctx, matches, at, limit)
    return known && foundOf(ctx, matches, limit, ({ id }) => known.get(id))
  }
  const { few, tree } = await store.matchWords(ctx.sql, words)
  if (!few) return undefined
  const { known } = ctx
  known.see(tree)
  const unknown = few.filter(({ id, version }) => !known.find(id, version)).map(({ id }) => id)
  const read = await readFew(ctx, unknown)
  return read && foundOf(ctx, few, limit, ({ id, version }) => read.get(id) ?? known.find(id, version))
}

/**
 * What many products match: finding the first of them and counting what all have in common is what costs, and stays so until
 * the catalogue changes. What is shown of the first is as it is now.
 */
async function findMany(
  ctx: Ctx,
  { words, any, limit }: store.Words & { limit: number },
  ask: () => Promise<store.Found>,
): Promise<Found> {
  let fresh: store.Found | undefined
  const { at, answer } = await ctx.words.answer(`search ${any} ${limit} ${words.join(' ')}`, async () => {
    fresh = await ask()
    const matches = fresh.rows.map(({ product, sort_key }): Match => ({ id: product.id, rank: Number(sort_key[0]) }))
    return { matches, facets: fresh.facets }
  })
  if (fresh) return fresh
  const known = await know(ctx, answer.matches, at, limit)
  if (!known) return ask()
  return foundOf(ctx, answer.matches, limit, ({ id }) => known.get(id), answer.facets)
}

/** Reads products anew. Undefined where they are many. */
async function readFew(ctx: Ctx, ids: readonly string[]): Promise<Map<string, KnownProduct> | undefined> {
  if (ids.length > mostRead) return undefined
  const read = new Map<string, KnownProduct>()
  for (const one of ids.length > 0 ? await store.readVersions(ctx.sql, ids) : []) {
    ctx.known.keep(one.known, one.tree)
    read.set(one.known.product.id, one.known)
  }
  return read
}

/**
 * What these products are as the catalogue stands, or later: of the first few, which are shown, also their stock. Those
 * that are gone are not among them. Undefined where much would have to be read for it.
 */
async function know(
  ctx: Ctx,
  matches: readonly Match[],
  at: store.CatalogueState,
  limit: number,
): Promise<Map<string, KnownProduct> | undefined> {
  const sure = new Map<string, KnownProduct>()
  const doubtful: string[] = []
  for (const [i, { id }] of matches.entries()) {
    const one = ctx.known.get(id)
    if (one?.at?.listed === at.listed && (i >= limit || one.at.shown === at.shown)) sure.set(id, one)
    else doubtful.push(id)
  }
  if (doubtful.length === 0) return sure
  const versions = await store.readRowVersions(ctx.sql, doubtful)
  ctx.known.see(versions.tree)
  const unknown: string[] = []
  for (const id of doubtful) {
    const version = versions.of.get(id)
    const one = version === undefined ? undefined : ctx.known.find(id, version)
    if (one) {
      one.at = at
      sure.set(id, one)
    } else if (version !== undefined) unknown.push(id)
  }
  const read = await readFew(ctx, unknown)
  for (const [id, one] of read ?? []) {
    one.at = at
    sure.set(id, one)
  }
  return read && sure
}

/**
 * The first few of what was found, and what all have in common, counted unless it is known. One that is gone since is not
 * among them.
 */
function foundOf<M extends Match>(
  ctx: Ctx,
  matches: readonly M[],
  limit: number,
  find: (match: M) => KnownProduct | undefined,
  facets?: store.FacetRow,
): Found {
  const found = matches.flatMap(match => {
    const one = find(match)
    return one ? [{ known: one, sort_key: [match.rank, match.id] }] : []
  })
  const all = found.map(({ known }) => known)
  const rows = found.slice(0, limit).map(({ known, sort_key }) => ({ product: known.product, sort_key }))
  return { rows, known: all, facets: facets ?? facetsOf(all, ctx.config.DEFAULT_CURRENCY) }
}

/** The words with those nobody knows put right; null if there is nothing to put right. */
export async function correct(ctx: Ctx, words: readonly string[]): Promise<string[] | null> {
  await ctx.vocabulary.load()
  const last = words.at(-1)!
  const asked = words.filter(
    word => word.length >= shortestCorrected && word.length <= longestCorrected && !ctx.vocabulary.has(word),
  )
  if (asked.length === 0) return null
  // The last one may be half typed, which is right too.
  const keyOf = (word: string) => (word === last ? `${word}*` : word)
  const meant = await ctx.words.meant(asked.map(keyOf), async unheard => {
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
  })
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
