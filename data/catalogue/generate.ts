// As many products as a load test or a large demonstration needs, in the shape of products.json. The same seed gives the
// same products, and a shorter run is the beginning of a longer one.
import * as vocabulary from './vocabulary.ts'

export type AttributeValue = string | number | boolean

export type CatalogueCategory = {
  slug: string
  name: string
  description: string
  parent: string | null
  position: number
}

/** Variants share out the stock of their parent. */
export type CatalogueVariant = {
  /** Slug */
  parent: string
  options: Record<string, string>
  stock: number
  /** The parent's, if left out */
  price?: number
}

export type CatalogueProduct = {
  sku: string
  slug: string
  name: string
  description: string
  price: number
  currency: string
  category: string
  attributes: Record<string, AttributeValue>
  stock: number
  image: string
  tags: string[]
  featured: boolean
}

type Random = {
  /** At least 0 and less than 1. */
  next: () => number
  /** A whole number from low to high, both included. */
  between: (low: number, high: number) => number
  pick: <T>(from: readonly T[]) => T
  chance: (probability: number) => boolean
}

// mulberry32: 32 bits of state are plenty for test data, and one multiplication is cheap.
function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1))
  return { next, between, pick: from => from[Math.floor(next() * from.length)]!, chance: p => next() < p }
}

type Extra = (random: Random) => Record<string, AttributeValue>

const extras: Record<string, Extra> = {
  audio: r => ({ wireless: r.chance(0.6), battery_hours: r.between(6, 60) }),
  cameras: r => ({ film_format: r.pick(['35 mm', '120', 'Super 8', 'digital']), battery_free: r.chance(0.2) }),
  computing: r => ({ wireless: r.chance(0.7), warranty_years: r.between(2, 5) }),
  gaming: r => ({ wireless: r.chance(0.6), warranty_years: r.between(1, 3) }),
  mugs: r => ({ capacity_ml: r.between(8, 50) * 10, dishwasher_safe: r.chance(0.8) }),
  glassware: r => ({
    capacity_ml: r.between(10, 90) * 10,
    pieces: r.pick([1, 2, 4, 6]),
    dishwasher_safe: r.chance(0.8),
  }),
  tableware: r => ({ pieces: r.pick([1, 2, 4, 6, 12, 24]), dishwasher_safe: r.chance(0.8) }),
  'tea-coffee': r => ({ capacity_ml: r.between(4, 20) * 100, dishwasher_safe: r.chance(0.5) }),
  cookware: r => ({ size_cm: r.between(6, 18) * 2, oven_safe: r.chance(0.7), dishwasher_safe: r.chance(0.5) }),
  lamps: r => ({ height_cm: r.between(10, 160), dimmable: r.chance(0.6) }),
  candles: r => ({ height_cm: r.between(5, 30), burn_hours: r.between(8, 90) }),
  furniture: r => ({ width_cm: r.between(35, 200), height_cm: r.between(40, 210), flat_packed: r.chance(0.5) }),
  decor: r => ({ height_cm: r.between(8, 120), handmade: r.chance(0.4) }),
  bath: r => ({ vegan: r.chance(0.7), refillable: r.chance(0.4) }),
  camping: r => ({ waterproof: r.chance(0.6), packed_length_cm: r.between(8, 70) }),
  sports: r => ({ level: r.pick(['beginner', 'all', 'club', 'professional']) }),
  wheels: r => ({ foldable: r.chance(0.3), rider_age_from: r.pick([4, 6, 8, 10, 14]) }),
  'winter-water': r => ({ season: r.pick(['winter', 'summer']) }),
  'soft-wooden': r => ({ age_from: r.pick([0, 1, 2, 3]), pieces: r.between(1, 8) }),
  vehicles: r => ({ age_from: r.pick([2, 3, 4, 6]), pieces: r.between(1, 6) }),
  'games-puzzles': r => ({ age_from: r.pick([4, 6, 8, 10]), players_max: r.pick([1, 2, 4, 6]) }),
  plants: r => ({
    height_cm: r.between(8, 180),
    light: r.pick(['full sun', 'bright shade', 'windowsill', 'shade']),
    pet_safe: r.chance(0.5),
  }),
  'garden-tools': r => ({ length_cm: r.between(20, 240) }),
  'hand-tools': r => ({ length_cm: r.between(12, 60), guarantee_years: r.pick([5, 10, 25]) }),
  writing: r => ({ refillable: r.chance(0.7), nib: r.pick(['fine', 'medium', 'broad', '0.7 mm', 'HB', '2B']) }),
  notebooks: r => ({ pages: r.between(3, 20) * 16, ruling: r.pick(['dotted', 'ruled', 'plain', 'squared']) }),
  'art-craft': r => ({ pieces: r.between(1, 24), age_from: r.pick([4, 6, 8, 10]) }),
  pantry: r => larder(r),
  'bakery-sweets': r => larder(r),
  drinks: r => larder(r),
  clothing: r => ({ sizes: r.pick(['XS–L', 'XS–XL', 'S–XL', 'S–XXL', 'one size']), organic: r.chance(0.5) }),
  footwear: r => ({ sizes: r.pick(['35–42', '36–47', '39–48']), waterproof: r.chance(0.3) }),
  bags: r => ({ capacity_l: r.between(2, 90) / 2, waterproof: r.chance(0.3) }),
  accessories: r => ({ sizes: r.pick(['one size', 'small', 'medium', 'large']), handmade: r.chance(0.3) }),
  'strings-keys': r => ({ level: r.pick(['beginner', 'all', 'club', 'professional']), case_included: r.chance(0.7) }),
  'wind-percussion': r => ({
    level: r.pick(['beginner', 'all', 'club', 'professional']),
    case_included: r.chance(0.6),
  }),
}

