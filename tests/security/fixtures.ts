import { randomUUID } from 'node:crypto'
import * as api from '@shopfleet/contracts'
import { bearer, type Headers, newEmail, password, type World } from './world.ts'

/**
 * A good request for each operation, about things of the owner's, made anew each time it is asked for: what one caller
 * does must not be in the way of the next. An operation without one fails the tests.
 */

export interface Ask {
  params?: Record<string, string>
  query?: Record<string, unknown>
  body?: unknown
  headers?: Headers
  /**
   * What a caller is answered who is let through, where it is not the operation's success: the thing is made up, or
   * in another state. Never what a refusal would be answered with.
   */
  reached?: number[]
}

/** `asSomebodyElse` is an account of the same role as the caller's, for what would be the end of it. */
export type Fixture = (world: World, asSomebodyElse: () => Promise<api.Session>) => Ask | Promise<Ask>

const some = () => randomUUID()
const at = { query: { at: '2020-01-01 00:00:00+00', limit: 5 } }
const facts: Fixture = () => ({ body: { ids: [some()] } })
const repair: Fixture = () => ({ body: { id: some() } })
const nothing: Fixture = () => ({})
const absent: Fixture = () => ({ params: { event_id: some() }, reached: [404] })

async function anOrder(w: World, extra: object = {}): Promise<api.Order> {
  const body = { items: [{ product_id: w.product.id, quantity: 1 }], ...extra }
  return w.platform.client('order').call(api.placeOrder, { body }, bearer(w.owner))
}
const ofOrder = async (w: World) => ({ params: { id: (await anOrder(w)).id } })

async function aPayment(w: World): Promise<string> {
  const order = await anOrder(w, { payment_method: 'tok_approve' })
  const [row] = await w.platform.sql('payment')`select id from payments where order_id = ${order.id}`
  return row!.id
}

async function aCartLine(w: World): Promise<api.Cart> {
  return w.platform.client('cart').call(api.addCartItem, { body: { product_id: w.product.id } }, bearer(w.owner))
}

async function aProduct(w: World): Promise<api.Product> {
  const body = { name: `Thing ${some()}`, price: 3, stock: 50 }
  return w.platform.client('product').call(api.createProduct, { body }, bearer(w.staff.get('admin')!))
}

async function aCategory(w: World): Promise<api.Category> {
  const body = { name: `Shelf ${some()}` }
  return w.platform.client('product').call(api.createCategory, { body }, bearer(w.staff.get('admin')!))
}

const address = { line1: '12 St James Square', city: 'London', postal_code: 'SW1Y 4JH', country: 'GB' }
async function anAddress(w: World): Promise<string> {
  // A person may keep only so many.
  await w.platform.sql('user')`delete from addresses where user_id = ${w.owner.user.id}`
  return (await w.platform.client('user').call(api.createAddress, { body: { address } }, bearer(w.owner))).id
}

const aRoleName = () => `r-${some().replace(/[^a-f]/g, '')}-${some().replace(/[^a-f]/g, '')}`
async function aRole(w: World): Promise<string> {
  const name = aRoleName()
  await w.platform.sql('user')`insert into roles (name, permissions) values (${name}, '{}')`
  return name
}

const browser = () => ({
  endpoint: `https://fcm.googleapis.com/fcm/send/${some()}`,
  keys: { p256dh: Buffer.alloc(65, 4).toString('base64url'), auth: Buffer.alloc(16, 7).toString('base64url') },
})

async function aReservation(w: World): Promise<string> {
  const order_id = some()
  const body = { order_id, items: [{ product_id: w.product.id, quantity: 1 }], expires_in_s: 900 }
  await w.platform.client('inventory').call(api.reserveStock, { body }, await w.asService('order', 'inventory'))
  return order_id
}

async function aFinding(w: World): Promise<string> {
  const [row] = await w.platform.sql('admin')`
    insert into findings (kind, subject, evidence, first_seen, last_seen)
    values ('order-stuck', ${some()}, '{}', now(), now()) returning id`
  return row!.id
}

