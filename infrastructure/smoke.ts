import { parseArgs } from 'node:util'

/*
 * `node infrastructure/smoke.ts --api https://api.shop.example --shop https://shop.example [--buy]`: whether a shop that was just
 * deployed sells. Reads what a shopper reads; with --buy it also buys, as a guest and with the simulator's token, and cancels again.
 * Needs Node and nothing else, and knows the shop only from outside. Exit code 1 with what went wrong.
 */

const { values } = parseArgs({
  options: {
    api: { type: 'string', default: 'http://localhost:8080' },
    shop: { type: 'string' },
    buy: { type: 'boolean', default: false },
    'patience-s': { type: 'string', default: '60' },
  },
})
const deadline_ms = Date.now() + Number(values['patience-s']) * 1000

async function ask(url: string, init: RequestInit = {}) {
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(15_000) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${init.method ?? 'GET'} ${url}: ${answer.status} ${text.slice(0, 300)}`)
  return text
}
const api = async (
  path: string,
  body?: object,
  headers: Record<string, string> = {},
  method = 'POST',
): Promise<any> => {
  const init = body && {
    method,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  }
  return JSON.parse(await ask(`${values.api}${path}`, init || { headers }))
}

async function browse() {
  if (values.shop && !/<html/i.test(await ask(values.shop))) throw new Error(`${values.shop} answers no page`)
  const { items } = await api('/api/products?limit=50')
  if (!Array.isArray(items)) throw new Error('the list of products is none')
  await api('/api/categories')
  if (items.length > 0) await api(`/api/products/${items[0].id}`)
  console.log(`browsing works: ${items.length} products seen`)
}

async function buy() {
  const { items } = await api('/api/products?limit=50&in_stock=true')
  const product = items.find((item: { variant_count: number }) => item.variant_count === 0)
  if (!product) throw new Error('there is nothing to buy')
  const key = `smoke-${crypto.randomUUID()}`
  const order = {
    email: 'smoke@example.com',
    items: [{ product_id: product.id, quantity: 1 }],
    payment_method: 'tok_approve',
  }
  const placed = await api('/api/orders', order, { 'idempotency-key': key })
  if (placed.payment_status !== 'paid')
    throw new Error(`the order is ${placed.status}, its payment ${placed.payment_status}`)
  const again = await api('/api/orders', order, { 'idempotency-key': key })
  if (again.id !== placed.id) throw new Error('the same key bought twice')
  console.log(`buying works: order ${placed.order_number ?? placed.id}`)
  await api(`/api/orders/${placed.id}/cancel`, {}, { 'x-order-token': placed.order_token }, 'PUT')
  console.log('and it was cancelled again')
}

for (;;) {
  try {
    await browse()
    break
  } catch (error) {
    // New pods take a moment to stand behind the load balancer, which answers 502 or 503 for them.
    if (Date.now() > deadline_ms) throw error
    await new Promise(resolve => setTimeout(resolve, 2000))
  }
}
if (values.buy) await buy()
