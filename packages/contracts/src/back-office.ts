import { type Static, Type } from 'typebox'
import { AuditEntry } from './admin.ts'
import { SalesFigures } from './analytics.ts'
import { event } from './event.ts'
import { Amount, Currency, Id, IdParams, nullable, Timestamp } from './fields.ts'
import { locales } from './notification.ts'
import { operation } from './operation.ts'
import { PersonalData } from './personal-data.ts'

/** What staff see first, what they set for the whole shop, and all the shop knows of one customer. */

const staff = { staff: 'admin' } as const

export const getDashboard = operation({
  service: 'admin',
  name: 'getDashboard',
  method: 'GET',
  path: '/api/admin/dashboard',
  auth: staff,
  summary: 'How the shop stands now, on one page',
  description:
    'Each part is asked of the service that knows it. A part whose service does not answer is null, and `away` names it.',
  query: Type.Object(
    { time_zone: Type.Optional(Type.String({ minLength: 1, maxLength: 64, default: 'UTC' })) },
    { additionalProperties: false },
  ),
  replies: {
    200: Type.Object({
      sales: nullable(
        Type.Object({
          today: Type.Array(SalesFigures, { description: 'By currency; none in which nothing happened' }),
          yesterday: Type.Array(SalesFigures),
        }),
      ),
      orders: nullable(
        Type.Object({
          unpaid: Type.Integer(),
          to_ship: Type.Integer(),
          in_transit: Type.Integer(),
        }),
      ),
      stock: nullable(
        Type.Object({
          sold_out: Type.Integer(),
          low: Type.Integer({ description: 'Below the threshold of the settings, those sold out left out' }),
          threshold: Type.Integer(),
        }),
      ),
      reviews: nullable(Type.Object({ pending: Type.Integer() })),
      findings: Type.Integer({ description: 'Open ones of the reconciler' }),
      dead_letters: Type.Integer({ description: 'Open ones, of the services that answer' }),
      webhooks_failing: Type.Integer(),
      services: Type.Object({ healthy: Type.Integer(), total: Type.Integer() }),
      away: Type.Array(Type.String(), { description: 'Services that do not answer' }),
    }),
  },
  problems: ['validation-failed'],
})

const settings = {
  shop_name: Type.String({ minLength: 1, maxLength: 100 }),
  support_email: nullable(Type.String({ format: 'email', maxLength: 254 })),
  low_stock_threshold: Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'Fewer than this is low' }),
  default_language: Type.Enum([...locales]),
}
export const ShopSettings = Type.Object({
  ...settings,
  version: Type.Integer({ description: 'Counts up with each change' }),
  updated_at: Timestamp,
  updated_by: nullable(Id),
})
export type ShopSettings = Static<typeof ShopSettings>

/** What anybody may know of how the shop is set. */
export const ShopProfile = Type.Object(settings)
export type ShopProfile = Static<typeof ShopProfile>

/** Until the admin service has said otherwise. */
export const firstProfile: ShopProfile = {
  shop_name: 'Shopfleet',
  support_email: null,
  low_stock_threshold: 5,
  default_language: 'en',
}

/** There is one shop: what is said of it is said of this id. */
export const shopId = '00000000-0000-7000-8000-000000000000'

export const settingsChanged = event({
  service: 'admin',
  name: 'settings.changed',
  version: 1,
  schema: Type.Object({ ...settings, version: Type.Integer(), updated_by: nullable(Id) }),
  summary: 'The shop has another name, address for questions, threshold or language',
})

export const getShopProfile = operation({
  service: 'admin',
  name: 'getShopProfile',
  method: 'GET',
  path: '/api/shop',
  auth: 'public',
  summary: 'What the shop is called, where to ask, and how it speaks to whoever chose no language',
  replies: { 200: ShopProfile },
  cache: { fresh_s: 60, if_error_s: 86_400, changed_by: [settingsChanged] },
})

export const getSettings = operation({
  service: 'admin',
  name: 'getSettings',
  method: 'GET',
  path: '/api/admin/settings',
  auth: staff,
  summary: 'What is set for the whole shop, and how it was before',
  replies: { 200: Type.Object({ ...ShopSettings.properties, earlier: Type.Array(ShopSettings) }) },
})

