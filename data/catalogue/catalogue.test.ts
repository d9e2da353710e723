import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type CatalogueCategory, type CatalogueProduct, type CatalogueVariant, generateProducts } from './generate.ts'

const here = import.meta.dirname
const images = join(here, '..', 'images')
const read = <T>(file: string): T => JSON.parse(readFileSync(join(here, file), 'utf8'))
const categories = read<CatalogueCategory[]>('categories.json')
const products = read<CatalogueProduct[]>('products.json')
const slugPattern = /^[a-z0-9]+(-[a-z0-9]+)*$/

function assertUnique(values: string[]) {
  const seen = new Set<string>()
  for (const value of values) {
    assert.ok(!seen.has(value), `${value} appears twice`)
    seen.add(value)
  }
}

function assertProduct(product: CatalogueProduct, known: Set<string>) {
  const { slug } = product
  assert.match(slug, slugPattern)
  assert.match(product.sku, /^[A-Z0-9-]{3,40}$/)
  assert.ok(product.name.length > 2 && product.name.length <= 120, slug)
  assert.ok(known.has(product.category), `${slug}: no category ${product.category}`)
  assert.ok(product.price > 0 && product.price <= 1500, slug)
  assert.match(String(product.price), /^\d+(\.\d{1,2})?$/, slug)
  assert.equal(product.currency, 'USD')
  assert.ok(Number.isInteger(product.stock) && product.stock >= 0, slug)
  for (const [key, value] of Object.entries(product.attributes)) {
    assert.match(key, /^[a-z]+(_[a-z]+)*$/)
    assert.ok(['string', 'number', 'boolean'].includes(typeof value), `${slug}: ${key}`)
  }
}

