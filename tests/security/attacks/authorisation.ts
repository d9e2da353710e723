import assert from 'node:assert/strict'
import { fillPath, isPublic, operations, queryString } from '@shopfleet/contracts'
import { expectedVerdict, type MatrixCaller, namesSomeonesThing, type Verdict } from '@shopfleet/platform/authorisation'
import { type Answer, type Arena, inClass } from '../attack.ts'
import { fixtures } from '../fixtures.ts'
import { bearer, newEmail, password } from '../world.ts'

const objects = inClass('object level authorisation')
const functions = inClass('function level authorisation')

const refusal: Record<Exclude<Verdict, 'allowed'>, string> = {
  unauthenticated: '401 unauthenticated',
  forbidden: '403 forbidden',
  absent: '404 not-found',
  'invalid-token': '401 invalid-token',
  'token-expired': '401 token-expired',
}

/** The operation's good request about the owner's things, through the gateway. */
async function requestOf(a: Arena, operation: (typeof operations)[number]) {
  const { params, query, body } = await fixtures[operation.name]!(a, async () => a.owner)
  const headers: Record<string, string> = operation.body_types ? { 'content-type': operation.body_types[0]! } : {}
  return { method: operation.method, path: fillPath(operation.path, params) + queryString(query), body, headers }
}

type Asked = Awaited<ReturnType<typeof requestOf>>
/** The same in the name of somebody. */
const as = (headers: Record<string, string>, request: Asked) => ({
  ...request,
  headers: { ...request.headers, ...headers },
})

const headersOf: Partial<Record<MatrixCaller, (a: Arena) => Record<string, string>>> = {
  anonymous: () => ({}),
  'other customer': a => bearer(a.other),
  'role analyst': a => bearer(a.staff.get('analyst')!),
}

const byOthers = operations.filter(isPublic).flatMap(operation =>
  (Object.keys(headersOf) as MatrixCaller[]).flatMap(caller => {
    const verdict = expectedVerdict(operation, caller)
    if (verdict === 'allowed') return []
    const group = namesSomeonesThing(operation) ? objects : functions
    return group.asks(`${operation.name} by ${caller}`, refusal[verdict], async a =>
      as(headersOf[caller]!(a), await requestOf(a, operation)),
    )
  }),
)

const betweenServices = operations
  .filter(operation => !isPublic(operation))
  .map(operation =>
    functions.asks(`${operation.name} from outside, with a service's good token`, '404 not-found', async a =>
      as(
        await a.asService(operation.service === 'order' ? 'notification' : 'order', operation.service),
        await requestOf(a, operation),
      ),
    ),
  )

async function guestOrder(a: Arena): Promise<{ id: string; order_token: string }> {
  const { body } = await a.http({
    method: 'POST',
    path: '/api/orders',
    body: { items: [{ product_id: a.product.id, quantity: 1 }], email: newEmail() },
  })
  return body
}

async function guestCart(a: Arena): Promise<{ id: string; cart_token: string; items: { id: string }[] }> {
  const { body } = await a.http({ method: 'POST', path: '/api/cart/items', body: { product_id: a.product.id } })
  return body
}

/** Lists of somebody who has none of the owner's things: the owner's must not be in them, whatever is asked. */
const listOf = (what: string, path: (a: Arena) => string, expected = '200 | 400 validation-failed') =>
  objects.tries(what, expected, async a => {
    const answer = await a.http({ path: path(a), headers: bearer(a.other) })
    assert.ok(!answer.text.includes(a.owner.user.id), 'the owner is in it')
    assert.ok(!answer.text.includes(a.owner.user.email), "the owner's address is in it")
    return answer
  })

