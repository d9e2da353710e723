import { Type } from 'typebox'
import { IdParams } from './fields.ts'
import { operation } from './operation.ts'
import { Product, Sku, Slug } from './product.ts'
import { OptionValues } from './variant.ts'

export const createVariant = operation({
  service: 'product',
  name: 'createVariant',
  method: 'POST',
  path: '/api/products/:id/variants',
  auth: { staff: 'catalogue' },
  summary: 'Add a variant to a product',
  description:
    'All variants of a product have the same options. A variant is a product: it is changed, priced, pictured and deleted by its own id. A product with variants is not bought itself; its price is the lowest of theirs, its stock their sum. Without a price it costs what the product does.',
  params: IdParams,
  body: Type.Object(
    {
      options: OptionValues,
      price: Type.Optional(Type.Number({ minimum: 0, maximum: 10_000_000 })),
      stock: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000_000 })),
      sku: Type.Optional(Sku),
      slug: Type.Optional(Slug),
    },
    { additionalProperties: false },
  ),
  replies: { 201: Product },
  problems: ['not-found', 'already-exists', 'too-many', 'validation-failed'],
  example: { body: { options: { size: 'M' }, stock: 12 } },
})
