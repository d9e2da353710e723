// Draws the pictures of the demonstration catalogue: Fluent Emoji objects (MIT, see NOTICE.md), recoloured and arranged
// on a backdrop in the colour of their category. The drawings are kept in the repository, so nothing needs this program
// at run time. To draw them again, in a folder outside the project:
//   npm i @iconify-json/fluent-emoji
//   node <project>/data/images/compose.ts node_modules/@iconify-json/fluent-emoji/icons.json
// What each picture shows is listed in pictures.ts; a product without an entry there is an error.
import { readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bounds } from './bounds.ts'
import { type Layer, type Paint, type Picture, pictures } from './pictures.ts'

type Category = { slug: string; parent: string | null }
type Lch = { l: number; c: number; h: number }
type Product = { slug: string; category: string }

const here = import.meta.dirname
const size = 800
const sizeLimit = 40 * 1024
const r2 = (value: number) => String(Math.round(value * 100) / 100)

// Colours are turned in OKLCH: a hue turned in HSL changes its lightness, and the shading of the art falls apart.
function toLch([r, g, b]: number[]): Lch {
  const [x, y, z] = [r!, g!, b!].map(v => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)) as [
    number,
    number,
    number,
  ]
  const l = Math.cbrt(0.4122214708 * x + 0.5363325363 * y + 0.0514459929 * z)
  const m = Math.cbrt(0.2119034982 * x + 0.6806995451 * y + 0.1073969566 * z)
  const s = Math.cbrt(0.0883024619 * x + 0.2817188376 * y + 0.6299787005 * z)
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s
  const bb = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s
  return {
    l: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    c: Math.hypot(a, bb),
    h: ((Math.atan2(bb, a) * 180) / Math.PI + 360) % 360,
  }
}

function linear({ l, c, h }: Lch): number[] {
  const a = c * Math.cos((h * Math.PI) / 180)
  const b = c * Math.sin((h * Math.PI) / 180)
  const x = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const y = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const z = (l - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    4.0767416621 * x - 3.3077115913 * y + 0.2309699292 * z,
    -1.2684380046 * x + 2.6097574011 * y - 0.3413193965 * z,
    -0.0041960863 * x - 0.7034186147 * y + 1.707614701 * z,
  ]
}

function toRgb(colour: Lch): number[] {
  let c = colour.c
  let rgb = linear(colour)
  // Chroma gives way until the colour fits the screen; lightness and hue stay.
  while (c > 0.002 && rgb.some(v => v < -0.001 || v > 1.001)) {
    c *= 0.94
    rgb = linear({ ...colour, c })
  }
  return rgb.map(v => {
    const clamped = Math.min(1, Math.max(0, v))
    return clamped <= 0.0031308 ? clamped * 12.92 : 1.055 * clamped ** (1 / 2.4) - 0.055
  })
}

const hex = (rgb: number[]) =>
  `#${rgb
    .map(v =>
      Math.round(v * 255)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`
const oklch = (l: number, c: number, h: number) => hex(toRgb({ l, c, h: (h + 360) % 360 }))

function matches(colour: Lch, { only, below }: Paint) {
  if (below !== undefined && colour.c >= below) return false
  if (!only) return true
  if (only === 'grey') return colour.c < 0.05
  if (only === 'colour') return colour.c >= 0.05
  const [from, to] = only
  return colour.c >= 0.03 && (from <= to ? colour.h >= from && colour.h <= to : colour.h >= from || colour.h <= to)
}

function recolour(rgb: number[], paints: Paint[]): number[] {
  const before = toLch(rgb)
  const paint = paints.find(candidate => matches(before, candidate))
  if (!paint) return rgb
  const l = Math.min(0.995, Math.max(0.05, before.l * (paint.contrast ?? 1) + (paint.lift ?? 0)))
  // Near white and near black a tint would look dirty, so a minimum chroma fades out towards both.
  const floor = (paint.atLeast ?? 0) * Math.min(1, (1 - l) * 4, l * 4)
  const c = Math.max(before.c * (paint.chroma ?? 1), floor)
  return toRgb({ l, c, h: ((paint.to ?? before.h) + (paint.turn ?? 0) + 360) % 360 })
}

