import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listingQuery, readListing, writeListing } from '../src/catalogue/listing.ts'

const read = (search: string, category?: string) => readListing(new URLSearchParams(search), category)

test('the state of a list survives its address', () => {
  const search =
    '?q=oil+lamp&category=lamps&attribute.colour=blue&attribute.colour=red&min_price=5&max_price=19.5&in_stock=true&sort=-price&pages=3'
  assert.equal(writeListing(read(search)), search)
})

test('what makes no sense in an address is left out', () => {
  const odd = read(
    'min_price=-1&max_price=abc&sort=best&pages=-3&attribute.Colour=x&attribute.a=&q=%20%20&in_stock=yes',
  )
  assert.equal(writeListing(odd), '')
  assert.equal(read('pages=999').pages, 20)
  assert.equal(read(`q=${'x'.repeat(500)}`).q!.length, 200)
})

test('the platform is asked for the filters, not for the place', () => {
  assert.deepEqual(listingQuery(read('q=lamp&pages=4&attribute.colour=red&sort=price', 'lamps')), {
    limit: 24,
    category: 'lamps',
    sort: 'price',
    'attribute.colour': ['red'],
  })
})