const letter = () => ({ key: some(), template: 'welcome', email: newEmail(), data: { name: 'Ada' } })
async function aMessage(w: World): Promise<string> {
  const token = await w.asService('user', 'notification')
  return (await w.platform.client('notification').call(api.queueMessage, { body: letter() as never }, token)).id
}

const ofCaller: Fixture = async (_w, asSomebodyElse) => ({ headers: bearer(await asSomebodyElse()) })
/** A good code or link nobody guesses: who is let through is told that it is wrong. */
const madeUp = 'x'.repeat(43)
const ofLetter: Fixture = () => ({ params: { id: some() }, query: { service: 'cart' }, reached: [404] })

export const fixtures: Record<string, Fixture> = {
  // user
  register: () => ({ body: { email: newEmail(), password } }),
  signUp: () => ({ body: { email: newEmail(), password } }),
  login: w => ({ body: { email: w.owner.user.email, password } }),
  loginMfa: () => ({ body: { mfa_token: madeUp, code: '123456' }, reached: [401] }),
  verifyEmail: () => ({ body: { token: madeUp }, reached: [422] }),
  // No provider is configured: as if there were no such address.
  beginExternal: () => ({ reached: [404] }),
  finishExternal: () => ({ body: { login_token: madeUp, code: 'x', state: 'y' }, reached: [401, 404] }),
  resendVerification: ofCaller,
  forgotPassword: () => ({ body: { email: newEmail() } }),
  resetPassword: () => ({ body: { token: madeUp, password }, reached: [422] }),
  changePassword: async (w, e) => ({
    ...(await ofCaller(w, e)),
    body: { current_password: password, password: `another ${some()}` },
  }),
  getMfa: nothing,
  enrolMfa: async (w, e) => ({ ...(await ofCaller(w, e)), body: { current_password: password } }),
  confirmMfa: async (w, e) => ({ ...(await ofCaller(w, e)), body: { code: '123456' }, reached: [422] }),
  disableMfa: async (w, e) => ({
    ...(await ofCaller(w, e)),
    body: { code: '123456', current_password: password },
    reached: [204, 422],
  }),
  refreshSession: async w => ({ body: { refresh_token: (await w.join()).refresh_token } }),
  logout: async w => ({ body: { refresh_token: (await w.join()).refresh_token } }),
  logoutAll: ofCaller,
  listSessions: nothing,
  async endSession(w) {
    const user = w.platform.client('user')
    const more = await user.call(api.login, { body: { email: w.owner.user.email, password } })
    const { items } = await user.call(api.listSessions, {}, bearer(more))
    return { params: { id: items.find(one => one.current)!.id } }
  },
  getProfile: nothing,
  updateProfile: () => ({ body: { first_name: 'Ada' } }),
  deleteAccount: ofCaller,
  getErasure: () => ({ params: { id: some() }, reached: [404] }),
  exportUser: nothing,
  listAddresses: nothing,
  createAddress: async (w, e) => ({ ...(await ofCaller(w, e)), body: { address } }),
  updateAddress: async w => ({ params: { id: await anAddress(w) }, body: { address } }),
  deleteAddress: async w => ({ params: { id: await anAddress(w) } }),
  listUsers: nothing,
  createUser: () => ({ body: { email: newEmail(), name: 'Ada Lovelace' } }),
  getUser: w => ({ params: { id: w.owner.user.id } }),
  updateUser: w => ({ params: { id: w.owner.user.id }, body: { first_name: 'Ada' } }),
  setUserRole: w => ({ params: { id: w.owner.user.id }, body: { role: 'customer' } }),
  deleteUser: async w => ({ params: { id: (await w.join()).user.id } }),
  listRoles: nothing,
  createRole: () => ({ body: { name: aRoleName(), permissions: [] } }),
  updateRole: async w => ({ params: { name: await aRole(w) }, body: { permissions: [] } }),
  deleteRole: async w => ({ params: { name: await aRole(w) } }),
  userExists: w => ({ params: { id: w.owner.user.id } }),
  listRevocations: nothing,
  jwks: nothing,

  // product
  listProducts: nothing,
  searchProducts: () => ({ query: { q: 'lantern' } }),
  suggestProducts: () => ({ query: { q: 'la' } }),
  getProduct: w => ({ params: { id: w.product.id } }),
  createProduct: () => ({ body: { name: `Thing ${some()}`, price: 3 } }),
  updateProduct: async w => ({ params: { id: (await aProduct(w)).id }, body: { price: 4 } }),
  patchProduct: async w => ({ params: { id: (await aProduct(w)).id }, body: { price: 4 } }),
  deleteProduct: async w => ({ params: { id: (await aProduct(w)).id } }),
  getImage: () => ({ params: { name: 'no-such-picture.svg' }, reached: [404] }),
  listCategories: nothing,
  getCategory: async w => ({ params: { id: (await aCategory(w)).id } }),
  createCategory: () => ({ body: { name: `Shelf ${some()}` } }),
  updateCategory: async w => ({ params: { id: (await aCategory(w)).id }, body: { description: 'Wide' } }),
  deleteCategory: async w => ({ params: { id: (await aCategory(w)).id } }),
  priceProducts: w => ({ query: { ids: w.product.id } }),

  // inventory
  getStock: w => ({ params: { product_id: w.product.id } }),
  listStock: nothing,
  setStock: async w => ({ params: { product_id: (await aProduct(w)).id }, body: { on_hand: 9 } }),
  adjustStock: async w => ({ params: { product_id: (await aProduct(w)).id }, body: { delta: 1, reason: 'found' } }),
  listMovements: w => ({ params: { product_id: w.product.id } }),
  reserveStock: w => ({
    body: { order_id: some(), items: [{ product_id: w.product.id, quantity: 1 }], expires_in_s: 60 },
  }),
  commitReservation: async w => ({ params: { order_id: await aReservation(w) } }),
  releaseReservation: async w => ({ params: { order_id: await aReservation(w) } }),
  openStock: async w => ({ params: { product_id: (await aProduct(w)).id }, body: { quantity: 5 } }),
  setStockFromCatalogue: async w => ({ params: { product_id: (await aProduct(w)).id }, body: { available: 5 } }),

  // cart
  getCart: nothing,
  clearCart: ofCart,
  addCartItem: w => ({ body: { product_id: w.product.id, quantity: 1 } }),
  updateCartItem: async w => ({ params: { item_id: (await aCartLine(w)).items[0]!.id }, body: { quantity: 2 } }),
  removeCartItem: async w => ({ params: { item_id: (await aCartLine(w)).items[0]!.id } }),
  mergeCart: () => ({ body: { cart_token: madeUp } }),
  getUserCart: w => ({ params: { user_id: w.owner.user.id } }),
  addUserCartItem: w => ({ params: { user_id: w.owner.user.id }, body: { product_id: w.product.id } }),
  removeUserCartItem: async w => ({
    params: { user_id: w.owner.user.id, item_id: (await aCartLine(w)).items[0]!.id },
  }),
  readCartForOrder: async w => ({
    params: { cart_id: (await aCartLine(w)).id! },
    body: { user_id: w.owner.user.id, cart_token: null },
  }),

  // order
  placeOrder: w => ({ body: { items: [{ product_id: w.product.id, quantity: 1 }], email: newEmail() } }),
  quoteOrder: w => ({ body: { items: [{ product_id: w.product.id, quantity: 1 }] } }),
  payOrder: async w => ({ ...(await ofOrder(w)), body: { payment_method: 'tok_approve' } }),
  cancelOrder: ofOrder,
  setOrderStatus: async w => ({ ...(await ofOrder(w)), body: { status: 'cancelled' } }),
  getOrder: ofOrder,
  listOrders: nothing,
  listUserOrders: w => ({ params: { user_id: w.owner.user.id } }),
  getOrderTimeline: ofOrder,
  readOrder: ofOrder,

  // payment
  authorisePayment: () => ({
    body: { order_id: some(), attempt: 1, amount_minor: 100, currency: 'USD', payment_method: 'tok_approve' },
  }),
  closePayments: () => ({ body: { order_id: some(), reason: 'tried' } }),
  capturePayment: async w => ({ params: { id: await aPayment(w) }, reached: [200, 409] }),
  captureForOrder: async w => ({ params: { id: await aPayment(w) }, reached: [200, 409] }),
  voidPayment: async w => ({ params: { id: await aPayment(w) }, reached: [409] }),
  refundPayment: async w => ({ params: { id: await aPayment(w) }, body: { amount: 0.01 } }),
  getPayment: async w => ({ params: { id: await aPayment(w) } }),
  listPayments: nothing,
  // Whoever it is, the signature decides.
  receiveWebhook: () => ({ params: { provider: 'simulator' }, body: { id: some(), type: 'payment' }, reached: [401] }),
  listLedger: nothing,

  // notification
  queueMessage: () => ({ body: letter() }),
  sendNotification: () => ({ body: { email: newEmail(), subject: 'Your question', text: 'Yes.' } }),
  listNotifications: nothing,
  listUserNotifications: w => ({ params: { user_id: w.owner.user.id } }),
  resendNotification: async w => ({ params: { id: await aMessage(w) }, reached: [200, 409] }),
  getNotificationPreferences: nothing,
  updateNotificationPreferences: () => ({ body: { locale: 'de' } }),
  createPushSubscription: () => ({ body: browser() }),
  async deletePushSubscription(w) {
    const notification = w.platform.client('notification')
    return { params: await notification.call(api.createPushSubscription, { body: browser() }, bearer(w.owner)) }
  },
  getPushKey: nothing,
  listMessageTemplates: nothing,
  previewMessageTemplate: () => ({ params: { name: 'welcome' } }),
  showUnsubscribe: () => ({ params: { token: madeUp }, reached: [404] }),
  unsubscribe: () => ({ params: { token: madeUp }, reached: [404] }),

  // admin
  listFindings: nothing,
  getFinding: async w => ({ params: { id: await aFinding(w) } }),
  repairFinding: async w => ({ params: { id: await aFinding(w) }, reached: [200, 409] }),
  closeFinding: async w => ({ params: { id: await aFinding(w) }, body: { reason: 'seen to' } }),
  listAuditLog: nothing,
  listDeadLetters: nothing,
  editDeadLetter: async (w, e) => ({ ...(await ofLetter(w, e)), body: { payload: {} } }),
  replayDeadLetter: ofLetter,
  discardDeadLetter: ofLetter,
  listServices: nothing,

  // what the reconciler asks
  changedOrders: () => at,
  changedPayments: () => at,
  changedReservations: () => at,
  changedStock: () => at,
  changedCarts: () => at,
  readOrderFacts: facts,
  readOrdersOfCarts: facts,
  readPaymentFacts: facts,
  readReservationFacts: facts,
  readStockFacts: facts,
  readShownStock: facts,
  readCartFacts: facts,
  readConfirmedOrders: facts,
  readProviderBalance: nothing,
  listProviderStrangers: nothing,
  resumeOrder: () => ({ params: { id: some() }, body: { attempt: 1 } }),
  finishCancelling: async w => ({ ...(await ofOrder(w)), reached: [200, 409] }),
  noteOrderRefund: () => ({ params: { id: some() }, body: { refunded_minor: 1 } }),
  resayOrderPaid: repair,
  askProviderAgain: repair,
  closeCartOfOrder: repair,
  balanceStock: repair,
  resayStock: () => ({ body: { id: some(), above_revision: 0 } }),

  // of every service
  readMessaging: nothing,
  hastenMessaging: nothing,
  listOwnFindings: nothing,
  listDeadLettersHere: nothing,
  getDeadLetterHere: absent,
  editDeadLetterHere: () => ({ params: { event_id: some() }, body: { payload: {} }, reached: [404] }),
  replayDeadLetterHere: absent,
  discardDeadLetterHere: absent,
  exportPersonalData: w => ({ params: { user_id: w.owner.user.id } }),
  hasErased: () => ({ params: { event_id: some() } }),
}

/** Emptying one's cart: with something in it. */
async function ofCart(w: World): Promise<Ask> {
  await aCartLine(w)
  return {}
}
