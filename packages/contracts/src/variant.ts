import { type Static, Type } from 'typebox'
import { Amount, Currency, Id, nullable } from './fields.ts'

/*
 * A variant is a product with a parent and a value for each of the parent's options: it has a sku, a price and a stock of its
 * own, and is what carts, orders and the inventory know. docs/decisions/0021.
 */

/** `{ size: 'M', colour: 'red' }`. Names as those of attributes. */
export const OptionValues = Type.Record(
  Type.String({ pattern: '^[a-z][a-z0-9_]{0,49}$' }),
  Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' }),
  {
    minProperties: 1,
    maxProperties: 5,
    additionalProperties: false,
    description: 'Of a variant: its value of each option',
  },
)

/** What a product says of itself if it is a variant. */
export const VariantOf = Type.Object({
  parent_id: nullable(Id),
  options: Type.Record(Type.String(), Type.String(), { description: 'Of a variant: its value of each option' }),
})

export const Variant = Type.Object({
  id: Id,
  sku: Type.String(),
  slug: Type.String(),
  name: Type.String(),
  options: VariantOf.properties.options,
  price: Amount,
  currency: Currency,
  stock_quantity: Type.Integer(),
  image_url: nullable(Type.String({ description: 'That of the product, where it has none itself' })),
  is_active: Type.Boolean(),
})
export type Variant = Static<typeof Variant>

/** Of one product. */
export const maxVariants = 100