export const updateSettings = operation({
  service: 'admin',
  name: 'updateSettings',
  method: 'PUT',
  path: '/api/admin/settings',
  auth: staff,
  summary: 'Set it anew',
  description: '`version` is the one that was seen: whoever was overtaken is told, and overwrites nothing.',
  body: Type.Object(
    { ...settings, version: Type.Integer({ minimum: 1, maximum: 2_000_000_000 }) },
    { additionalProperties: false },
  ),
  replies: { 200: ShopSettings },
  problems: ['changed-meanwhile'],
  example: {
    body: {
      shop_name: 'Lantern & Leaf',
      support_email: 'help@example.com',
      low_stock_threshold: 5,
      default_language: 'en',
      version: 1,
    },
  },
})

const PaymentOfCustomer = Type.Object({
  order_id: Id,
  currency: Currency,
  captured: Amount,
  refunded: Amount,
  status: nullable(Type.String()),
})

export const getCustomerRecord = operation({
  service: 'admin',
  name: 'getCustomerRecord',
  method: 'GET',
  path: '/api/admin/customers/:id',
  auth: staff,
  summary: 'All the shop knows of a customer',
  description:
    'As each service would export it to the person. A service that does not answer is left out, and `away` names it.',
  params: IdParams,
  replies: {
    200: Type.Object({
      user_id: Id,
      services: Type.Record(Type.String(), PersonalData),
      payments: Type.Array(PaymentOfCustomer),
      audit: Type.Array(AuditEntry, {
        description: 'What staff did to the account, and what it did as staff; newest first',
      }),
      away: Type.Array(Type.String()),
      links: Type.Object({
        erase: Type.Object({ method: Type.String(), path: Type.String() }),
        orders: Type.Object({ method: Type.String(), path: Type.String() }),
        messages: Type.Object({ method: Type.String(), path: Type.String() }),
      }),
    }),
  },
  problems: ['not-found'],
})

export const exportCustomer = operation({
  service: 'admin',
  name: 'exportCustomer',
  load: 'bulk',
  method: 'POST',
  path: '/api/admin/customers/:id/exports',
  auth: staff,
  is_private: true,
  summary: 'Everything the shop keeps of a customer, to be handed to them',
  description: `As they could export it themselves, with what was paid. Whole or not at all: where a service does not answer, \`away\` of the
refusal names it. The audit log keeps who asked for whose.`,
  params: IdParams,
  replies: {
    200: Type.Object({
      user_id: Id,
      exported_at: Timestamp,
      services: Type.Record(Type.String(), PersonalData),
      payments: Type.Array(PaymentOfCustomer),
    }),
  },
  problems: ['not-found'],
})

/* What the owners are asked for it. */

export const readShopFigures = operation({
  service: 'analytics',
  name: 'readShopFigures',
  method: 'GET',
  path: '/internal/analytics/figures',
  auth: { service: ['admin'] },
  summary: 'Sales of today and yesterday, and what waits',
  query: Type.Object({ time_zone: Type.String({ minLength: 1, maxLength: 64 }) }, { additionalProperties: false }),
  replies: {
    200: Type.Object({
      today: Type.Array(SalesFigures),
      yesterday: Type.Array(SalesFigures),
      unpaid: Type.Integer(),
      to_ship: Type.Integer(),
      in_transit: Type.Integer(),
    }),
  },
  problems: ['validation-failed'],
})

export const countLowStock = operation({
  service: 'inventory',
  name: 'countLowStock',
  method: 'GET',
  path: '/internal/inventory/low',
  auth: { service: ['admin'] },
  summary: 'How many products are sold out, and of how many few are left',
  query: Type.Object({ below: Type.Integer({ minimum: 0, maximum: 1_000_000 }) }, { additionalProperties: false }),
  replies: { 200: Type.Object({ sold_out: Type.Integer(), low: Type.Integer() }) },
})

export const countPendingReviews = operation({
  service: 'review',
  name: 'countPendingReviews',
  method: 'GET',
  path: '/internal/reviews/pending',
  auth: { service: ['admin'] },
  summary: 'How many reviews wait for staff',
  replies: { 200: Type.Object({ pending: Type.Integer() }) },
})

export const readUserRecord = operation({
  service: 'user',
  name: 'readUserRecord',
  method: 'GET',
  path: '/internal/users/:id/record',
  auth: { service: ['admin'] },
  summary: 'Everything kept here of an account, as its owner could export it',
  params: IdParams,
  replies: { 200: PersonalData },
  problems: ['not-found'],
})
