import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { sweep } from '../src/checkout.ts'
import { guest, is, nameOf, newKey, openShop, type Shop, token } from './setup.ts'

let shop: Shop
before(async () => {
  shop = await openShop()
})
after(() => shop.stop())

test('two hundred buyers racing for fifty units: exactly fifty paid orders, the others learn what is available', async () => {
  const { id: product_id } = await shop.product({ stock: 50, price: 1 })
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      shop.tryPlace({ product_id, email: `buyer${i}@example.com`, payment_method: 'tok_approve' }),
    ),
  )
  const statuses = new Map<number, number>()
  for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1)
  assert.deepEqual(Object.fromEntries(statuses), { 201: 50, 409: 150 })
  assert.ok(answers.filter(a => a.status === 409).every(a => a.body.items[0].available === 0))
  assert.deepEqual(await shop.stock(product_id), [0, 0])
  await shop.platform.drain()
  const [row] = await shop.sql()`
    select count(*) filter (where status = 'processing')::int as paid, count(*) filter (where goal <> 'none')::int as unfinished
    from orders join order_items on order_id = orders.id where product_id = ${product_id}`
  assert.deepEqual(row, { paid: 50, unfinished: 0 })
})

test('cancel racing with pay: either paid and kept, or cancelled with net nothing charged', async () => {
  const { id: product_id } = await shop.product({ stock: 100 })
  for (let i = 0; i < 12; i++) {
    const placed = await shop.place({ product_id, ...guest })
    await Promise.allSettled([
      shop.pay(placed.id, 'tok_approve', token(placed)),
      shop.order().call(api.cancelOrder, { params: { id: placed.id } }, token(placed)),
    ])
    await shop.sweepNow()
    const after = await shop.get(placed.id)
    const { items } = { items: await shop.payments(placed.id) }
    const net = items.reduce((sum, p) => sum + p.captured - p.refunded, 0)
    assert.deepEqual([after.status, net], after.status === 'cancelled' ? ['cancelled', 0] : ['processing', 12.5])
  }
})