function larder(r: Random) {
  return {
    organic: r.chance(0.5),
    vegan: r.chance(0.6),
    origin: r.pick(['Italy', 'Spain', 'France', 'Greece', 'Wales', 'Portugal', 'Ecuador', 'Oregon', 'Kent']),
  }
}

// Cheap things are common and dear ones rare, so the price is spread evenly over its logarithm; the ending is what a
// shopkeeper would write. All of it in cents.
function priceOf(random: Random, low: number, high: number) {
  const spread = (random.next() + random.next()) / 2
  const major = Math.floor(low * (high / low) ** spread)
  const ending = major >= 300 ? random.pick([0, 0, 0, 50]) : random.pick([0, 25, 49, 50, 75, 80, 90, 95, 99])
  return Math.max(low * 100, Math.min(high * 100, major * 100 + ending)) / 100
}

function stockOf(random: Random) {
  const luck = random.next()
  if (luck < 0.03) return 0
  if (luck < 0.1) return random.between(1, 5)
  return Math.round(6 + 300 * random.next() ** 2.5)
}

// Sentences are split once ("The ", "colour", " ", "line", …): replacing placeholders by pattern costs half of a run.
const split = (sentences: string[]) => sentences.map(text => text.split(/[{}]/))

const kinds = vocabulary.kinds.map(([category, nouns, images, low, high, materials, typicalWeight]) => {
  const { traits, colours, openings, middles, closings } = vocabulary.voiceOf(category)
  const voice = { traits, colours, openings: split(openings), middles: split(middles), closings: split(closings) }
  return { category, nouns, images, low, high, materials, typicalWeight, ...voice }
})

function write(template: string[], fill: (slot: string) => AttributeValue) {
  let text = ''
  for (let at = 0; at < template.length; at++) text += at % 2 === 0 ? template[at] : fill(template[at]!)
  return text[0]!.toUpperCase() + text.slice(1)
}

const slugOf = (name: string) =>
  name
    .toLowerCase()
    .replace(/’/g, '')
    .replace(/ê/g, 'e')
    .replace(/[^a-z0-9]+/g, '-')

/** `count` products, one at a time. `seed` is any whole number; skus and slugs are unique within a seed. */
export function* generateProducts({ count, seed = 1 }: { count: number; seed?: number }): Generator<CatalogueProduct> {
  const random = createRandom(Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995)
  for (let index = 0; index < count; index++) {
    const kind = random.pick(kinds)
    const { category } = kind
    const brand = random.pick(vocabulary.brandStarts) + random.pick(vocabulary.brandEnds)
    const line = random.pick(vocabulary.lines)
    const noun = random.pick(kind.nouns)
    const trait = random.pick(kind.traits)
    const colour = random.pick(kind.colours)
    const material = random.pick(kind.materials)
    const weight = Math.max(1, Math.round(kind.typicalWeight * (0.6 + 0.8 * random.next())))
    const name = random.chance(0.4) ? `${brand} ${line} ${trait} ${noun}` : `${brand} ${line} ${noun}`
    const fill = (slot: string): AttributeValue => {
      switch (slot) {
        case 'brand':
          return brand
        case 'line':
          return line
        case 'noun':
          return noun
        case 'colour':
          return colour
        case 'material':
          return material
        case 'weight':
          return weight
        case 'town':
          return random.pick(vocabulary.towns)
        case 'designer':
          return random.pick(vocabulary.designers)
        case 'pack':
          return random.pick(vocabulary.packs)
        case 'days':
          return random.pick([30, 60, 100])
        case 'batch':
          return random.between(2, 40) * 10
        default:
          return random.between(2, 14)
      }
    }
    const sentences = [write(random.pick(kind.openings), fill), write(random.pick(kind.middles), fill)]
    if (random.chance(0.4)) sentences.push(write(random.pick(kind.middles), fill))
    sentences.push(write(random.pick(kind.closings), fill))
    const number = (index + 1).toString(36)
    yield {
      sku: `GEN-${number.toUpperCase().padStart(6, '0')}`,
      slug: `${slugOf(name)}-${number}`,
      name,
      description: [...new Set(sentences)].join(' '),
      price: priceOf(random, kind.low, kind.high),
      currency: 'USD',
      category,
      attributes: { brand, colour, material, weight_g: weight, ...extras[category]!(random) },
      stock: stockOf(random),
      image: `${random.pick(kind.images)}.svg`,
      tags: [noun.toLowerCase(), trait.toLowerCase(), material],
      featured: random.chance(0.01),
    }
  }
}
