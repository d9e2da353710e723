import { test, before, after } from 'node:test'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
let p: TestPlatform
before(async () => { p = await startTestPlatform({ services: ['product', 'inventory'] }) })
after(() => p?.stop())
test('x', async () => {
  const staff = await p.asStaff('catalogue')
  const c = p.client('product')
  for (let i = 0; i < 3; i++) {
    const t = performance.now()
    const r = await c.send(api.createProduct, { body: { name: 'Test Product', price: 29.99, stock: 100, attributes: { colour: 'red' } } }, staff)
    console.log(performance.now() - t, r.status, i ? r.body.slug : r.body)
  }
  const r = await c.send(api.createProduct, { body: { name: 'Test Product', price: 29.99 } }, staff)
  console.log(r.body)
  for (const sort of api.productSorts) {
    const l = await c.send(api.listProducts, { query: { sort, limit: 2, 'attribute.colour': 'red', in_stock: true, min_price: 1 } })
    const m = await c.send(api.listProducts, { query: { sort, limit: 2, cursor: l.body.next_cursor, 'attribute.colour': 'red' } })
    console.log(sort, l.status, l.body.items?.length, m.status, m.body.items?.length, l.status != 200 ? l.body : '')
  }
  console.log((await c.send(api.getProduct, { params: { id: 'test-product' } })).status, (await c.send(api.getProduct, { params: { id: r.body.id } })).status)
  console.log((await c.send(api.priceProducts, { query: { ids: r.body.id } }, await p.asService('cart', 'product'))).body)
  console.log((await c.send(api.updateProduct, { params: { id: r.body.id }, body: { price: 3, stock: 7, attributes: { a: 1 }, image_url: '/x.png' } }, staff)).body)
  console.log(await p.said('product').then(x => x.length))
  await p.drain()
  console.log((await c.send(api.getProduct, { params: { id: r.body.id } })).body.stock_quantity)
})
