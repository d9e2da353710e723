import { type Static, Type } from 'typebox'
import { event } from './event.ts'
import { Amount, Currency, Id, IdParams, maxAmount, nullable, page, pageQuery, Timestamp } from './fields.ts'
import { operation } from './operation.ts'

/** The catalogue: products, categories, pictures, search. */

const Slug = Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 200 })
const Sku = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$', maxLength: 100 })
const attributeName = '^[a-z][a-z0-9_]{0,49}$'
export const Attributes = Type.Record(
  Type.String({ pattern: attributeName }),
  Type.Union([Type.String({ maxLength: 500 }), Type.Number({ minimum: -1e15, maximum: 1e15 }), Type.Boolean()]),
  { maxProperties: 50, additionalProperties: false },
)

export const Image = Type.Object({ url: Type.String(), alt: Type.String() })

export const CategoryRef = Type.Object({ id: Id, name: Type.String(), slug: Type.String() })

export const Product = Type.Object({
  id: Id,
  sku: Type.String(),
  slug: Type.String(),
  name: Type.String(),
  description: Type.String(),
  price: Amount,
  currency: Currency,
  stock_quantity: Type.Integer({ description: 'What can be ordered now; follows the stock within moments' }),
  category_id: nullable(Id),
  category: nullable(CategoryRef),
  attributes: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
  images: Type.Array(Image),
  image_url: nullable(Type.String()),
  rating_average: nullable(Type.Number()),
  rating_count: Type.Integer(),
  is_active: Type.Boolean(),
  variants: Type.Array(Type.Unknown(), { description: 'Empty until a product has variants' }),
  created_at: Timestamp,
  updated_at: Timestamp,
})
export type Product = Static<typeof Product>

const filters = {
  category: Type.Optional(Type.String({ maxLength: 200, description: 'Id or slug; includes the categories below it' })),
  min_price: Type.Optional(Type.Number({ minimum: 0, maximum: maxAmount })),
  max_price: Type.Optional(Type.Number({ minimum: 0, maximum: maxAmount })),
  in_stock: Type.Optional(Type.Boolean()),
}
/** `attribute.colour=red` keeps products whose attribute equals the text; a repeated key means any of the values. */
const attributeFilters = {
  '^attribute\\.[a-z][a-z0-9_]{0,49}$': Type.Union([
    Type.String({ maxLength: 200 }),
    Type.Array(Type.String({ maxLength: 200 }), { maxItems: 20 }),
  ]),
}
export const productSorts = ['newest', 'price', '-price', 'name', '-name', 'rating'] as const

export const ListProductsQuery = Type.Object(
  { ...pageQuery, ...filters, sort: Type.Optional(Type.Enum([...productSorts], { default: 'newest' })) },
  { additionalProperties: false, patternProperties: attributeFilters, maxProperties: 30 },
)

export const listProducts = operation({
  service: 'product',
  name: 'listProducts',
  method: 'GET',
  path: '/api/products',
  auth: 'public',
  summary: 'Products, filtered and paged',
  query: ListProductsQuery,
  replies: { 200: page(Product) },
  // An amount is checked once more by its currency.
  problems: ['invalid-cursor', 'validation-failed'],
  cache_s: 5,
  example: { query: { limit: 2, sort: 'price', in_stock: true } },
})

export const Facets = Type.Object({
  categories: Type.Array(Type.Object({ id: Id, slug: Type.String(), name: Type.String(), count: Type.Integer() })),
  attributes: Type.Record(Type.String(), Type.Array(Type.Object({ value: Type.String(), count: Type.Integer() }))),
  price: Type.Object({ min: nullable(Amount), max: nullable(Amount) }),
})

export const searchProducts = operation({
  service: 'product',
  name: 'searchProducts',
  method: 'GET',
  path: '/api/products/search',
  auth: 'public',
  summary: 'Search products by words, forgiving typing errors',
  query: Type.Object(
    { q: Type.String({ minLength: 1, maxLength: 200 }), ...pageQuery, ...filters },
    { additionalProperties: false, patternProperties: attributeFilters, maxProperties: 30 },
  ),
  replies: {
    200: Type.Object({
      items: Type.Array(Product),
      next_cursor: nullable(Type.String()),
      facets: Facets,
      suggestion: nullable(Type.String({ description: 'What was probably meant, if the words were misspelt' })),
    }),
  },
  problems: ['invalid-cursor', 'validation-failed'],
  cache_s: 5,
  example: { query: { q: 'lamp', limit: 3 } },
})

export const suggestProducts = operation({
  service: 'product',
  name: 'suggestProducts',
  method: 'GET',
  path: '/api/products/suggest',
  auth: 'public',
  summary: 'Names that complete what was typed',
  query: Type.Object(
    {
      q: Type.String({ minLength: 1, maxLength: 100 }),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 20, default: 8 })),
    },
    { additionalProperties: false },
  ),
  replies: {
    200: Type.Object({
      items: Type.Array(
        Type.Object({ id: Id, slug: Type.String(), name: Type.String(), image_url: nullable(Type.String()) }),
      ),
    }),
  },
  cache_s: 30,
  example: { query: { q: 'la' } },
})

export const getProduct = operation({
  service: 'product',
  name: 'getProduct',
  method: 'GET',
  path: '/api/products/:id',
  auth: 'public',
  summary: 'One product by id, slug or sku',
  params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 200 }) }),
  replies: { 200: Product },
  problems: ['not-found'],
  cache_s: 5,
})