function repaint(body: string, paints: Paint[]) {
  if (paints.length === 0) return body
  return body
    .replace(/"#([0-9a-f]{3}|[0-9a-f]{6})"/gi, (_, digits: string) => {
      const full = digits.length === 3 ? digits.replace(/./g, '$&$&') : digits
      const rgb = [0, 2, 4].map(at => Number.parseInt(full.slice(at, at + 2), 16) / 255)
      return `"${hex(recolour(rgb, paints))}"`
    })
    .replace(
      /values="0 0 0 0 ([\d.]+) 0 0 0 0 ([\d.]+) 0 0 0 0 ([\d.]+) 0 0 0/g,
      (_, r: string, g: string, b: string) => {
        const [x, y, z] = recolour([Number(r), Number(g), Number(b)], paints) as [number, number, number]
        return `values="0 0 0 0 ${r2(x)} 0 0 0 0 ${r2(y)} 0 0 0 0 ${r2(z)} 0 0 0`
      },
    )
}

function shorten(body: string) {
  return (
    body
      .replace(/ d="([^"]*)"/g, (_, d: string) => ` d="${shortenPath(d)}"`)
      .replace(/-?\d*\.\d{3,}/g, number => r2(Number(number)).replace(/^(-?)0\./, '$1.'))
      // The art hardens alpha for its inner shadows, which leaves jagged edges where a picture is shown small.
      .replaceAll('0 0 127 0"', '0 0 1 0"')
  )
}

// Two decimals of 32 units are a fifth of a pixel at full size. Numbers may run together ("1.2.3", "4-5"), so the path
// is read as tokens and written again with the separators that are still needed.
function shortenPath(d: string) {
  let out = ''
  for (const [token] of d.matchAll(/[a-z]|-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?/gi)) {
    if (/[a-z]/i.test(token[0]!)) {
      out += token
      continue
    }
    const short = r2(Number(token)).replace(/^(-?)0\./, '$1.')
    const last = out.at(-1)!
    out += /[a-z]/i.test(last) || short.startsWith('-') ? short : ` ${short}`
  }
  return out
}

// The art stacks several gradients on one outline; drawing the outline once and using it again halves the file.
function shareOutlines(body: string, nextId: () => string) {
  const counts = new Map<string, number>()
  for (const [, d] of body.matchAll(/ d="([^"]{60,})"/g)) counts.set(d!, (counts.get(d!) ?? 0) + 1)
  const ids = new Map<string, string>()
  let shared = ''
  const drawn = body.replace(/<path ([^>]*?) ?d="([^"]{60,})"([^>]*)\/>/g, (whole, before, d: string, after) => {
    if ((counts.get(d) ?? 0) < 2 || /\bid=/.test(before + after)) return whole
    let id = ids.get(d)
    if (!id) {
      id = nextId()
      ids.set(d, id)
      shared += `<path id="${id}" d="${d}"/>`
    }
    return `<use href="#${id}" ${`${before.trim()} ${after.trim()}`.trim()}/>`
  })
  return shared ? `<defs>${shared}</defs>${drawn}` : drawn
}

