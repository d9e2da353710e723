import { test, before, after } from 'node:test'
import { readFileSync } from 'node:fs'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { bulkLoadProducts } from '../src/bulk-load.ts'
let p: TestPlatform
const N = Number(process.env.N ?? 10000)
before(async () => { p = await startTestPlatform({ services: ['product'], env: { CHECK_REPLIES: 'false' } }) })
after(() => p?.stop())
test('x', async () => {
  const staff = await p.asStaff('catalogue')
  const c = p.client('product')
  const sql = p.sql('product')
  console.log(await sql`select datlocprovider, datlocale, datcollate from pg_database where datname = current_database()`)
  const read = (f: string) => JSON.parse(readFileSync(`data/catalogue/${f}.json`, 'utf8'))
  const ids = new Map<string, string>()
  for (const k of read('categories')) {
    const r = await c.send(api.createCategory, { body: { name: k.name, slug: k.slug, description: k.description, position: k.position, ...(k.parent ? { parent_id: ids.get(k.parent) } : {}) } }, staff)
    if (r.status !== 201) console.log(r.body)
    ids.set(k.slug, r.body.id)
  }
  const base = read('products')
  const adj = 'amber bold calm dusky early frosty golden humble ivory jolly keen lunar mellow noble ochre plain quiet rustic silver tidy urban vivid warm xenial young zesty'.split(' ')
  const list = []
  for (let i = 0; i < N; i++) {
    const b = base[i % base.length]
    list.push({ ...b, sku: `G-${i}`, slug: `g-${i}`, name: i < base.length ? b.name : `${adj[i % 26]} ${b.name} ${adj[(i * 7) % 25]}`, price: Math.round(100 + (i * 7919) % 100000) / 100, tags: undefined })
  }
  let t = performance.now()
  const out = await bulkLoadProducts(sql, list)
  console.log('bulk', N, Math.round(performance.now() - t), out.length, new Set(out).size)
  await sql`vacuum analyze`
  const time = async (name: string, query: any, op: any = api.listProducts, params?: any) => {
    let r: any
    const times = []
    for (let i = 0; i < 12; i++) { t = performance.now(); r = await c.send(op, { query, params }); times.push(performance.now() - t) }
    times.sort((a, b) => a - b)
    console.log(name.padEnd(34), r.status, 'median', times[6]!.toFixed(1), 'max', times.at(-1)!.toFixed(1), r.body.items?.length, r.body.items?.slice(0, 3).map((x: any) => x.name).join(' | ') ?? '', r.body.suggestion ?? '', r.status >= 400 ? r.body : '')
    return r
  }
  for (const sort of api.productSorts) {
    const r = await time(sort, { sort })
    await time(`${sort} 2`, { sort, cursor: r.body.next_cursor })
    await time(`${sort} in electronics`, { sort, category: 'electronics' })
  }
  await time('audio', { category: 'audio' })
  await time('attr', { 'attribute.colour': 'sand' })
  await time('attr rare', { 'attribute.colour': 'nope' })
  await time('attr bool+cat', { 'attribute.wireless': 'true', category: 'audio', sort: 'price' })
  await time('price', { min_price: 500, max_price: 501 })
  await time('detail', undefined, api.getProduct, { id: 'g-77' })
  await time('detail', undefined, api.getProduct, { id: 'G-77' })
  await time('categories', undefined, api.listCategories)
  for (const q of ['lamp', 'laptop', 'labtop', 'lmap', 'red teapot', 'wireles headphnes', 'a', 's', 'golden', 'the', 'lamp xqzvw', 'chefs knife', "chef's kni", 'headphones for travel', '💡', '"lamp" & | !', 'x'.repeat(200), 'teapot'])
    await time(`q ${q.slice(0, 20)}`, { q }, api.searchProducts)
  for (const q of ['la', 'tea', 'golden', 'hedphones', 'wireless h']) await time(`suggest ${q}`, { q }, api.suggestProducts)
  const r = await c.send(api.searchProducts, { query: { q: 'lamp' } })
  console.log(JSON.stringify(r.body.facets).slice(0, 1500))
  const times = []
  for (let i = 0; i < 30; i++) { t = performance.now(); await c.send(api.createProduct, { body: { name: `Thing ${i}`, price: 1, description: 'x '.repeat(100) } }, staff); times.push(performance.now() - t) }
  console.log('create', times.map(x => x.toFixed(0)).join(' '))
  console.log(await sql`select indexrelname, idx_scan from pg_stat_user_indexes where relname like 'product%' order by 1`)
  console.log(await sql`select relname, seq_scan, seq_tup_read from pg_stat_user_tables where relname in ('products', 'product_words', 'categories')`)
  console.log((await c.send(api.createProduct, { body: { name: 'a\u0000b', price: 1 } }, staff)).status, (await c.send(api.createProduct, { body: { name: 'a', price: 1, attributes: { x: 'a\ud800b' } } }, staff)).status)
  console.log((await c.send(api.getProduct, { params: { id: 'a\u0000b' } })).status, (await c.send(api.listProducts, { query: { category: 'a\u0000b' } })).status, (await c.send(api.listProducts, { query: { 'attribute.x': 'a\u0000b' } })).status)
  console.log(await sql`select relname, pg_size_pretty(pg_relation_size(oid)) s from pg_class where relname like 'product%' order by 1`)
})
