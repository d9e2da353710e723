import * as admin from './admin.ts'
import * as cart from './cart.ts'
import type { EventType } from './event.ts'
import * as inventory from './inventory.ts'
import * as notification from './notification.ts'
import type { Operation } from './operation.ts'
import * as order from './order.ts'
import * as payment from './payment.ts'
import * as product from './product.ts'
import * as reconcile from './reconcile.ts'
import * as role from './role.ts'
import * as signIn from './sign-in.ts'
import * as token from './token.ts'
import * as user from './user.ts'

export * from './admin.ts'
export * from './audit.ts'
export * from './cart.ts'
export * from './client.ts'
export * from './event.ts'
export * from './every-service.ts'
export * from './fields.ts'
export * from './inventory.ts'
export * from './money.ts'
export * from './notification.ts'
export * from './operation.ts'
export * from './order.ts'
export * from './payment.ts'
export * from './personal-data.ts'
export * from './problems.ts'
export * from './product.ts'
export * from './reconcile.ts'
export * from './role.ts'
export * from './sign-in.ts'
export * from './token.ts'
export * from './user.ts'

const declared: unknown[] = [
  admin,
  notification,
  signIn,
  user,
  role,
  token,
  product,
  inventory,
  cart,
  order,
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
