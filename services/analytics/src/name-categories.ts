import { listCategories, Unavailable } from '@shopfleet/contracts'
import type { Ctx } from './service.ts'

/** Names categories as the catalogue does now. Without an answer from it they stay without a name. */
export async function nameCategories<Row extends { category_id: string | null }>(
  ctx: Ctx,
  rows: Row[],
): Promise<(Row & { name: string | null })[]> {
  const names = rows.some(row => row.category_id !== null) ? await readNames(ctx) : new Map<string, string>()
  return rows.map(row => ({ ...row, name: names.get(row.category_id ?? '') ?? null }))
}

interface Named {
  id: string
  name: string
  /** The lowest have none. */
  children: readonly (Named | null)[]
}

async function readNames(ctx: Ctx): Promise<Map<string, string>> {
  const names = new Map<string, string>()
  const learn = (tree: readonly (Named | null)[]) => {
    for (const category of tree) {
      if (!category) continue
      names.set(category.id, category.name)
      learn(category.children)
    }
  }
  try {
    learn((await ctx.call(listCategories, {})).items)
  } catch (error) {
    // A report without the names is better than none.
    if (!(error instanceof Unavailable)) throw error
  }
  return names
}
