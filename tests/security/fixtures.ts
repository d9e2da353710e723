import * as api from '@shopfleet/contracts'
import {
  aCartLine,
  aCategory,
  aCoupon,
  aDelivery,
  address,
  aFinding,
  aMessage,
  anAddress,
  anImport,
  anOrder,
  aPayment,
  aPicture,
  aPicturedProduct,
  aProduct,
  aReservation,
  aReview,
  aRole,
  aRoleName,
  aSavedItem,
  aTable,
  aWebhook,
  aWish,
  browser,
  letter,
  madeUp,
  some,
  words,
} from './things.ts'
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

const at = { query: { at: '2020-01-01 00:00:00+00', limit: 5 } }
const facts: Fixture = () => ({ body: { ids: [some()] } })
const repair: Fixture = () => ({ body: { id: some() } })
const nothing: Fixture = () => ({})
const absent: Fixture = () => ({ params: { event_id: some() }, reached: [404] })

const ofOrder = async (w: World) => ({ params: { id: (await anOrder(w)).id } })

const ofCoupon = async (w: World) => ({ params: { id: (await aCoupon(w)).id } })

const ofCaller: Fixture = async (_w, asSomebodyElse) => ({ headers: bearer(await asSomebodyElse()) })
/** A good code or link nobody guesses: who is let through is told that it is wrong. */
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
  requestVerification: () => ({ body: { email: newEmail() } }),
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
  readUserName: w => ({ params: { id: w.owner.user.id } }),
  listRevocations: nothing,
  getSignInMethods: nothing,
  jwks: nothing,

  // product
  listFacets: nothing,
  listProducts: nothing,
  listCatalogue: nothing,
  getCatalogueProduct: w => ({ params: { id: w.product.id } }),
  searchProducts: () => ({ query: { q: 'lantern' } }),
  suggestProducts: () => ({ query: { q: 'la' } }),
  getProduct: w => ({ params: { id: w.product.id } }),
  createProduct: () => ({ body: { name: `Thing ${some()}`, price: 3 } }),
  updateProduct: async w => ({ params: { id: (await aProduct(w)).id }, body: { price: 4 } }),
  patchProduct: async w => ({ params: { id: (await aProduct(w)).id }, body: { price: 4 } }),
  deleteProduct: async w => ({ params: { id: (await aProduct(w)).id } }),
  restoreProduct: async w => {
    const { id } = await aProduct(w)
    await w.platform.client('product').send(api.deleteProduct, { params: { id } }, bearer(w.staff.get('admin')!))
    return { params: { id } }
  },
  createVariant: async w => ({ params: { id: (await aProduct(w)).id }, body: { options: { size: 'M' } } }),
  uploadImage: async w => ({ params: { id: (await aProduct(w)).id }, body: aPicture() }),
  arrangeImages: async w => {
    const { id, images } = await aPicturedProduct(w)
    return { params: { id }, body: { images: [{ url: images[0]!.url, alt: 'A lantern' }] } }
  },
  deleteImage: async w => {
    const { id, images } = await aPicturedProduct(w)
    return { params: { id }, query: { url: images[0]!.url } }
  },
  getImage: () => ({ params: { name: 'no-such-picture.svg' }, reached: [404] }),
  importProducts: () => ({ body: aTable() }),
  listImports: nothing,
  getImport: async w => ({ params: { id: await anImport(w) } }),
  listImportRows: async w => ({ params: { id: await anImport(w) } }),
  applyImport: async w => ({ params: { id: await anImport(w) } }),
  undoImport: async w => {
    const id = await anImport(w)
    await w.platform.client('product').call(api.applyImport, { params: { id } }, bearer(w.staff.get('admin')!))
    return { params: { id } }
  },
  exportProducts: nothing,
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
  getReservation: async w => ({ params: { order_id: await aReservation(w) } }),
  returnStock: w => ({
    params: { order_id: some(), key: some() },
    body: { items: [{ product_id: w.product.id, quantity: 1 }] },
  }),
  releaseReservation: async w => ({ params: { order_id: await aReservation(w) } }),
  openStock: async w => ({ params: { product_id: (await aProduct(w)).id }, body: { quantity: 5 } }),
  moveStockFromCatalogue: async w => ({
    params: { product_id: (await aProduct(w)).id, key: some() },
    body: { delta: 1, reason: 'import' },
  }),
  setStockFromCatalogue: async w => ({ params: { product_id: (await aProduct(w)).id }, body: { available: 5 } }),

  // cart
  getCart: nothing,
  clearCart: ofCart,
  addCartItem: w => ({ body: { product_id: w.product.id, quantity: 1 } }),
  updateCartItem: async w => ({ params: { item_id: (await aCartLine(w)).items[0]!.id }, body: { quantity: 2 } }),
  removeCartItem: async w => ({ params: { item_id: (await aCartLine(w)).items[0]!.id } }),
  listSavedItems: nothing,
  saveCartItem: async w => ({ params: { item_id: (await aCartLine(w)).items[0]!.id } }),
  moveSavedItem: async w => ({ params: { item_id: await aSavedItem(w) } }),
  removeSavedItem: async w => ({ params: { item_id: await aSavedItem(w) } }),
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
  readAbandonedCart: async w => ({ params: { cart_id: (await aCartLine(w)).id! } }),

  applyCoupon: async w => {
    await aCartLine(w)
    // A guest's own cart is another than that of whoever made this one: it is empty.
    return { body: { code: (await aCoupon(w)).code }, reached: [200, 409] }
  },
  removeCoupon: ofCart,

  // order
  listCoupons: nothing,
  createCoupon: () => ({ body: { code: `C-${some()}`, percent: 10 } }),
  getCoupon: ofCoupon,
  updateCoupon: async w => ({ ...(await ofCoupon(w)), body: { is_active: false } }),
  deleteCoupon: ofCoupon,
  checkCoupon: async w => ({
    body: { code: (await aCoupon(w)).code, subtotal_minor: 1000, currency: 'USD', user_id: null },
  }),
  placeOrder: w => ({ body: { items: [{ product_id: w.product.id, quantity: 1 }], email: newEmail() } }),
  quoteOrder: w => ({ body: { items: [{ product_id: w.product.id, quantity: 1 }] } }),
  payOrder: async w => ({ ...(await ofOrder(w)), body: { payment_method: 'tok_approve' } }),
  cancelOrder: ofOrder,
  setOrderStatus: async w => ({ ...(await ofOrder(w)), body: { status: 'cancelled' } }),
  getOrder: ofOrder,
  listOrders: nothing,
  listUserOrders: w => ({ params: { user_id: w.owner.user.id } }),
  getOrderTimeline: ofOrder,
  refundOrder: async w => ({
    params: { id: (await anOrder(w, { payment_method: 'tok_approve' })).id },
    body: { amount: 0.01 },
    reached: [201],
  }),
  listOrderRefunds: ofOrder,
  readOrderRefund: () => ({ params: { id: some() } }),
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
  refundForOrder: () => ({
    params: { id: some() },
    body: { order_id: some(), amount_minor: 1, reason: null },
    reached: [409],
  }),
  listPaymentSteps: () => ({ query: { order_id: some() } }),
  getPayment: async w => ({ params: { id: await aPayment(w) } }),
  listPayments: nothing,
  // Whoever it is, the signature decides.
  receiveWebhook: () => ({ params: { provider: 'simulator' }, body: { id: some(), type: 'payment' }, reached: [401] }),
  listLedger: nothing,

  // review
  listProductReviews: w => ({ params: { id: w.product.id } }),
  createReview: async w => ({ params: { id: (await aProduct(w)).id }, body: words }),
  getOwnReview: w => ({ params: { id: w.product.id } }),
  listOwnReviews: nothing,
  listUnreviewed: nothing,
  updateReview: async w => ({ params: { id: await aReview(w, w.owner) }, body: words }),
  deleteReview: async w => ({ params: { id: await aReview(w, w.owner) } }),
  voteForReview: async w => ({ params: { id: await aReview(w, w.other) }, reached: [200, 409] }),
  withdrawVote: async w => ({ params: { id: await aReview(w, w.other) } }),
  addReviewPhoto: async w => ({ params: { id: await aReview(w, w.owner) }, body: aPicture() }),
  deleteReviewPhoto: async w => {
    const id = await aReview(w, w.owner)
    const input = { params: { id }, body: aPicture() }
    const { photos } = await w.platform.client('review').call(api.addReviewPhoto, input, bearer(w.owner))
    return { params: { id }, query: { name: photos[0]!.url.split('/').at(-1)! } }
  },
  getReviewPhoto: () => ({ params: { name: `${'0'.repeat(32)}-20x20.webp` }, reached: [404] }),
  listReviews: nothing,
  getReview: async w => ({ params: { id: await aReview(w, w.owner) } }),
  moderateReview: async w => ({ params: { id: await aReview(w, w.owner) }, body: { status: 'pending' } }),
  listWishlist: nothing,
  listWishlistIds: nothing,
  addToWishlist: async w => ({ params: { product_id: (await aProduct(w)).id } }),
  removeFromWishlist: async w => ({ params: { product_id: await aWish(w) } }),

  // notification
  queueMessage: () => ({ body: letter() }),
  sendNotification: () => ({ body: { email: newEmail(), subject: 'Your question', text: 'Yes.' } }),
  listNotifications: nothing,
  listUserNotifications: w => ({ params: { user_id: w.owner.user.id } }),
  readNotification: async w => ({ params: { id: await aMessage(w) } }),
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

  // analytics
  getAnalyticsSummary: nothing,
  getSales: nothing,
  getOrderAnalytics: nothing,
  getUserAnalytics: nothing,
  getProductAnalytics: nothing,
  getFunnel: nothing,
  getSearchAnalytics: nothing,
  getStockOutlook: nothing,
  getRefundAnalytics: nothing,
  observeStorefront: () => ({ body: { events: [{ what: 'searched', term: 'lantern', results: 1 }] } }),

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
  createWebhook: () => ({ body: { url: 'https://example.com/hook', events: ['*'], is_active: false } }),
  listWebhooks: nothing,
  getWebhook: async w => ({ params: { id: await aWebhook(w) } }),
  updateWebhook: async w => ({ params: { id: await aWebhook(w) }, body: { description: 'ours' } }),
  deleteWebhook: async w => ({ params: { id: await aWebhook(w) } }),
  renewWebhookSecret: async w => ({ params: { id: await aWebhook(w) } }),
  listWebhookDeliveries: async w => ({ params: { id: await aWebhook(w) } }),
  listDeliveriesAbout: () => ({ query: { subject: some() } }),
  getWebhookDelivery: async w => ({ params: await aDelivery(w) }),
  replayWebhookDelivery: async w => ({ params: await aDelivery(w) }),
  testWebhook: async w => ({ params: { id: await aWebhook(w) } }),
  listWebhookEvents: nothing,
  getDashboard: nothing,
  getSettings: nothing,
  getShopProfile: nothing,
  async updateSettings(w) {
    const settings = { shop_name: 'A shop', support_email: null, low_stock_threshold: 5, default_language: 'en' }
    const [row] = await w.platform.sql('admin')`select max(version) as version from settings`
    return { body: { ...settings, version: row!.version } }
  },
  getCustomerRecord: w => ({ params: { id: w.owner.user.id } }),
  exportCustomer: w => ({ params: { id: w.owner.user.id } }),
  readShopFigures: () => ({ query: { time_zone: 'UTC' } }),
  countLowStock: () => ({ query: { below: 5 } }),
  countPendingReviews: nothing,
  readUserRecord: w => ({ params: { id: w.owner.user.id } }),

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
  restockRefunds: repair,
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