const productFields = {
  description: Type.Optional(Type.String({ maxLength: 10_000 })),
  currency: Type.Optional(Currency),
  stock_quantity: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000_000 })),
  stock: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000_000, description: 'The same as stock_quantity' })),
  category_id: Type.Optional(nullable(Id)),
  category: Type.Optional(Type.String({ maxLength: 200, description: 'A slug, id or name instead of category_id' })),
  attributes: Type.Optional(Attributes),
  images: Type.Optional(
    Type.Array(
      Type.Object(
        {
          url: Type.String({ minLength: 1, maxLength: 1000, pattern: '^(https?://|/)' }),
          alt: Type.Optional(Type.String({ maxLength: 300 })),
        },
        { additionalProperties: false },
      ),
      { maxItems: 20 },
    ),
  ),
  image_url: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 1000,
      pattern: '^(https?://|/)',
      description: 'One picture instead of images',
    }),
  ),
  sku: Type.Optional(Sku),
  slug: Type.Optional(Slug),
  is_active: Type.Optional(Type.Boolean()),
}
const ProductName = Type.String({ minLength: 1, maxLength: 255, pattern: '\\S' })
const Price = Type.Number({ minimum: 0, maximum: 10_000_000 })

export const createProduct = operation({
  service: 'product',
  name: 'createProduct',
  method: 'POST',
  path: '/api/products',
  auth: { staff: 'catalogue' },
  demo_open: true,
  summary: 'Create a product',
  description: 'A missing sku or slug is made from the name. `stock` becomes the opening stock.',
  body: Type.Object({ name: ProductName, price: Price, ...productFields }, { additionalProperties: false }),
  replies: { 201: Product },
  problems: ['already-exists', 'unknown-category', 'wrong-currency', 'validation-failed'],
  example: { body: { name: 'Test Product', price: 29.99, stock: 100 } },
})

export const ProductChange = Type.Object(
  { name: Type.Optional(ProductName), price: Type.Optional(Price), ...productFields },
  { additionalProperties: false, minProperties: 1 },
)

export const updateProduct = operation({
  service: 'product',
  name: 'updateProduct',
  method: 'PUT',
  path: '/api/products/:id',
  auth: { staff: 'catalogue' },
  summary: 'Change a product',
  description: 'Fields that are left out stay as they are.',
  params: IdParams,
  body: ProductChange,
  replies: { 200: Product },
  problems: ['not-found', 'already-exists', 'unknown-category', 'wrong-currency', 'validation-failed'],
  example: { body: { price: 24.5 } },
})

export const patchProduct = operation({
  ...updateProduct,
  name: 'patchProduct',
  method: 'PATCH',
  summary: 'Change a product (the same as PUT)',
})

export const deleteProduct = operation({
  service: 'product',
  name: 'deleteProduct',
  method: 'DELETE',
  path: '/api/products/:id',
  auth: { staff: 'catalogue' },
  summary: 'Take a product out of the catalogue',
  description: 'Past orders keep its name and price.',
  params: IdParams,
  replies: { 204: Type.Null() },
  problems: ['not-found'],
})

export const getImage = operation({
  service: 'product',
  name: 'getImage',
  method: 'GET',
  path: '/api/images/:name',
  auth: 'public',
  summary: 'A product picture',
  params: Type.Object({
    name: Type.String({ pattern: '^[a-z0-9][a-z0-9-]*\\.(svg|webp|png|jpg|avif)$', maxLength: 200 }),
  }),
  replies: { 200: Type.Unknown(), 304: Type.Null() },
  reply_type: 'image/svg+xml',
  problems: ['not-found'],
  cache_s: 86_400,
})

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
  cache_s: 30,
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
  cache_s: 30,
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

/** Catalogue prices of products, as they are now: what the cart shows and an order is made from. */
export const priceProducts = operation({
  service: 'product',
  name: 'priceProducts',
  method: 'GET',
  path: '/internal/products/prices',
  auth: { service: ['order', 'cart'] },
  summary: 'Names and prices of products, unknown ones left out',
  query: Type.Object(
    { ids: Type.String({ minLength: 36, maxLength: 3700, description: 'Up to 100 ids, joined by commas' }) },
    { additionalProperties: false },
  ),
  replies: {
    200: Type.Object({
      items: Type.Array(
        Type.Object({
          product_id: Id,
          sku: Type.String(),
          slug: Type.String(),
          name: Type.String(),
          price_minor: Type.Integer(),
          currency: Currency,
          stock_quantity: Type.Integer(),
          image_url: nullable(Type.String()),
          is_active: Type.Boolean(),
        }),
      ),
    }),
  },
  problems: ['validation-failed'],
})

const ProductEvent = Type.Object({
  product_id: Id,
  sku: Type.String(),
  slug: Type.String(),
  name: Type.String(),
  price_minor: Type.Integer(),
  currency: Currency,
  is_active: Type.Boolean(),
})

export const productCreated = event({
  service: 'product',
  name: 'product.created',
  version: 1,
  schema: Type.Object({ ...ProductEvent.properties, opening_stock: Type.Integer() }),
  summary: 'A product entered the catalogue, with its opening stock',
})
export const productUpdated = event({
  service: 'product',
  name: 'product.updated',
  version: 1,
  schema: ProductEvent,
  summary: 'A product changed',
})
export const productDeleted = event({
  service: 'product',
  name: 'product.deleted',
  version: 1,
  schema: Type.Object({ product_id: Id }),
  summary: 'A product left the catalogue',
})
