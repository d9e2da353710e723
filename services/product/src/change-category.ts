import {
  type BodyOf,
  type Category,
  catalogueChanged,
  categoryDepth,
  type createCategory as createCategoryOperation,
  Problem,
  type updateCategory as updateCategoryOperation,
} from '@shopfleet/contracts'
import { errorCode, isUniqueViolation, type Tx, transaction } from '@shopfleet/database'
import { publish } from '@shopfleet/messaging'
import { treeOf } from './category.ts'
import * as store from './category-store.ts'
import { taken, unknownCategory } from './create-product.ts'
import { slugOf } from './product.ts'
import type { Ctx } from './service.ts'

/** The tree is changed by one at a time: two moves that are fine alone can be a circle together. */

export async function createCategory(ctx: Ctx, input: BodyOf<typeof createCategoryOperation>): Promise<Category> {
  const name = input.name.trim()
  const { description = null, parent_id = null, position = 0 } = input
  return transaction(ctx.sql, async tx => {
    await store.lockCategories(tx)
    const above = await pathOf(tx, parent_id)
    checkDepth(above.length + 1)
    const base = slugOf(name) ?? 'category'
    const slugs = input.slug ? [input.slug] : [base, `${base}-2`, `${base}-${ctx.clock.newId().slice(-8)}`]
    for (const slug of slugs) {
      const id = await store.insertCategory(tx, { name, slug, description, parent_id, position }, above)
      if (!id) continue
      await sayChanged(tx, id)
      return treeFrom(tx, id)
    }
    throw taken('slug', 'category')
  })
}

export async function changeCategory(
  ctx: Ctx,
  id: string,
  input: BodyOf<typeof updateCategoryOperation>,
): Promise<Category> {
  const { parent_id, name, ...rest } = input
  const patch = { ...rest, ...(name === undefined ? {} : { name: name.trim() }) }
  try {
    return await transaction(ctx.sql, async tx => {
      await store.lockCategories(tx)
      const node = await store.findCategoryNode(tx, id)
      if (!node) throw new Problem('not-found')
      await store.updateCategory(tx, id, patch)
      if (parent_id !== undefined) {
        const above = await pathOf(tx, parent_id)
        if (above.includes(id)) throw refuseParent('cannot be the category itself or one below it')
        checkDepth(above.length + node.height)
        await store.moveCategory(tx, node, above)
      }
      await sayChanged(tx, id)
      return treeFrom(tx, id)
    })
  } catch (error) {
    throw isUniqueViolation(error, 'categories_slug') ? taken('slug', 'category') : error
  }
}

export async function deleteCategory(ctx: Ctx, id: string): Promise<null> {
  try {
    await transaction(ctx.sql, async tx => {
      if (!(await store.deleteCategory(tx, id))) throw new Problem('not-found')
      await sayChanged(tx, id)
    })
    return null
  } catch (error) {
    if (errorCode(error) !== '23503') throw error
    throw new Problem('in-use', { detail: 'It still has products, or categories below it.' })
  }
}

const sayChanged = (tx: Tx, id: string) => publish(tx, catalogueChanged, id, { what: 'category' })

async function treeFrom(tx: Tx, id: string): Promise<Category> {
  return treeOf(await store.listCategories(tx, id))[0]!
}

async function pathOf(tx: Tx, parent_id: string | null): Promise<string[]> {
  if (parent_id === null) return []
  const parent = await store.findCategoryNode(tx, parent_id)
  if (!parent) throw unknownCategory()
  return parent.path
}

function checkDepth(levels: number): void {
  if (levels > categoryDepth) throw refuseParent(`the tree has at most ${categoryDepth} levels`)
}

const refuseParent = (detail: string) =>
  new Problem('validation-failed', { errors: [{ pointer: '/parent_id', detail }] })
