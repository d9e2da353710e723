import { Problem, type QueryOf, type searchProducts, toMinor } from '@shopfleet/contracts'
import type { Filters } from './store.ts'

type Query = Omit<QueryOf<typeof searchProducts>, 'q'>

const prefix = 'attribute.'
const maxAttributes = 10

/** The filters of a list or search as rows know them. `currency` is that of the price limits. */
export function filtersOf(query: Query, currency: string): Filters {
  const { category, min_price, max_price, in_stock } = query
  return {
    category,
    min_minor: min_price === undefined ? undefined : toMinor(min_price, currency, 'query/min_price'),
    max_minor: max_price === undefined ? undefined : toMinor(max_price, currency, 'query/max_price'),
    currency,
    in_stock,
    attributes: attributesOf(query),
  }
}

/** For each attribute, the objects that hold one of its values as text, number or truth value. */
function attributesOf(query: Query): object[][] {
  const given = Object.entries(query as Record<string, string | string[]>).filter(([key]) => key.startsWith(prefix))
  if (given.length > maxAttributes) {
    const errors = [
      { pointer: `query/${given[maxAttributes]![0]}`, detail: `at most ${maxAttributes} attributes at once` },
    ]
    throw new Problem('validation-failed', { errors })
  }
  return given.map(([key, value]) => {
    const name = key.slice(prefix.length)
    return [value]
      .flat()
      .flatMap(valuesOf)
      .map(one => ({ [name]: one }))
  })
}

function valuesOf(text: string): (string | number | boolean)[] {
  if (text === 'true' || text === 'false') return [text, text === 'true']
  return text !== '' && String(Number(text)) === text && Number.isFinite(Number(text)) ? [text, Number(text)] : [text]
}