const stories = [
  objects.asks("a guest's order without its token", '404 not-found', async a => ({
    path: `/api/orders/${(await guestOrder(a)).id}`,
  })),
  objects.asks("a guest's order with the token of another order", '404 not-found', async a => {
    const [one, two] = [await guestOrder(a), await guestOrder(a)]
    return { path: `/api/orders/${one.id}`, headers: { 'x-order-token': two.order_token } }
  }),
  objects.asks("a guest's order with half a token", '404 not-found', async a => {
    const { id, order_token } = await guestOrder(a)
    return { path: `/api/orders/${id}`, headers: { 'x-order-token': order_token.slice(0, 20) } }
  }),
  objects.asks("a customer's order with a guest's good token", '404 not-found', async a => {
    const { order_token } = await guestOrder(a)
    const request = await requestOf(a, operations.find(one => one.name === 'getOrder')!)
    return { ...request, headers: { ...bearer(a.other), 'x-order-token': order_token } }
  }),
  objects.asks("a line of another guest's cart", '404 not-found', async a => {
    const [mine, theirs] = [await guestCart(a), await guestCart(a)]
    const headers = { 'x-cart-token': mine.cart_token }
    const path = `/api/cart/items/${theirs.items[0]!.id}`
    return [
      { method: 'PUT', path, headers, body: { quantity: 9 } },
      { method: 'DELETE', path, headers },
    ]
  }),
  objects.asks("ordering another guest's cart by its id", '404 not-found', async a => {
    const theirs = await guestCart(a)
    const body = { cart_id: theirs.id, email: newEmail() }
    return [
      { method: 'POST', path: '/api/orders', body },
      { method: 'POST', path: '/api/orders', body, headers: { 'x-cart-token': 'x'.repeat(43) } },
      { method: 'POST', path: '/api/orders', body: { cart_id: theirs.id }, headers: bearer(a.other) },
      { method: 'POST', path: '/api/orders/quote', body: { cart_id: theirs.id }, headers: bearer(a.other) },
    ]
  }),
  objects.tries('merging a cart one has no token of brings nothing', '200', async a => {
    const theirs = await guestCart(a)
    const stranger = await a.join()
    const body = { cart_token: `${theirs.id}${'x'.repeat(8)}` }
    const answer = await a.http({ method: 'POST', path: '/api/cart/merge', body, headers: bearer(stranger) })
    assert.deepEqual(answer.body.items, [])
    return answer
  }),
  objects.asks('an order for another account', '403 forbidden', async a => ({
    method: 'POST',
    path: '/api/orders',
    headers: bearer(a.other),
    body: { items: [{ product_id: a.product.id, quantity: 1 }], user_id: a.owner.user.id },
  })),
  objects.asks('an order for an account without signing in', '401 unauthenticated', async a => ({
    method: 'POST',
    path: '/api/orders',
    body: { items: [{ product_id: a.product.id, quantity: 1 }], user_id: a.owner.user.id, email: newEmail() },
  })),
  listOf('orders, filtered by another user', a => `/api/orders?user_id=${a.owner.user.id}`),
  listOf('orders, of all', () => '/api/orders?limit=100'),
  listOf('messages, filtered by the address of another', a => `/api/notifications?recipient=${a.owner.user.email}`),
  listOf('messages, of all', () => '/api/notifications?limit=100'),
  listOf('sessions, filtered by another user', a => `/api/auth/sessions?user_id=${a.owner.user.id}`),
  listOf('addresses, filtered by another user', a => `/api/users/addresses?user_id=${a.owner.user.id}`),
  listOf('the export of everything kept of oneself', () => '/api/users/export', '200'),
  objects.tries('the same id in other spellings is no other thing', '404 not-found', async a => {
    const { id } = a.owner.user
    const paths = [id.toUpperCase(), ` ${id}`, `${id}%20`, `${id}/`, `.${id}`].map(one => `/api/users/${one}`)
    const answers: Answer[] = []
    for (const path of paths) {
      const answer = await a.http({ path: path.replace(' ', '%20'), headers: bearer(a.other) })
      assert.ok(!answer.text.includes(a.owner.user.email))
      if (answer.status !== 400) answers.push(answer)
    }
    return answers
  }),

  ...[
    ['with a dot segment', '/api/../internal/revocations'],
    ['with an encoded dot segment', '/api/%2e%2e/internal/revocations'],
    ['with an encoded slash', '/api%2f..%2finternal%2frevocations'],
    ['with two slashes', '//internal/revocations'],
    ['with a slash encoded twice', '/api/%252e%252e/internal/revocations'],
    ['in capitals', '/INTERNAL/revocations'],
    ['with an encoded letter', '/%69nternal/revocations'],
    ['below the version', '/api/v1/../../internal/revocations'],
    ['as an own thing of the version', '/api/v1/internal/revocations'],
    ['with a semicolon', '/internal;/revocations'],
    ['with a slash at the end', '/internal/revocations/'],
    ['with a NUL', '/internal/revocations%00'],
    ['with a backslash', '/api/..%5cinternal/revocations'],
    ['with a query', '/internal/revocations?x=/api/products'],
  ].map(([what, path]) =>
    functions.tries(`what is between services, ${what}`, '404 not-found | 400', async a => {
      const heard = await a.raw(
        `GET ${path} HTTP/1.1\r\nHost: shop\r\nX-Service-Token: ${(await a.asService('order', 'user'))['x-service-token']}\r\nConnection: close\r\n\r\n`,
      )
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(heard)?.[1])
      assert.ok(status === 404 || status === 400, heard.slice(0, 200))
      assert.ok(!heard.includes('keep_s'))
      return []
    }),
  ),
  ...['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'].map(name =>
    functions.tries(`a read that calls itself a DELETE by ${name}`, '200', async a => {
      const headers = { ...bearer(a.staff.get('admin')!), [name]: 'DELETE' }
      const answers = [await a.http({ path: `/api/products/${a.product.id}`, headers })]
      answers.push(
        await a
          .http({ path: `/api/products/${a.product.id}?_method=DELETE` })
          .then(() => a.http({ path: `/api/products/${a.product.id}` })),
      )
      return answers
    }),
  ),
  ...['X-Original-URL', 'X-Rewrite-URL'].map(name =>
    functions.tries(`another path by ${name}`, '200', async a => {
      const answer = await a.http({ path: '/api/products?limit=1', headers: { [name]: '/internal/revocations' } })
      assert.ok(!answer.text.includes('keep_s'))
      return answer
    }),
  ),
  functions.asks('metrics at the public door', '404 not-found', () => ({ path: '/metrics' })),
  functions.asks('staff giving themselves a role', '403 forbidden', async a => {
    const support = a.staff.get('support')!
    const path = `/api/users/${support.user.id}/role`
    return { method: 'PUT', path, headers: bearer(support), body: { role: 'admin' } }
  }),
  functions.asks('staff giving a role that may do more than they', '403 forbidden', async a => {
    const path = `/api/users/${(await a.join()).user.id}/role`
    return { method: 'PUT', path, headers: bearer(a.staff.get('support')!), body: { role: 'admin' } }
  }),
  functions.asks('staff changing, disabling, erasing who may do more than they', '403 forbidden', async a => {
    const path = `/api/users/${a.staff.get('admin')!.user.id}`
    const headers = bearer(a.staff.get('support')!)
    return [
      { method: 'PUT', path, headers, body: { email: newEmail() } },
      { method: 'PUT', path, headers, body: { is_active: false } },
      { method: 'PUT', path: `${path}/role`, headers, body: { role: 'customer' } },
      { method: 'DELETE', path, headers },
    ]
  }),
  functions.asks('a customer disabling and enabling accounts', '403 forbidden', async a => ({
    method: 'PUT',
    path: `/api/users/${a.other.user.id}`,
    headers: bearer(a.other),
    body: { is_active: true },
  })),
  functions.tries('what a role lost is lost with the token from before', '401 token-expired', async a => {
    const demoted = await a.joinAs('support')
    const headers = bearer(demoted)
    assert.equal((await a.http({ path: '/api/users?limit=1', headers })).status, 200)
    const path = `/api/users/${demoted.user.id}/role`
    await a.http({ method: 'PUT', path, headers: bearer(a.staff.get('admin')!), body: { role: 'customer' } })
    await a.settle('user', 'order')
    return a.http({ path: '/api/users?limit=1', headers })
  }),
  functions.tries('the token of an account that was disabled', '401 invalid-token', async a => {
    const disabled = await a.join()
    const path = `/api/users/${disabled.user.id}`
    await a.http({ method: 'PUT', path, headers: bearer(a.staff.get('admin')!), body: { is_active: false } })
    await a.settle('user', 'order')
    const signIn = await a.http({
      method: 'POST',
      path: '/api/auth/login',
      body: { email: disabled.user.email, password },
    })
    assert.equal(signIn.status, 401)
    return a.http({ path: '/api/orders', headers: bearer(disabled) })
  }),
]

export const authorisationAttacks = [...byOthers, ...betweenServices, ...stories]
