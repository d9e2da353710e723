import * as api from '@shopfleet/contracts'
import { type Route, route, userIdOf } from '@shopfleet/service-kit'
import type { Ctx } from '../service.ts'
import { addToWishlist, listWishlist } from './wishlist.ts'
import * as store from './wishlist-store.ts'

export const wishlistRoutes = (ctx: Ctx): Route[] => [
  route(api.listWishlist, async ({ caller }) => ({ items: await listWishlist(ctx, userIdOf(caller)!) })),
  route(api.listWishlistIds, async ({ caller }) => ({
    product_ids: await store.listWishedIds(ctx.sql, userIdOf(caller)!),
  })),
  route(api.addToWishlist, async ({ caller, params }) => {
    await addToWishlist(ctx, userIdOf(caller)!, params.product_id)
    return null
  }),
  route(api.removeFromWishlist, async ({ caller, params }) => {
    if (!(await store.deleteItem(ctx.sql, userIdOf(caller)!, params.product_id))) throw new api.Problem('not-found')
    return null
  }),
]
