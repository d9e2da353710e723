import { type TSchema, Type } from 'typebox'

/** Field schemas that more than one service uses. Every string, list and number has a bound. */

export const Id = Type.String({ format: 'uuid', description: 'UUID' })
export const Timestamp = Type.String({ format: 'date-time', maxLength: 40, description: 'ISO 8601, UTC' })
export const Currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217 code' })
export const Amount = Type.Number({ description: 'Decimal number of major units' })
/** The largest amount a request may name, in major units; `toMinor` is stricter where the currency is known. */
export const maxAmount = 1_000_000_000_000
export const PositiveAmount = Type.Number({
  exclusiveMinimum: 0,
  maximum: maxAmount,
  description: 'Decimal number of major units',
})
/** What one line may order at most. */
export const maxQuantity = 1000
export const Quantity = Type.Integer({ minimum: 1, maximum: maxQuantity })
export const Email = Type.String({ format: 'email', maxLength: 254 })
export const Name = Type.String({ minLength: 1, maxLength: 100 })
export const IdParams = Type.Object({ id: Id })
export const nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()])

/** Query fields of every list. */
export const pageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
  cursor: Type.Optional(Type.String({ maxLength: 512, description: 'next_cursor of the page before' })),
}

/** A page of a list: the rows and where the next page starts, null on the last. */
export const page = <S extends TSchema>(item: S) =>
  Type.Object({ items: Type.Array(item), next_cursor: Type.Union([Type.String(), Type.Null()]) })

export interface Page<Item> {
  items: Item[]
  next_cursor: string | null
}

/** The bytes of a file, where an operation declares `body_types`. */
export const FileBody = Type.Unsafe<Uint8Array>({ type: 'string', format: 'binary' })

/** A postal address. */
export const Address = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    line1: Type.String({ minLength: 1, maxLength: 200 }),
    line2: Type.Optional(Type.String({ maxLength: 200 })),
    city: Type.String({ minLength: 1, maxLength: 100 }),
    region: Type.Optional(Type.String({ maxLength: 100 })),
    postal_code: Type.String({ minLength: 1, maxLength: 20 }),
    country: Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2' }),
    phone: Type.Optional(Type.String({ maxLength: 40 })),
  },
  { additionalProperties: false },
)
