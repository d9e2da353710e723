import { largestPicture, maxPictureBytes, Problem, pictureWidths, Unavailable } from '@shopfleet/contracts'

/*
 * What an uploaded picture becomes: WebP in a few widths, upright, in sRGB, without what the camera wrote into it (place,
 * time, owner). The content says what it is, never its name or the type it was sent as.
 */

/** Points: a small file can unpack to gigabytes. A telephone's best camera makes 48 million. */
export const maxPicturePixels = 50_000_000

/** WebP for all. AVIF would save a fifth for thirty to fifty times the work: docs/decisions/0025. */
const webp = { quality: 78, effort: 4 } as const
/** A picture of fifty million points takes 200 MB while it is open. */
const atOnce = 2
const mostWaiting = 50
const timeout_s = 15

const signatures: [RegExp, string][] = [
  [/^\xff\xd8\xff/, 'jpeg'],
  [/^\x89PNG/, 'png'],
  [/^RIFF....WEBP/s, 'webp'],
  [/^....ftyp(avif|avis)/s, 'heif'],
  [/^....ftypmif1.{4}(?:.{4})*?avif/s, 'heif'],
  [/^GIF8[79]a/, 'gif'],
]

/** The reader for a file by its first bytes; undefined for all that is not taken. */
function formatOf(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 64)).toString('latin1')
  return signatures.find(([pattern]) => pattern.test(start))?.[1]
}

const refuse = (detail: string) => new Problem('validation-failed', { errors: [{ pointer: '', detail }] })

export interface RenderedPicture {
  /** Of the largest size. */
  width: number
  height: number
  /** The largest first. */
  sizes: { width: number; bytes: Buffer }[]
}

let working = 0
const waiting: (() => void)[] = []

/** So many at once as memory and processors allow; the others wait their turn, and too many of them are refused. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (working >= atOnce) {
    if (waiting.length >= mostWaiting) throw new Unavailable('pictures')
    await new Promise<void>(resolve => waiting.push(resolve))
  } else working++
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else working--
  }
}

/**
 * Reads an uploaded picture and makes its sizes, none larger than it is itself: the first picture of several (an
 * animation). Throws a Problem: `unsupported-media-type` for what is no JPEG, PNG, WebP, AVIF or GIF by its content,
 * `body-too-large` and `validation-failed` for too many bytes or points, and for what cannot be read to its end.
 * Throws `Unavailable` when too many wait. Runs beside the main thread.
 */
export async function renderPicture(bytes: Uint8Array): Promise<RenderedPicture> {
  if (bytes.length > maxPictureBytes) {
    throw new Problem('body-too-large', { detail: `A picture has at most ${maxPictureBytes / 1024 / 1024} MB.` })
  }
  const format = formatOf(bytes)
  if (format === undefined) {
    throw new Problem('unsupported-media-type', {
      detail: 'By its content the file is no JPEG, PNG, WebP, AVIF or GIF.',
    })
  }
  return inTurn(() => render(bytes, format))
}

async function render(bytes: Uint8Array, format: string): Promise<RenderedPicture> {
  // Only who keeps pictures needs it: it is large.
  const { default: sharp } = await import('sharp')
  const source = sharp(bytes, { limitInputPixels: false, failOn: 'error' })
  const found = await source.metadata().catch(() => undefined)
  if (found?.format !== format) throw refuse('cannot be read as a picture')
  const points = found.width * (found.pageHeight ?? found.height)
  if (points > maxPicturePixels) {
    const millions = (n: number) => `${Math.round(n / 1_000_000)} million points`
    throw refuse(`has ${millions(points)}; ${millions(maxPicturePixels)} are allowed`)
  }
  try {
    const largest = await sharp(bytes, { limitInputPixels: maxPicturePixels, failOn: 'error' })
      .timeout({ seconds: timeout_s })
      .autoOrient()
      .resize({ width: largestPicture, height: largestPicture, fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    const { width, height, channels } = largest.info
    const raw = { raw: { width, height, channels } }
    const sizes = []
    for (const wanted of [width, ...pictureWidths.filter(one => one < width).toReversed()]) {
      const out = sharp(largest.data, raw).timeout({ seconds: timeout_s }).resize({ width: wanted }).webp(webp)
      sizes.push({ width: wanted, bytes: await out.toBuffer() })
    }
    return { width, height, sizes }
  } catch (error) {
    // Of what has a good beginning this is all that can be wrong; a fault of ours would show with every picture.
    throw refuse(/timeout/i.test(String(error)) ? 'takes too long to be read' : 'cannot be read to its end')
  }
}
