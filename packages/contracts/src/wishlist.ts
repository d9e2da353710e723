import { type Static, Type } from 'typebox'
import { event } from './event.ts'
import { Amount, Currency, Id, nullable, Timestamp } from './fields.ts'
import { operation } from './operation.ts'

/** Wishlists: products customers want to come back to, and be told of when they can be bought again or for less. */

/** Products one may keep: prices are asked for a hundred at once. */
export const maxWishlistItems = 100

export const WishlistItem = Type.Object({
  product_id: Id,
  sku: Type.String(),
  slug: Type.String(),
  name: Type.String(),
  image_url: nullable(Type.String()),
  price: Amount,
  currency: Currency,
  added_price: nullable(Type.Number({ description: 'What it cost when it was put there; null in another currency' })),
  available: Type.Boolean({ description: 'It can be ordered now' }),
  added_at: Timestamp,
})
export type WishlistItem = Static<typeof WishlistItem>

const ProductParams = Type.Object({ product_id: Id })

export const listWishlist = operation({
  service: 'review',
  name: 'listWishlist',
  method: 'GET',
  path: '/api/wishlist/items',
  auth: 'customer',
  summary: 'Your wishlist, newest first, with the prices of now',
  description: 'A product that left the catalogue is left out.',
  replies: { 200: Type.Object({ items: Type.Array(WishlistItem) }) },
})

export const listWishlistIds = operation({
  service: 'review',
  name: 'listWishlistIds',
  method: 'GET',
  path: '/api/wishlist/ids',
  auth: 'customer',
  summary: 'Which products are on your wishlist',
  replies: { 200: Type.Object({ product_ids: Type.Array(Id, { maxItems: maxWishlistItems }) }) },
})

export const addToWishlist = operation({
  service: 'review',
  name: 'addToWishlist',
  method: 'PUT',
  path: '/api/wishlist/items/:product_id',
  auth: 'customer',
  summary: 'Put a product on your wishlist',
  description: `One that is there already stays as it is. You are told when it can be bought again, and when it costs less, by
e-mail at most once a day.`,
  params: ProductParams,
  replies: { 204: Type.Null() },
  problems: ['not-found', 'too-many'],
})

export const removeFromWishlist = operation({
  service: 'review',
  name: 'removeFromWishlist',
  method: 'DELETE',
  path: '/api/wishlist/items/:product_id',
  auth: 'customer',
  summary: 'Take a product off your wishlist',
  params: ProductParams,
  replies: { 204: Type.Null() },
  problems: ['not-found'],
})

const WishlistNews = {
  item_id: Id,
  user_id: Id,
  product_id: Id,
  product_name: Type.String(),
  product_slug: Type.String(),
  price_minor: Type.Integer(),
  currency: Currency,
}

export const wishlistBackInStock = event({
  service: 'review',
  name: 'wishlist.back-in-stock',
  version: 1,
  schema: Type.Object(WishlistNews),
  summary: 'A product on a wishlist can be bought again: its owner is to be told',
})
export const wishlistPriceDropped = event({
  service: 'review',
  name: 'wishlist.price-dropped',
  version: 1,
  schema: Type.Object({ ...WishlistNews, known_price_minor: Type.Integer() }),
  summary: 'A product on a wishlist costs less than its owner knows: they are to be told',
})
