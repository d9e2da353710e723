import type { Judge } from './judge.ts'
import { minorOf, sum } from './money.ts'
import { push, type Request, type Requests } from './requests.ts'
import type { World } from './world.ts'

/**
 * 4. Order total = Σ quantity × unit price − discount + shipping + tax, in minor units, one currency; unit prices are
 * catalogue prices valid at quote time, never the client's.
 */
export function judgePrices(world: World, requests: Requests, judge: Judge): void {
  const lines = judge.check(4, 'each line is quantity times unit price')
  const totals = judge.check(4, 'each total is the sum of its lines, less discount, with shipping and tax')
  const valid = judge.check(4, 'each unit price was the catalogue price at some moment of the request')
  const expected = judge.check(4, 'an order for an expected total has that total')
  const last = judge.check(4, 'the catalogue has a price that was set last')

  const catalogue = readPrices(world, requests)
  for (const { id, row, items, said } of world.orders.values()) {
    if (!row) continue
    for (const item of items) {
      const right = item.subtotal_minor === item.quantity * item.price_minor && Number.isSafeInteger(item.price_minor)
      lines.expect(right, `${item.quantity} × ${item.price_minor} is not ${item.subtotal_minor}`, {
        order_id: id,
        item: item.id,
      })
    }
    const subtotal = sum(items.map(item => item.quantity * item.price_minor))
    const total = subtotal - row.discount_minor + row.shipping_minor + row.tax_minor
    const right = items.length > 0 && row.subtotal_minor === subtotal && row.total_minor === total
    totals.expect(right, `lines come to ${subtotal}, with all else ${total}; the order says ${row.total_minor}`, {
      order_id: id,
    })

    const placed = said.find(event => event.name === 'order.placed')
    const placing = requests.byCorrelation.get(placed?.correlation_id ?? '')?.filter(r => r.op === 'placeOrder')
    if (!placed || !placing || placing.length === 0) continue
    const from = Math.min(...placing.map(request => request.start))
    for (const item of items) {
      const writes = catalogue.get(item.product_id)
      if (!writes) continue
      valid.expect(
        canRead(writes, { price: item.price_minor, currency: row.currency }, from, placed.at),
        `${item.price_minor} ${row.currency} was not its price while it was ordered`,
        { order_id: id, product_id: item.product_id, lines: placing.flatMap(request => request.lines) },
      )
    }
    for (const { body, lines: at } of placing) {
      if (body.expected_total === undefined || placing.some(r => r.body.expected_total !== body.expected_total))
        continue
      expected.expect(
        minorOf(body.expected_total, row.currency) === row.total_minor,
        `${body.expected_total} was expected, the total is ${row.total_minor}`,
        { order_id: id, lines: at },
      )
    }
  }
  for (const [id, writes] of catalogue) {
    const product = world.products.get(id)
    if (!product) continue
    const at = { price: product.price_minor, currency: product.currency }
    last.expect(
      canRead(writes, at, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY),
      `${product.price_minor} is no price that may have been set last`,
      { product_id: id },
    )
  }
}

interface PriceWrite {
  price: number
  currency: string
  start: number
  /** Infinite where it is not known that it happened. */
  end: number
}

function readPrices(world: World, requests: Requests): Map<string, PriceWrite[]> {
  const prices = new Map<string, PriceWrite[]>()
  for (const request of requests.of('createProduct')) {
    if (request.answer_id) note(request.answer_id, request)
  }
  for (const request of requests.of('updateProduct', 'patchProduct')) {
    if (request.target && request.phase !== 'fail' && prices.has(request.target)) note(request.target, request)
  }
  return prices

  function note(id: string, { body, start, end, phase }: Request): void {
    if (body.price === undefined) return
    const currency: string = body.currency ?? world.products.get(id)?.currency ?? 'USD'
    const at_end = phase === 'ok' ? end : Number.POSITIVE_INFINITY
    push(prices, id, { price: minorOf(body.price, currency), currency, start, end: at_end })
  }
}

/** Clocks of one machine, written with milliseconds. */
const slack_ms = 5

/**
 * Whether someone who looked at some moment between `from` and `to` may have seen this price: it was set before the end,
 * and no other one was certainly set after it and before the beginning.
 */
export function canRead(
  writes: PriceWrite[],
  seen: { price: number; currency: string },
  from: number,
  to: number,
): boolean {
  return writes.some(
    write =>
      write.price === seen.price &&
      write.currency === seen.currency &&
      write.start <= to + slack_ms &&
      !writes.some(
        later =>
          later.start > write.end + slack_ms && later.end + slack_ms < from && later.end !== Number.POSITIVE_INFINITY,
      ),
  )
}
