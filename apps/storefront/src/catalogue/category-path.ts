import type { Category } from '@shopfleet/contracts'

/** The way through the tree of categories. Pure. */

export interface Step {
  id: string
  name: string
  slug: string
}
type Node = Step & { children: readonly unknown[] }

/** From the first level down to a category, by its slug or id; empty when it is not in the tree. */
export function categoryPath(tree: readonly Category[], key: string): Step[] {
  for (const node of tree as readonly Node[]) {
    const { id, name, slug } = node
    if (slug === key || id === key) return [{ id, name, slug }]
    const below = categoryPath(node.children as readonly Category[], key)
    if (below.length > 0) return [{ id, name, slug }, ...below]
  }
  return []
}