// Tags must close in the order they open, attributes must be quoted: what a strict reader of XML insists on, as far as
// these drawings use it (no text, comments or CDATA).
function assertWellFormed(svg: string, file: string) {
  const open: string[] = []
  const rest = svg.replace(
    /<(\/?)([a-zA-Z]+)((?: [a-zA-Z][\w:-]*="[^"<]*")*)\s*(\/?)>/g,
    (_, end, name, attributes, self) => {
      const names = [...attributes.matchAll(/ ([a-zA-Z][\w:-]*)=/g)].map(match => match[1])
      assert.equal(new Set(names).size, names.length, `${file}: an attribute twice in <${name}>`)
      if (end) assert.equal(open.pop(), name, file)
      else if (!self) open.push(name)
      return ''
    },
  )
  assert.deepEqual(open, [], file)
  assert.equal(rest.trim(), '', `${file}: something is not a tag`)
}

test('categories form a tree: unique slugs, parents that exist, no cycle, at most three levels', () => {
  assertUnique(categories.map(category => category.slug))
  const bySlug = new Map(categories.map(category => [category.slug, category]))
  for (const category of categories) {
    assert.match(category.slug, slugPattern)
    assert.ok(category.name && category.description && Number.isInteger(category.position), category.slug)
    let depth = 1
    for (let at = category; at.parent !== null; depth++) {
      assert.ok(depth <= 3, `${category.slug} is too deep or in a cycle`)
      const parent = bySlug.get(at.parent)
      assert.ok(parent, `${at.slug}: no parent ${at.parent}`)
      at = parent
    }
  }
  assert.ok(categories.length >= 14)
  assert.ok(categories.filter(category => category.parent !== null).length >= 8)
  assertUnique(categories.map(({ parent, position }) => `${parent}/${position}`))
})

test('the demonstration catalogue is large enough to browse, and every product in it is complete', () => {
  assert.ok(products.length >= 60)
  assertUnique(products.map(product => product.slug))
  assertUnique(products.map(product => product.sku))
  assertUnique(products.map(product => product.name))
  assertUnique(products.map(product => product.description))
  const known = new Set(categories.map(category => category.slug))
  for (const product of products) {
    assertProduct(product, known)
    const sentences = product.description.split(/[.!?](?:\s|$)/).filter(Boolean).length
    assert.ok(sentences >= 2 && sentences <= 5, `${product.slug}: ${sentences} sentences`)
    for (const key of ['brand', 'colour', 'material']) assert.ok(product.attributes[key], `${product.slug}: ${key}`)
  }
  assert.equal(products.filter(product => product.stock === 0).length, 1)
  assert.ok(products.filter(product => product.stock > 0 && product.stock <= 5).length >= 3)
  assert.ok(products.some(product => product.featured))
})

test('products of a category share their attribute keys, so filters work', () => {
  const keys = new Map<string, string>()
  for (const product of products) {
    const own = Object.keys(product.attributes).sort().join()
    assert.equal(own, keys.get(product.category) ?? own, product.slug)
    keys.set(product.category, own)
  }
  for (const product of generateProducts({ count: 2000 })) {
    assert.equal(Object.keys(product.attributes).sort().join(), keys.get(product.category), product.category)
  }
})

test('no branch of the category tree is empty', () => {
  const inner = new Set(categories.map(category => category.parent))
  for (const { slug } of categories) {
    if (inner.has(slug)) continue
    assert.ok(
      products.some(product => product.category === slug),
      slug,
    )
  }
})

test('every product and top-level category has its own picture, and no picture is left over', () => {
  assertUnique(products.map(product => product.image))
  const wanted = products.map(product => product.image)
  for (const { slug, parent } of categories) if (!parent) wanted.push(`category-${slug}.svg`)
  const present = readdirSync(images).filter(file => file.endsWith('.svg'))
  assert.deepEqual(present.sort(), wanted.sort())
})

test('pictures are well-formed, small and self-contained', () => {
  for (const file of readdirSync(images).filter(name => name.endsWith('.svg'))) {
    const svg = readFileSync(join(images, file), 'utf8')
    assert.ok(statSync(join(images, file)).size < 40 * 1024, `${file} is too large`)
    assert.ok(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg" width="800" height="800"'), file)
    assertWellFormed(svg, file)
    assert.doesNotMatch(svg.replace(' xmlns="http://www.w3.org/2000/svg"', ''), /https?:|\/\/|data:/i, file)
    assert.doesNotMatch(svg, /<(script|text|style|image|foreignObject|animate|a)\b|\son[a-z]+=|javascript:/i, file)
    const ids = [...svg.matchAll(/ id="([^"]+)"/g)].map(match => match[1]!)
    assertUnique(ids)
    for (const [, id] of svg.matchAll(/(?:url\(#|href="#)([^")]+)/g)) assert.ok(ids.includes(id!), `${file}: no #${id}`)
  }
})

test('generated products are the same for the same seed and differ for another', () => {
  const first = [...generateProducts({ count: 300, seed: 7 })]
  assert.deepEqual([...generateProducts({ count: 300, seed: 7 })], first)
  assert.deepEqual([...generateProducts({ count: 120, seed: 7 })], first.slice(0, 120))
  assert.notDeepEqual([...generateProducts({ count: 300, seed: 8 })], first)
})

test('generated products are complete, unique, spread over the categories, and show existing pictures', () => {
  const generated = [...generateProducts({ count: 20_000 })]
  assert.equal(generated.length, 20_000)
  assertUnique([...generated, ...products].map(product => product.slug))
  assertUnique([...generated, ...products].map(product => product.sku))
  const known = new Set(categories.map(category => category.slug))
  for (const product of generated) {
    assertProduct(product, known)
    assert.doesNotMatch(product.description, /[{}]|undefined/)
  }
  for (const image of new Set(generated.map(product => product.image)))
    assert.ok(existsSync(join(images, image)), image)
  const inner = new Set(categories.map(category => category.parent))
  const used = new Set(generated.map(product => product.category))
  for (const { slug } of categories) assert.ok(inner.has(slug) || used.has(slug), `nothing generated in ${slug}`)
  assert.ok(new Set(generated.map(product => product.attributes.brand)).size > 500)
  assert.ok(generated.some(product => product.stock === 0))
})

test('asking for no products gives none', () => {
  assert.deepEqual([...generateProducts({ count: 0 })], [])
})

test('variants belong to products, whose stock they share out', () => {
  const variants = read<CatalogueVariant[]>('variants.json')
  const parents = new Set(variants.map(variant => variant.parent))
  assertUnique(variants.map(variant => `${variant.parent} ${JSON.stringify(variant.options)}`))
  for (const slug of parents) {
    const product = products.find(one => one.slug === slug)
    const own = variants.filter(variant => variant.parent === slug)
    assert.ok(product, `no product ${slug}`)
    assert.equal(
      own.reduce((sum, variant) => sum + variant.stock, 0),
      product.stock,
      slug,
    )
    for (const variant of own)
      assert.ok((variant.price ?? product.price) >= product.price, `${slug} shows the lowest price`)
  }
})
