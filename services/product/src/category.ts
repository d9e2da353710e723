import type { Category } from '@shopfleet/contracts'

export type CategoryRow = Omit<Category, 'children'> & { path: string[] }

/** The tree of rows that come parents first, brothers and sisters in their order. */
export function treeOf(rows: readonly CategoryRow[]): Category[] {
  const roots: Category[] = []
  const seen = new Map<string, { children: unknown[] }>()
  for (const { path: _, ...row } of rows) {
    const category: Category = { ...row, children: [] }
    seen.set(row.id, category)
    const parent = row.parent_id === null ? undefined : seen.get(row.parent_id)
    if (parent) parent.children.push(category)
    else roots.push(category)
  }
  return roots
}
