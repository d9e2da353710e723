import { isStaff, type Operation, ordersIn } from './history.ts'
import type { Judge } from './judge.ts'
import type { EventRow } from './rows.ts'
import type { World } from './world.ts'

/** 12. Nobody sees another customer's data, in any answer, log, message or event. */

const email = /[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+/g
/** What lies around each @: an address is no longer than this, and a search through the whole of a text takes long. */
const reach = 100

function* emailsIn(text: string): Generator<string> {
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    const from = Math.max(0, at - reach)
    for (const { 0: found, index } of text.slice(from, at + reach).matchAll(email)) {
      const place = from + index
      if (place < at && at < place + found.length) yield found.toLowerCase()
    }
  }
}

const secrets = [
  { what: 'an access token', pattern: /eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/ },
  { what: 'a card token', pattern: /\btok_[a-z]/ },
  { what: 'a password', pattern: /"password"\s*:\s*"(?!\[|\*)/ },
  { what: 'a password hash', pattern: /\$2[aby]\$\d\d\$/ },
  { what: 'a private key', pattern: /"d"\s*:\s*"[A-Za-z0-9_-]{40,}"/ },
]

export function judgePrivacy(world: World, judge: Judge) {
  const orders = judge.check(12, "no answer shows another's order")
  const accounts = judge.check(12, "no answer shows another's account or cart")
  const addresses = judge.check(12, "no answer names another's e-mail address")
  const said = judge.check(12, 'no event names an e-mail address or a secret, but that of a registration its own')
  /** Digest of the token each guest's cart was first shown with. */
  const cartTokens = new Map<string, string>()
  /** Digest of the token each order was first answered with. */
  const orderTokens = new Map<string, string>()
  /** Addresses of customers, that no log may name. */
  const known = new Set<string>()

  /** Addresses whoever asks is known by or has just given. */
  function addressesOf({ caller, input }: Operation): Set<string> {
    const mine = new Set<string>()
    for (const address of [caller.email, input.body?.email, input.query?.email]) {
      if (typeof address !== 'string') continue
      mine.add(address.toLowerCase())
      if (!isStaff(caller)) known.add(address.toLowerCase())
    }
    return mine
  }

  return {
    operation(operation: Operation): void {
      const mine = addressesOf(operation)
      const { caller, body, lines, op } = operation
      if (isStaff(caller) || !body) return
      for (const order of ordersIn(operation)) {
        orders.expect(isOwn(order.id, operation, mine), 'it is of somebody else', { order_id: order.id, op, lines })
      }
      if (op === 'getOrderTimeline' && operation.phase === 'ok') {
        const order_id = operation.input.params?.id
        orders.expect(isOwn(order_id, operation, mine), 'it is the way of an order of somebody else', {
          order_id,
          lines,
        })
      }
      if (op === 'placeOrder' && body.order_token && !orderTokens.has(body.id))
        orderTokens.set(body.id, body.order_token)
      judgeOwner(operation)
      addresses.look()
      for (const found of emailsIn(operation.text)) {
        if (!mine.has(found)) addresses.wrong('an e-mail address of somebody else', { op, found, lines })
      }
    },

    event({ message, event_id }: EventRow): void {
      const text = JSON.stringify(message)
      said.look()
      if (message.name !== 'user.registered') {
        for (const found of emailsIn(text))
          said.wrong('it names an e-mail address', { event_id, name: message.name, found })
      }
      for (const { what, pattern } of secrets) if (pattern.test(text)) said.wrong(`it holds ${what}`, { event_id })
    },

    finish(): void {
      judgeLogs()
      judgeLeftovers()
    },
  }

  /** An account's order is the account's. A guest's is known by the e-mail address it was placed with, or its token. */
  function isOwn(order_id: string, { caller }: Operation, mine: Set<string>): boolean {
    const row = world.orders.get(order_id)?.row
    if (!row) return true
    if (row.user_id) return row.user_id === caller.user_id
    if (row.email !== null && mine.has(row.email.toLowerCase())) return true
    return caller.order_token !== undefined && caller.order_token === orderTokens.get(order_id)
  }

  function judgeOwner(operation: Operation): void {
    const { caller, body, lines, op } = operation
    const account = body.user?.id ?? (/^(getProfile|updateProfile|getUser|updateUser)$/.test(op) ? body.id : undefined)
    if (account !== undefined && caller.user_id) {
      accounts.expect(account === caller.user_id, `it is the account ${account}`, { op, lines })
    }
    if (!Array.isArray(body.items) || !('item_count' in body)) return
    if (body.user_id)
      accounts.expect(body.user_id === caller.user_id, `it is the cart of ${body.user_id}`, { op, lines })
    else if (body.id && body.cart_token) {
      const token = cartTokens.get(body.id)
      if (token === undefined) cartTokens.set(body.id, body.cart_token)
      const right =
        body.cart_token === (token ?? body.cart_token) && body.cart_token === (caller.cart_token ?? body.cart_token)
      accounts.expect(right && !(token && !caller.cart_token), "it is another guest's cart", {
        cart_id: body.id,
        op,
        lines,
      })
    }
  }

  function judgeLogs(): void {
    const check = judge.check(12, 'no log names a customer or holds a secret')
    for (const user of world.users.values()) if (user.role === 'customer') known.add(user.email.toLowerCase())
    for (const file of world.evidence.list('logs')) {
      let n = 0
      for (const line of world.evidence.lines(`logs/${file}`)) {
        n++
        check.look()
        for (const found of emailsIn(line))
          if (known.has(found)) check.wrong('it names a customer', { file, line: n, found })
        for (const { what, pattern } of secrets)
          if (pattern.test(line)) check.wrong(`it holds ${what}`, { file, line: n })
      }
    }
  }

  function judgeLeftovers(): void {
    const check = judge.check(12, 'no card token is kept longer than it is needed')
    for (const { row, payments } of world.orders.values()) {
      if (row?.goal === 'none') {
        check.expect(row.payment_method === null, 'an order at rest keeps the card token', { order_id: row.id })
      }
      for (const payment of payments) {
        if (['authorising', 'in_doubt'].includes(payment.status)) continue
        check.expect(payment.payment_method === null, 'a payment keeps the card token', { payment_id: payment.id })
      }
    }
  }
}