function renameIds(body: string, nextId: () => string) {
  const ids = new Map<string, string>()
  for (const [, id] of body.matchAll(/\bid="([^"]+)"/g)) ids.set(id!, nextId())
  return body.replace(/(\bid="|url\(#|href="#)([^")]+)/g, (_, before: string, id: string) => before + ids.get(id))
}

type Tone = NonNullable<Picture['tone']>
const tones: Record<Tone, { wall: [number, number]; floor: number; chroma: number; shape: number; shadow: number }> = {
  light: { wall: [0.965, 0.915], floor: 0.875, chroma: 0.042, shape: 0.05, shadow: 0.3 },
  mid: { wall: [0.905, 0.84], floor: 0.785, chroma: 0.062, shape: 0.06, shadow: 0.36 },
  deep: { wall: [0.52, 0.4], floor: 0.345, chroma: 0.072, shape: 0.09, shadow: 0.55 },
}

const horizon = 588

function shapeOf(picture: Picture, light: string, soft: string) {
  const paths: Record<NonNullable<Picture['shape']>, string> = {
    disc: `<circle cx="400" cy="376" r="286" fill="url(#${light})"/>`,
    arch: `<path d="M150 ${horizon}V338a250 250 0 0 1 500 0V${horizon}Z" fill="url(#${light})"/>`,
    sun:
      `<circle cx="570" cy="270" r="214" fill="url(#${light})"/>` +
      `<circle cx="570" cy="270" r="300" fill="${soft}" opacity=".28"/>`,
    rings:
      `<circle cx="400" cy="376" r="352" fill="${soft}" opacity=".3"/>` +
      `<circle cx="400" cy="376" r="262" fill="url(#${light})"/>`,
    hill:
      `<path d="M0 ${horizon}V452C120 352 250 330 392 420S660 500 800 356V${horizon}Z" fill="url(#${light})"/>` +
      `<circle cx="196" cy="186" r="74" fill="${soft}" opacity=".6"/>`,
    pane:
      `<path d="M196 0H330L150 ${horizon}H16ZM380 0H610L430 ${horizon}H200Z" fill="url(#${light})" opacity=".85"/>` +
      `<path d="M660 0H706L526 ${horizon}H480Z" fill="url(#${light})" opacity=".85"/>`,
    sheet: `<rect x="104" y="104" width="592" height="592" rx="64" fill="url(#${light})"/>`,
    slant:
      `<path d="M0 560 800 190V800H0Z" fill="url(#${light})"/>` +
      `<path d="M0 668 800 298V800H0Z" fill="${soft}" opacity=".3"/>`,
  }
  return paths[picture.shape ?? 'disc']
}

function backdrop(picture: Picture, hue: number) {
  const tone = tones[picture.tone ?? 'light']
  const flat = picture.lay === 'flat'
  const shade = (l: number, turn = 0, more = 1) => oklch(l, tone.chroma * more, hue + turn)
  const light = Math.min(0.985, tone.wall[0] + tone.shape)
  const stops = (from: string, to: string) => `<stop stop-color="${from}"/><stop offset="1" stop-color="${to}"/>`
  const defs =
    `<linearGradient id="bw" x1="0" y1="0" x2=".55" y2="1">${stops(shade(tone.wall[0], -14), shade(tone.wall[1], 16, 1.25))}</linearGradient>` +
    `<linearGradient id="bf" x1="0" y1="0" x2="0" y2="1">${stops(shade(tone.floor, 18, 1.3), shade(tone.floor + 0.07, 6, 1.1))}</linearGradient>` +
    `<linearGradient id="bs" x1="0" y1="0" x2=".3" y2="1">${stops(shade(light, 10, 0.85), shade(tone.wall[0] - 0.005, 22, 1.1))}</linearGradient>` +
    `<radialGradient id="bd"><stop stop-color="${oklch(0.22, 0.06, hue)}" stop-opacity="${tone.shadow}"/>` +
    `<stop offset=".45" stop-color="${oklch(0.22, 0.06, hue)}" stop-opacity="${r2(tone.shadow * 0.55)}"/>` +
    `<stop offset="1" stop-color="${oklch(0.22, 0.06, hue)}" stop-opacity="0"/></radialGradient>` +
    `<filter id="bo" x="-25%" y="-25%" width="150%" height="160%"><feDropShadow dx="0" dy="20" stdDeviation="16" ` +
    `flood-color="${oklch(0.2, 0.06, hue)}" flood-opacity="${r2(tone.shadow + 0.04)}"/></filter>`
  const shape = shapeOf(picture, 'bs', shade(light, 4, 0.9))
  const floor = flat ? '' : `<path fill="url(#bf)" d="M0 ${horizon}H800V800H0Z"/>`
  const plinth = picture.plinth
    ? `<path d="M156 652V800H644V652Z" fill="${shade(tone.wall[1] - 0.015, 14, 1.15)}"/>` +
      `<ellipse cx="400" cy="652" rx="244" ry="52" fill="${shade(light - 0.015, 10, 0.9)}"/>`
    : ''
  return { defs, drawn: `<path fill="url(#bw)" d="M0 0H800V800H0Z"/>${shape}${floor}${plinth}` }
}

type Placed = {
  icon: string
  paints: Paint[]
  cx: number
  base: number
  floor: number
  box: number
  turn: number
  flip: boolean
  plain: boolean
  omit?: string
}

// Standing objects share a floor line; lying ones are seen from above and share a centre.
function place(picture: Picture): Placed[] {
  const slots: Record<number, [cx: number, base: number, box: number][]> = {
    1: [[400, 664, 500]],
    2: [
      [282, 632, 372],
      [520, 678, 400],
    ],
    3: [
      [212, 628, 344],
      [588, 628, 344],
      [400, 694, 384],
    ],
  }
  const flatSlots: typeof slots = {
    1: [[400, 400, 500]],
    2: [
      [282, 352, 390],
      [520, 452, 390],
    ],
    3: [
      [228, 304, 312],
      [576, 322, 312],
      [404, 520, 340],
    ],
  }
  const chosen = (picture.lay === 'flat' ? flatSlots : slots)[picture.layers.length]
  if (!chosen) throw new Error(`no arrangement for ${picture.layers.length} objects`)
  return picture.layers.map((layer: Layer, at) => {
    const [cx, base, box] = chosen[at]!
    return {
      icon: layer.icon,
      paints: layer.paint ? [layer.paint].flat() : [],
      cx: cx + (layer.dx ?? 0),
      base: base + (layer.dy ?? 0),
      floor: base,
      box: box * (layer.scale ?? 1),
      turn: layer.turn ?? 0,
      flip: layer.flip ?? false,
      plain: layer.plain ?? false,
      omit: layer.omit,
    }
  })
}

function bodyOf({ icon, paints, plain, omit }: Placed, icons: Record<string, { body: string }>, nextId: () => string) {
  const art = icons[icon]
  if (!art) throw new Error(`no art for ${icon}`)
  let body = art.body
  if (plain) body = body.replace(/ filter="[^"]*"|<filter .*?<\/filter>/g, '')
  if (omit) body = body.replace(new RegExp(`<path [^>]*d="${omit}[^>]*/>`), '')
  return renameIds(shareOutlines(shorten(repaint(body, paints)), nextId), nextId)
}

function draw(picture: Picture, hue: number, icons: Record<string, { body: string }>) {
  let count = 0
  const nextId = () => `i${(count++).toString(36)}`
  const { defs, drawn } = backdrop(picture, hue)
  let shared = ''
  const bodies = new Map<string, string>()
  // Each object's shadow falls on what stands behind it, so shadows and objects alternate from back to front.
  let objects = ''
  const placed = place(picture)
  const keyOf = ({ icon, paints, plain }: Placed) => JSON.stringify([icon, paints, plain])
  for (const object of placed) {
    const { icon, cx, base, floor, box, turn, flip } = object
    const bound = bounds[icon]
    if (!bound) throw new Error(`no bounds for ${icon}`)
    const key = keyOf(object)
    let body = bodies.get(key)
    if (!body) {
      body = bodyOf(object, icons, nextId)
      if (placed.filter(other => keyOf(other) === key).length > 1) {
        const id = nextId()
        shared += `<g id="${id}">${body}</g>`
        body = `<use href="#${id}"/>`
      }
      bodies.set(key, body)
    }
    const [x, y, width, height] = bound
    const scale = box / Math.max(width, height * 0.98)
    const flat = picture.lay === 'flat'
    const cy = flat ? base : base - (height * scale) / 2
    const transform =
      `translate(${r2(cx)} ${r2(cy)})${turn ? `rotate(${turn})` : ''}` +
      `scale(${flip ? '-' : ''}${r2(scale)} ${r2(scale)})translate(${r2(-x - width / 2)} ${r2(-y - height / 2)})`
    const drawing = `<g transform="${transform}">${body}</g>`
    const rx = width * scale * 0.56
    const ry = Math.max(20, rx * 0.15)
    objects += flat
      ? `<g filter="url(#bo)">${drawing}</g>`
      : `<ellipse cx="${r2(cx)}" cy="${r2(floor - 6)}" rx="${r2(rx)}" ry="${r2(ry)}" fill="url(#bd)"/>${drawing}`
  }
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 ${size} ${size}">` +
    `<defs>${defs}${shared}</defs>${drawn}${objects}</svg>\n`
  )
}

const flatShapes = ['disc', 'slant', 'sheet', 'rings'] as const
const standShapes = ['arch', 'sun', 'disc', 'hill', 'rings', 'pane'] as const

const hues: Record<string, number> = {
  electronics: 272,
  kitchen: 48,
  home: 82,
  outdoor: 168,
  toys: 98,
  garden: 138,
  workshop: 240,
  stationery: 20,
  'food-drink': 62,
  fashion: 345,
  music: 308,
}

export function composeAll(iconsFile: string) {
  const catalogue = join(here, '..', 'catalogue')
  const read = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8'))
  const { icons } = read<{ icons: Record<string, { body: string }> }>(iconsFile)
  const categories = read<Category[]>(join(catalogue, 'categories.json'))
  const products = read<Product[]>(join(catalogue, 'products.json'))
  const parents = new Map(categories.map(({ slug, parent }) => [slug, parent]))
  const rootOf = (slug: string): string => {
    const parent = parents.get(slug)
    return parent ? rootOf(parent) : slug
  }
  const wanted = new Map<string, string>()
  for (const { slug, category } of products) wanted.set(slug, rootOf(category))
  for (const { slug, parent } of categories) if (!parent) wanted.set(`category-${slug}`, slug)
  for (const file of readdirSync(here)) {
    if (file.endsWith('.svg') && !wanted.has(file.slice(0, -4))) unlinkSync(join(here, file))
  }
  let total = 0
  let drawn = 0
  const tooLarge: string[] = []
  for (const [slug, root] of wanted) {
    const picture = pictures[slug]
    if (!picture) throw new Error(`pictures.ts does not say what ${slug} shows`)
    const shapes = picture.lay === 'flat' ? flatShapes : standShapes
    const at = drawn++
    const shape = picture.shape ?? shapes[at % shapes.length]!
    const svg = draw({ ...picture, shape }, picture.hue ?? hues[root]!, icons)
    if (svg.length > sizeLimit) tooLarge.push(`${slug} (${svg.length} bytes)`)
    total += svg.length
    writeFileSync(join(here, `${slug}.svg`), svg)
  }
  if (tooLarge.length > 0) throw new Error(`more than 40 KB: ${tooLarge.join(', ')}`)
  return { count: wanted.size, total }
}

if (import.meta.main) {
  const iconsFile = process.argv[2]
  if (!iconsFile) throw new Error('usage: node compose.ts <path of icons.json from @iconify-json/fluent-emoji>')
  const { count, total } = composeAll(iconsFile)
  console.log(`${count} pictures, ${Math.round(total / 1024)} KB`)
}
