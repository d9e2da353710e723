import * as admin from './admin.ts'
import * as analytics from './analytics.ts'
import * as backOffice from './back-office.ts'
import * as cart from './cart.ts'
import * as category from './category.ts'
import * as coupon from './coupon.ts'
import type { EventType } from './event.ts'
import * as inventory from './inventory.ts'
import * as notification from './notification.ts'
import type { Operation } from './operation.ts'
import * as order from './order.ts'
import * as orderRefund from './order-refund.ts'
import * as payment from './payment.ts'
import * as picture from './picture.ts'
import * as product from './product.ts'
import * as productImport from './product-import.ts'
import * as productVariant from './product-variant.ts'
import * as reconcile from './reconcile.ts'
import * as review from './review.ts'
import * as role from './role.ts'
import * as signIn from './sign-in.ts'
import * as token from './token.ts'
import * as user from './user.ts'
import * as webhook from './webhook.ts'
import * as wishlist from './wishlist.ts'

export * from './admin.ts'
export * from './analytics.ts'
export * from './audit.ts'
export * from './back-office.ts'
export * from './cart.ts'
export * from './category.ts'
export * from './client.ts'
export * from './coupon.ts'
export * from './event.ts'
export * from './every-service.ts'
export * from './fields.ts'
export * from './inventory.ts'
export * from './money.ts'
export * from './notification.ts'
export * from './operation.ts'
export * from './order.ts'
export * from './order-refund.ts'
export * from './payment.ts'
export * from './personal-data.ts'
export * from './picture.ts'
export * from './problems.ts'
export * from './product.ts'
export * from './product-import.ts'
export * from './product-variant.ts'
export * from './realtime.ts'
export * from './realtime-client.ts'
export * from './realtime-closings.ts'
export * from './reconcile.ts'
export * from './review.ts'
export * from './role.ts'
export * from './session-client.ts'
export * from './sign-in.ts'
export * from './token.ts'
export * from './user.ts'
export * from './variant.ts'
export * from './webhook.ts'
export * from './wishlist.ts'

const declared: unknown[] = [
  analytics,
  review,
  wishlist,
  admin,
  webhook,
  backOffice,
  notification,
  signIn,
  user,
  role,
  token,
  product,
  picture,
  category,
  productVariant,
  productImport,
  inventory,
  cart,
  order,
  orderRefund,
  coupon,
  payment,
  reconcile,
].flatMap(module => Object.values(module))

/** Every operation of the platform, in the order of declaration. */
export const operations: Operation[] = declared.filter(
  (v): v is Operation => typeof v === 'object' && v !== null && 'method' in v && 'path' in v && 'replies' in v,
)

/** Every event of the platform. */
export const events: EventType[] = declared.filter(
  (v): v is EventType => typeof v === 'object' && v !== null && 'schema' in v && 'version' in v && 'service' in v,
)
