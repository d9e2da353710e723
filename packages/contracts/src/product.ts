import { type Static, Type } from 'typebox'
import { event } from './event.ts'
import { Amount, Currency, Id, IdParams, maxAmount, nullable, page, pageQuery, Timestamp } from './fields.ts'
import { type Caching, operation } from './operation.ts'
import { Variant, VariantOf } from './variant.ts'

/** The catalogue: products, categories, pictures, search. */

export const Slug = Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 200 })
export const Sku = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$', maxLength: 100 })
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
  price: Type.Number({ description: 'Decimal number of major units; of a product with variants the lowest of theirs' }),
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
  ...VariantOf.properties,
  variant_count: Type.Integer({ description: 'How many variants it comes in; then one of them is bought, not itself' }),
  variants: Type.Array(Variant, { description: 'Those for sale, in order; only where one product is asked for' }),
  created_at: Timestamp,
  updated_at: Timestamp,
})
export type Product = Static<typeof Product>

const ProductEvent = Type.Object({
  product_id: Id,
  sku: Type.String(),
  slug: Type.String(),
  name: Type.String(),
  price_minor: Type.Integer(),
  currency: Currency,
  is_active: Type.Boolean(),
  /** Optional, because older events do not say. */
  category_id: Type.Optional(nullable(Id)),
  in_stock: Type.Optional(Type.Boolean({ description: 'It can be ordered now' })),
  parent_id: Type.Optional(nullable(Id)),
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
/** Beside the events above, which tell what others keep of a product: this one is for who keeps what is shown. */
export const catalogueChanged = event({
  service: 'product',
  name: 'catalogue.changed',
  version: 1,
  schema: Type.Object({
    what: Type.Enum(['product', 'category', 'availability', 'rating'], {
      description:
        'Its texts, pictures, attributes, place or stock; a category; that it sold out or is back; how it is rated',
    }),
    in_stock: Type.Optional(
      Type.Boolean({ description: 'Whether it can be ordered now; with product and availability' }),
    ),
  }),
  summary: 'What the catalogue shows of a product or a category is another than before',
})

/** Lists show what is new, moved or gone; stock sold meanwhile may be as old as they are. */
export const listCaching: Caching = {
  fresh_s: 5,
  if_error_s: 300,
  changed_by: [productCreated, productUpdated, productDeleted, catalogueChanged],
}

const filters = {
  category: Type.Optional(Type.String({ maxLength: 200, description: 'Id or slug; includes the categories below it' })),
  min_price: Type.Optional(Type.Number({ minimum: 0, maximum: maxAmount })),
  max_price: Type.Optional(Type.Number({ minimum: 0, maximum: maxAmount })),
  in_stock: Type.Optional(Type.Boolean()),
}
/**
 * `attribute.colour=red` keeps products whose attribute equals the text, and those with a variant in it; a repeated key means
 * any of the values. What is asked for together, `in_stock` too, one variant must have together.
 */
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
  cache: listCaching,
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
    {
      q: Type.String({ minLength: 1, maxLength: 200 }),
      ...pageQuery,
      ...filters,
      sort: Type.Optional(Type.Enum([...productSorts], { description: 'Without it what fits best comes first' })),
    },
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
  cache: listCaching,
  example: { query: { q: 'lamp', limit: 3 } },
})

export const listFacets = operation({
  service: 'product',
  name: 'listFacets',
  method: 'GET',
  path: '/api/products/facets',
  auth: 'public',
  summary: 'What a list or a search can be narrowed by, with counts',
  description:
    'Takes the filters of the list. A filter does not count against its own alternatives: with `attribute.colour=red` the other colours are counted as if no colour had been chosen. Counts look at up to 2,000 products.',
  query: Type.Object(
    { q: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })), ...filters },
    { additionalProperties: false, patternProperties: attributeFilters, maxProperties: 30 },
  ),
  replies: {
    200: Type.Object({
      total: Type.Integer({ description: 'Products that pass all filters' }),
      in_stock: Type.Integer({ description: 'How many of them can be ordered now' }),
      ...Facets.properties,
      currency: Currency,
    }),
  },
  problems: ['validation-failed'],
  cache: listCaching,
  example: { query: { category: 'lamps', 'attribute.colour': 'red' } },
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
  cache: { ...listCaching, fresh_s: 30 },
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
  cache: { fresh_s: 2, if_error_s: 300, changed_about: [productUpdated, productDeleted, catalogueChanged] },
})

/** Beside the list of the shop: what is not for sale is in it too, and nothing is kept of it. */
export const listCatalogue = operation({
  service: 'product',
  name: 'listCatalogue',
  load: 'bulk',
  method: 'GET',
  path: '/api/catalogue',
  auth: { staff: 'catalogue' },
  summary: 'All products, for who works on them: also those that are not for sale',
  description: 'Variants are found by their product.',
  query: Type.Object(
    {
      ...pageQuery,
      q: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 200,
          description: 'A part of the name, of the sku or of that of a variant',
        }),
      ),
      category: filters.category,
      is_active: Type.Optional(Type.Boolean()),
      in_stock: filters.in_stock,
      sort: Type.Optional(Type.Enum(['newest', 'price', '-price', 'name', '-name'], { default: 'newest' })),
    },
    { additionalProperties: false },
  ),
  replies: { 200: page(Product) },
  problems: ['invalid-cursor'],
  example: { query: { is_active: false } },
})

export const getCatalogueProduct = operation({
  service: 'product',
  name: 'getCatalogueProduct',
  method: 'GET',
  path: '/api/catalogue/:id',
  auth: { staff: 'catalogue' },
  summary: 'One product with its variants, also what is not for sale',
  params: IdParams,
  replies: { 200: Product },
  problems: ['not-found'],
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
  description: 'Its variants go with it. Past orders keep its name and price.',
  params: IdParams,
  replies: { 204: Type.Null() },
  problems: ['not-found'],
})

export const restoreProduct = operation({
  service: 'product',
  name: 'restoreProduct',
  method: 'POST',
  path: '/api/products/:id/restore',
  auth: { staff: 'catalogue' },
  summary: 'Bring a deleted product back',
  description:
    'As it was: with its stock, and with the variants that were deleted with it. A variant comes back to a product that is there. Refused (409) while another product has its sku or slug, or another variant its options.',
  params: IdParams,
  replies: { 200: Product },
  problems: ['not-found', 'already-exists'],
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
  cache: { fresh_s: 86_400, if_error_s: 86_400 },
})

/** Catalogue prices of products, as they are now: what the cart shows and an order is made from. */
export const priceProducts = operation({
  service: 'product',
  name: 'priceProducts',
  method: 'GET',
  path: '/internal/products/prices',
  auth: { service: ['order', 'cart', 'review'] },
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
          is_active: Type.Boolean({ description: 'It can be bought' }),
          is_shown: Type.Boolean({ description: 'Everybody can see it: also a product of which a variant is bought' }),
          parent_id: nullable(Id),
        }),
      ),
    }),
  },
  problems: ['validation-failed'],
})
