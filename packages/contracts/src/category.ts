import { type Static, Type } from 'typebox'
import { Id, IdParams, nullable } from './fields.ts'
import { operation } from './operation.ts'
import { listCaching, Slug } from './product.ts'

/** The tree of categories that products belong to. */

const categoryFields = {
  id: Id,
  name: Type.String(),
  slug: Type.String(),
  description: nullable(Type.String()),
  parent_id: nullable(Id),
  position: Type.Integer(),
  product_count: Type.Integer({ description: 'Active products in it and below it' }),
}
/** Levels of the category tree: deep enough for a shop, and a schema without recursion. */
export const categoryDepth = 4
const Leaf = Type.Object({ ...categoryFields, children: Type.Array(Type.Null(), { maxItems: 0 }) })
const Third = Type.Object({ ...categoryFields, children: Type.Array(Leaf) })
const Second = Type.Object({ ...categoryFields, children: Type.Array(Third) })
export const Category = Type.Object({ ...categoryFields, children: Type.Array(Second) })
export type Category = Static<typeof Category>

export const listCategories = operation({
  service: 'product',
  name: 'listCategories',
  method: 'GET',
  path: '/api/categories',
  auth: 'public',
  summary: 'The category tree',
  replies: { 200: Type.Object({ items: Type.Array(Category) }) },
  cache: { ...listCaching, fresh_s: 30 },
})

export const getCategory = operation({
  service: 'product',
  name: 'getCategory',
  method: 'GET',
  path: '/api/categories/:id',
  auth: 'public',
  summary: 'One category by id or slug, with what is below it',
  params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 200 }) }),
  replies: { 200: Category },
  problems: ['not-found'],
  cache: { ...listCaching, fresh_s: 30 },
})

const categoryInput = {
  slug: Type.Optional(Slug),
  description: Type.Optional(nullable(Type.String({ maxLength: 2000 }))),
  parent_id: Type.Optional(nullable(Id)),
  position: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
}
const CategoryName = Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' })

export const createCategory = operation({
  service: 'product',
  name: 'createCategory',
  method: 'POST',
  path: '/api/categories',
  auth: { staff: 'catalogue' },
  summary: 'Create a category',
  body: Type.Object({ name: CategoryName, ...categoryInput }, { additionalProperties: false }),
  replies: { 201: Category },
  problems: ['already-exists', 'unknown-category', 'validation-failed'],
  example: { body: { name: 'Bicycles', description: 'Two wheels and a bell.' } },
})

export const updateCategory = operation({
  service: 'product',
  name: 'updateCategory',
  method: 'PUT',
  path: '/api/categories/:id',
  auth: { staff: 'catalogue' },
  summary: 'Change a category',
  description: 'A category cannot move below itself, and the tree has at most four levels.',
  params: IdParams,
  body: Type.Object(
    { name: Type.Optional(CategoryName), ...categoryInput },
    { additionalProperties: false, minProperties: 1 },
  ),
  replies: { 200: Category },
  problems: ['not-found', 'already-exists', 'unknown-category', 'validation-failed'],
  example: { body: { name: 'Bikes' } },
})

export const deleteCategory = operation({
  service: 'product',
  name: 'deleteCategory',
  method: 'DELETE',
  path: '/api/categories/:id',
  auth: { staff: 'catalogue' },
  summary: 'Delete an empty category',
  params: IdParams,
  replies: { 204: Type.Null() },
  problems: ['not-found', 'in-use'],
})