test('a cancellation that waits for a payment just beginning decides that very attempt', async () => {
  const { id: product_id } = await shop.product()
  const placed = await shop.place({ product_id, ...guest })
  const headers = { ...token(placed), ...newKey() }
  const waiting = async (n: number) => {
    for (;;) {
      const [row] = await shop.sql()`
        select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      if (row!.n >= n) return
    }
  }
  let paying: ReturnType<Shop['tryPay']> | undefined
  let cancelling: Promise<api.Order> | undefined
  // Whoever holds the row keeps both waiting, in the order they came.
  await shop.sql().begin(async tx => {
    await tx`select 1 from orders where id = ${placed.id} for update`
    paying = shop.tryPay(placed.id, 'tok_approve', headers)
    await waiting(1)
    cancelling = shop.cancel(placed.id)
    await waiting(2)
  })
  assert.equal(nameOf(await paying!), 'order-not-payable')
  assert.equal((await cancelling!).status, 'cancelled')
  assert.equal(nameOf(await shop.tryPay(placed.id, 'tok_approve', headers)), 'order-not-payable')
  await shop.assertUndone(placed.id, product_id)
})

/*
 * A request is held up between two of its steps, and somebody else comes in between: the sweeper, because the lease ran
 * out; someone who cancels; staff at the payment; the deadline of the stock.
 */

type Step = readonly [operation: api.Operation<any, any, any, any>, when: 'before' | 'after']
const steps: Step[] = [api.reserveStock, api.authorisePayment, api.commitReservation, api.captureForOrder].flatMap(
  operation =>
    [
      [operation, 'before'],
      [operation, 'after'],
    ] as const,
)
/** Of an order that is paid as it is placed: sold at once, and the money taken at once. */
const stepsAtOnce = steps.slice(0, 4)
const nameOfStep = ([operation, when]: Step) => `${when} ${operation.name}`

/** The lease of every order is over, and the sweeper of another instance takes up what it finds. */
async function overtake() {
  await shop.sql()`update orders set due_at = now() where goal <> 'none'`
  await sweep(shop.ctx())
}

test('overtaken by the sweeper at any step: paid once, said once, and the request is told so', async () => {
  const ids: string[] = []
  for (const step of stepsAtOnce) {
    const { id: product_id } = await shop.product()
    shop.interrupt(...step, overtake)
    const bought = await shop.tryPlace({ product_id, ...guest, payment_method: 'tok_approve' })
    assert.deepEqual([bought.status, bought.body.payment_status], [201, 'paid'], nameOfStep(step))
    const { id } = bought.body
    assert.deepEqual(await shop.history(id), ['pending unpaid', 'processing paid'])
    assert.deepEqual(await shop.stock(product_id), [9, 0])
    const payments = await shop.payments(id)
    assert.deepEqual(
      payments.map(p => [p.status, p.captured]),
      [['captured', 12.5]],
    )
    ids.push(id)
  }
  for (const said of await shop.saidOf(...ids)) assert.deepEqual(said, ['order.placed', 'order.paid'])
})

test('overtaken by the sweeper at any step of being paid later: the same', async () => {
  for (const step of steps) {
    const { id: product_id } = await shop.product()
    const placed = await shop.place({ product_id, ...guest })
    shop.interrupt(...step, overtake)
    const paid = await shop.tryPay(placed.id, 'tok_approve', token(placed))
    assert.deepEqual([paid.status, paid.body.payment_status], [200, 'paid'], nameOfStep(step))
    assert.deepEqual(await shop.stock(product_id), [9, 0])
    assert.deepEqual(
      (await shop.payments(placed.id)).map(p => [p.status, p.captured]),
      [['captured', 12.5]],
    )
  }
})

test('no money is taken at once for stock that is only held, by an instance of an older version perhaps', async () => {
  const { id: product_id } = await shop.product()
  const asked: string[] = []
  shop.interrupt(api.reserveStock, 'before', async () => {
    const body = { order_id: await shop.idOf(product_id), items: [{ product_id, quantity: 1 }], expires_in_s: 60 }
    const order = await shop.platform.asService('order', 'inventory')
    assert.equal((await shop.platform.client('inventory').call(api.reserveStock, { body }, order)).status, 'held')
  })
  shop.interrupt(api.authorisePayment, 'after', async () => {
    const [payment] = await shop.payments(await shop.idOf(product_id))
    asked.push(payment!.status)
  })
  const bought = await shop.tryPlace({ product_id, ...guest, payment_method: 'tok_approve' })
  assert.deepEqual([bought.status, asked], [201, ['authorised']])
  assert.deepEqual([await shop.netOf(bought.body.id), await shop.stock(product_id)], [12.5, [9, 0]])
})

test('overtaken at any step of a refusal: refused once, undone once, and the request is told why', async () => {
  const undoing: Step[] = [
    [api.closePayments, 'before'],
    [api.releaseReservation, 'after'],
  ]
  const ids: string[] = []
  for (const [payment_method, forward] of [
    ['tok_decline', stepsAtOnce],
    ['tok_capture_decline', stepsAtOnce],
  ] as const) {
    for (const step of [...forward, ...undoing]) {
      const { id: product_id } = await shop.product()
      shop.interrupt(...step, overtake)
      const answer = await shop.tryPlace({ product_id, ...guest, payment_method })
      assert.equal(nameOf(answer), 'payment-declined', nameOfStep(step))
      ids.push(await shop.idOf(product_id))
      await shop.assertUndone(ids.at(-1)!, product_id)
    }
  }
  for (const said of await shop.saidOf(...ids)) assert.deepEqual(said, ['order.placed', 'order.cancelled'])
})

test('a request that hears "out of stock" long after the sweeper found stock cancels nothing that is paid', async () => {
  for (const [operation, when] of stepsAtOnce.slice(1)) {
    const { id: product_id } = await shop.product()
    let resume = () => {}
    const stopped = new Promise<void>(resolve => {
      resume = resolve
    })
    let sweeping: Promise<unknown> | undefined
    shop.interrupt(api.reserveStock, 'before', async () => {
      // The sweeper gets as far as the step in question, then stands still itself while the request goes on.
      const reached = new Promise<void>(resolve =>
        shop.interrupt(operation, when, () => {
          resolve()
          return stopped
        }),
      )
      sweeping = overtake()
      await reached
      throw new api.Problem('out-of-stock', { items: [] })
    })
    const answer = await shop.tryPlace({ product_id, ...guest, payment_method: 'tok_approve' })
    resume()
    await sweeping
    assert.equal(nameOf(answer), 201, nameOfStep([operation, when]))
    const after = await shop.settled(answer.body.id)
    assert.deepEqual([after.payment_status, await shop.netOf(after.id)], ['paid', 12.5])
    assert.deepEqual(await shop.stock(product_id), [9, 0])
  }
})

test('a request that gives up after the sweeper held the stock does not cancel what is being paid since', async () => {
  const { id: product_id } = await shop.product()
  const asked = { product_id, ...guest }
  const headers = newKey()
  let paying: ReturnType<Shop['tryPay']> | undefined
  let resume = () => {}
  const stopped = new Promise<void>(resolve => {
    resume = resolve
  })
  shop.interrupt(api.reserveStock, 'before', async () => {
    await overtake()
    const { body: held } = await shop.tryPlace(asked, headers)
    const reached = new Promise<void>(resolve =>
      shop.interrupt(api.authorisePayment, 'before', () => {
        resolve()
        return stopped
      }),
    )
    paying = shop.tryPay(held.id, 'tok_approve', token(held))
    await reached
    throw new api.Unavailable('inventory')
  })
  const placed = await shop.tryPlace(asked, headers)
  assert.deepEqual([placed.status, placed.body.payment_status], [201, 'unpaid'])
  resume()
  const paid = await paying!
  assert.deepEqual([paid.status, paid.body.id, paid.body.payment_status], [200, placed.body.id, 'paid'])
  assert.equal(nameOf(await shop.tryPlace(asked, headers)), 201)
  assert.deepEqual([await shop.netOf(placed.body.id), await shop.stock(product_id)], [12.5, [9, 0]])
})

test('cancelled at any step of being placed and paid: net nothing charged, nothing held, and one answer', async () => {
  const ids: string[] = []
  for (const payment_method of ['tok_approve', undefined]) {
    for (const step of payment_method ? stepsAtOnce : steps.slice(0, 2)) {
      const { id: product_id } = await shop.product()
      const key = newKey()
      const body = { product_id, ...guest, payment_method }
      shop.interrupt(...step, async () => shop.cancel(await shop.idOf(product_id)))
      const answer = await shop.tryPlace(body, key)
      assert.equal(nameOf(answer), 'order-not-payable', `${nameOfStep(step)} ${JSON.stringify(answer.body)}`)
      assert.equal(nameOf(await shop.tryPlace(body, key)), 'order-not-payable')
      ids.push(await shop.idOf(product_id))
      await shop.assertUndone(ids.at(-1)!, product_id)
    }
  }
  for (const said of await shop.saidOf(...ids)) assert.deepEqual(said, ['order.placed', 'order.cancelled'])
})

test('cancelled at any step of being paid later: the same', async () => {
  for (const step of steps) {
    const { id: product_id } = await shop.product()
    const placed = await shop.place({ product_id, ...guest })
    const headers = { ...token(placed), ...newKey() }
    shop.interrupt(...step, () => shop.cancel(placed.id))
    for (let i = 0; i < 2; i++) {
      await assert.rejects(shop.pay(placed.id, 'tok_approve', headers), is('order-not-payable'), nameOfStep(step))
    }
    await shop.assertUndone(placed.id, product_id)
  }
})

test('staff void, capture or refund the payment by hand in the midst: the order says what the money says', async () => {
  const byHand = {
    void: api.voidPayment,
    capture: api.capturePayment,
    refund: api.refundPayment,
    'refund at once': api.refundPayment,
  }
  for (const [hand, step, outcome] of [
    ['void', [api.authorisePayment, 'after'], 'cancelled unpaid 0'],
    ['void', [api.commitReservation, 'after'], 'cancelled unpaid 0'],
    ['capture', [api.authorisePayment, 'after'], 'processing paid 12.5'],
    ['capture', [api.commitReservation, 'after'], 'processing paid 12.5'],
    ['refund', [api.captureForOrder, 'after'], 'processing refunded 0'],
    ['refund at once', [api.authorisePayment, 'after'], 'processing refunded 0'],
  ] as const) {
    const { id: product_id } = await shop.product()
    const key = newKey()
    const placed = hand === 'refund at once' ? undefined : await shop.place({ product_id, ...guest })
    const send = () =>
      placed
        ? shop.tryPay(placed.id, 'tok_approve', { ...token(placed), ...key })
        : shop.tryPlace({ product_id, ...guest, payment_method: 'tok_approve' }, key)
    shop.interrupt(step[0], step[1], async () => {
      const [payment] = await shop.payments(await shop.idOf(product_id))
      const params = { id: payment!.id }
      await shop.platform.client('payment').call(byHand[hand], { params, body: undefined }, shop.staff)
      await shop.platform.drain()
    })
    const answer = await send()
    const after = await shop.settled(await shop.idOf(product_id))
    assert.equal(`${after.status} ${after.payment_status} ${await shop.netOf(after.id)}`, outcome, nameOfStep(step))
    assert.deepEqual((await send()).status, answer.status)
    assert.equal(answer.status < 300, after.status === 'processing', JSON.stringify(answer.body))
  }
})

test('part of the money given back before the order is settled shows when it is', async () => {
  const { id: product_id } = await shop.product()
  const placed = await shop.place({ product_id, ...guest })
  shop.interrupt(api.captureForOrder, 'after', async () => {
    const [payment] = await shop.payments(await shop.idOf(product_id))
    const input = { params: { id: payment!.id }, body: { amount: 2.5 } }
    await shop.platform.client('payment').call(api.refundPayment, input, shop.staff)
    await shop.platform.drain()
    throw new api.Unavailable('payment')
  })
  const answer = await shop.tryPay(placed.id, 'tok_approve', token(placed))
  assert.equal(answer.status, 202)
  assert.equal((await shop.settled(answer.body.id)).payment_status, 'partially_refunded')
})

test('the stock’s deadline passes in the midst: sold if it is still there, else refused and nothing charged', async () => {
  for (const gone of [false, true]) {
    const { id: product_id } = await shop.product({ stock: 1 })
    const placed = await shop.place({ product_id, ...guest })
    shop.interrupt(api.authorisePayment, 'after', async () => {
      await shop.platform.sql('inventory')`update reservations set expires_at = now() where status = 'held'`
      await shop.platform.service('inventory').drain()
      if (gone) await shop.place({ product_id, ...guest, payment_method: 'tok_approve' })
    })
    const answer = await shop.tryPay(placed.id, 'tok_approve', token(placed))
    assert.equal(nameOf(answer), gone ? 'out-of-stock' : 200)
    assert.deepEqual(await shop.stock(product_id), [0, 0])
    await shop.sweepNow()
    const paid = await shop.sql()`
      select orders.id from orders join order_items on order_id = orders.id where product_id = ${product_id} and status = 'processing'`
    assert.equal(paid.length, 1)
  }
})

test('every call made twice, the second answer coming late, changes nothing', async () => {
  const call = shop.ctx().call
  const late: Promise<unknown>[] = []
  shop.ctx().call = async (operation: api.Operation, input: any) => {
    const answer = await call(operation, input)
    late.push(
      Promise.allSettled([...late])
        .then(() => call(operation, input))
        .catch(() => {}),
    )
    return answer
  }
  const { id: product_id } = await shop.product()
  const bought = await shop.place({ product_id, ...guest, payment_method: 'tok_approve' })
  const dropped = await shop.place({ product_id, ...guest, payment_method: 'tok_approve' })
  await shop.cancel(dropped.id)
  const pending = await shop.place({ product_id, ...guest })
  shop.ctx().call = call
  await Promise.all(late)
  assert.deepEqual(await shop.stock(product_id), [9, 1])
  assert.deepEqual([await shop.netOf(bought.id), await shop.netOf(dropped.id)], [12.5, 0])
  assert.equal((await shop.cancel(pending.id)).status, 'cancelled')
})

test('the books agree in the end: sold stock, paid orders, captured money, the ledger and the provider', () =>
  shop.assertBooksAgree())
