import { type listFacets as listFacetsOperation, type QueryOf, type ReplyOf, toMajor } from '@shopfleet/contracts'
import { countFacets, type FacetCounts, noCounts } from './facet-store.ts'
import { filtersOf } from './filters.ts'
import { correct } from './search.ts'
import { wordsOf } from './search-words.ts'
import type { Ctx } from './service.ts'

type Asked = QueryOf<typeof listFacetsOperation>

/** What a list or a search can be narrowed by. The words are read as the search itself reads them. */
export async function listFacets(ctx: Ctx, query: Asked): Promise<ReplyOf<typeof listFacetsOperation>> {
  const { min_minor, max_minor, ...counts } = await countAsRead(ctx, query)
  const priceOf = (minor: number | null) => (minor === null ? null : toMajor(minor, ctx.config.DEFAULT_CURRENCY))
  return {
    ...counts,
    price: { min: priceOf(min_minor), max: priceOf(max_minor) },
    currency: ctx.config.DEFAULT_CURRENCY,
  }
}

async function countAsRead(ctx: Ctx, query: Asked): Promise<FacetCounts> {
  const filters = filtersOf(query, ctx.config.DEFAULT_CURRENCY)
  const count = async (words: readonly string[] | undefined, any = false) =>
    (words && (await ctx.words.countNarrowed(words, any, filters))) ?? countFacets(ctx.sql, { ...filters, words, any })
  if (query.q === undefined) return count(undefined)
  const words = wordsOf(query.q)
  if (words.length === 0) return noCounts
  const found = await count(words)
  if (found.total > 0) return found
  const meant = await correct(ctx, words)
  if (meant) {
    const instead = await count(meant)
    if (instead.total > 0) return instead
  }
  return words.length === 1 ? found : count(meant ?? words, true)
}
