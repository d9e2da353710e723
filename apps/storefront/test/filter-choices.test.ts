import assert from 'node:assert/strict'
import { test } from 'node:test'
import { activeFilters, choicesOf, withoutFilters, withValue } from '../src/catalogue/filter-choices.ts'
import { readListing, writeListing } from '../src/catalogue/listing.ts'

const listing = (search: string, category?: string) => readListing(new URLSearchParams(search), category)

test('values are grouped, measures are left out, and truths become features', () => {
  const { groups, features } = choicesOf(
    {
      total: 9,
      attributes: {
        colour: [
          { value: 'red', count: 4 },
          { value: 'blue', count: 2 },
        ],
        brand: [
          { value: 'Orrin', count: 5 },
          { value: 'Sable', count: 1 },
        ],
        weight_g: [
          { value: '120', count: 1 },
          { value: '460', count: 1 },
        ],
        material: [{ value: 'oak', count: 9 }],
        vegan: [
          { value: 'true', count: 3 },
          { value: 'false', count: 2 },
        ],
        organic: [{ value: 'true', count: 9 }],
      },
    },
    { colour: ['green', 'red'] },
  )
  assert.deepEqual(
    groups.map(group => group.name),
    ['brand', 'colour'],
  )
  assert.deepEqual(groups[1]!.choices, [
    { value: 'red', count: 4, isChosen: true },
    { value: 'blue', count: 2, isChosen: false },
    { value: 'green', count: 0, isChosen: true },
  ])
  assert.deepEqual(features, [{ name: 'vegan', value: 'true', count: 3, isChosen: false }])
})

test('a choice more or less begins the list anew and leaves the others', () => {
  const before = listing('attribute.colour=red&attribute.brand=Orrin&pages=3')
  const more = withValue(before, 'colour', 'blue', true)
  assert.equal(writeListing(more), '?attribute.brand=Orrin&attribute.colour=blue&attribute.colour=red')
  const less = withValue(withValue(more, 'colour', 'blue', false), 'colour', 'red', false)
  assert.equal(writeListing(less), '?attribute.brand=Orrin')
})

test('each active filter knows the list without it, and the category of the page is none', () => {
  const all = listing('attribute.colour=red&min_price=10&in_stock=true&sort=price', 'lamps')
  const active = activeFilters(all, 'lamps')
  assert.deepEqual(
    active.map(one => one.kind),
    ['price', 'stock', 'attribute'],
  )
  assert.equal(
    writeListing(active[0]!.without, { categoryInPath: true }),
    '?attribute.colour=red&in_stock=true&sort=price',
  )
  assert.equal(writeListing(withoutFilters(all, 'lamps'), { categoryInPath: true }), '?sort=price')
  assert.deepEqual(
    activeFilters(listing('q=lamp&category=desk')).map(one => one.value),
    ['desk'],
  )
})
