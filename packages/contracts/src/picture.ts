import { Type } from 'typebox'
import { FileBody, IdParams } from './fields.ts'
import { operation } from './operation.ts'
import { Product } from './product.ts'

/**
 * Pictures that are uploaded, and their addresses. One is kept in several widths under one name, which is made of its content: what lies
 * under an address never changes. `…/<hash>-1280x960.webp` is the largest; the smaller ones are `…/<hash>-640.webp`, and
 * which there are follows from the width of the largest.
 */

/** Pixels. A small one for lists on a telephone, the largest for a whole screen. */
export const pictureWidths = [320, 640, 1280] as const
export const largestPicture = 1920

const largestPattern = /^(.*\/)?([0-9a-f]{32})-([1-9]\d{0,3})x([1-9]\d{0,3})\.webp$/
/** The file name of any size. */
export const pictureName = /^[0-9a-f]{32}-[1-9]\d{0,3}(x[1-9]\d{0,3})?\.webp$/

export interface PictureSize {
  url: string
  width: number
}

/** The sizes of a picture by the address of its largest, smallest first; undefined for a picture from elsewhere. */
export function pictureSizes(url: string): { width: number; height: number; sizes: PictureSize[] } | undefined {
  const [, folder = '', hash, w, h] = largestPattern.exec(url) ?? []
  if (hash === undefined) return undefined
  const width = Number(w)
  const smaller = pictureWidths
    .filter(one => one < width)
    .map(one => ({ url: smallerUrl(folder + hash, one), width: one }))
  return { width, height: Number(h), sizes: [...smaller, { url, width }] }
}

export const smallerUrl = (base: string, width: number): string => `${base}-${width}.webp`
export const largestUrl = (base: string, { width, height }: { width: number; height: number }): string =>
  `${base}-${width}x${height}.webp`

/** What an `<img>` needs to choose by itself; undefined for a picture that has one size only. */
export function srcSetOf(url: string): string | undefined {
  const found = pictureSizes(url)
  if (!found || found.sizes.length === 1) return undefined
  return found.sizes.map(size => `${size.url} ${size.width}w`).join(', ')
}

/** Media types of pictures that are taken. No drawings (SVG): they can hold programs. */
export const pictureTypes = ['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/gif'] as const
/** Bytes: the largest file a telephone makes, and some. */
export const maxPictureBytes = 12 * 1024 * 1024
/** Of one product. */
export const maxImages = 20

const AltText = Type.String({ maxLength: 300, description: 'What is to be seen, for those who do not see it' })

export const uploadImage = operation({
  service: 'product',
  name: 'uploadImage',
  method: 'POST',
  path: '/api/products/:id/images',
  auth: { staff: 'catalogue' },
  summary: 'Add a picture to a product',
  description:
    'The body is the file itself. What it is, its content says: JPEG, PNG, WebP, AVIF or GIF, up to 12 MB and 50 million points. It is turned upright, freed of what the camera wrote into it, and kept as WebP in several widths; of an animation the first frame. It comes after those the product has. The same picture twice is one.',
  params: IdParams,
  query: Type.Object({ alt: Type.Optional(AltText) }, { additionalProperties: false }),
  body: FileBody,
  body_types: pictureTypes,
  body_limit: maxPictureBytes,
  replies: { 201: Product },
  problems: ['not-found', 'too-many', 'validation-failed'],
})

export const arrangeImages = operation({
  service: 'product',
  name: 'arrangeImages',
  method: 'PUT',
  path: '/api/products/:id/images',
  auth: { staff: 'catalogue' },
  summary: 'Order the pictures of a product, and say what is to be seen on them',
  description:
    'The first picture stands for the product in lists. Pictures that are not named come after those that are, so that one that was added meanwhile is not lost.',
  params: IdParams,
  body: Type.Object(
    {
      images: Type.Array(
        Type.Object(
          { url: Type.String({ minLength: 1, maxLength: 1000 }), alt: Type.Optional(AltText) },
          { additionalProperties: false },
        ),
        { minItems: 1, maxItems: maxImages },
      ),
    },
    { additionalProperties: false },
  ),
  replies: { 200: Product },
  problems: ['not-found', 'validation-failed'],
  example: { body: { images: [{ url: '/api/images/lamp-paper.svg', alt: 'A lamp of folded paper' }] } },
})

export const deleteImage = operation({
  service: 'product',
  name: 'deleteImage',
  method: 'DELETE',
  path: '/api/products/:id/images',
  auth: { staff: 'catalogue' },
  summary: 'Take a picture from a product',
  description: 'Past orders go on showing it.',
  params: IdParams,
  query: Type.Object({ url: Type.String({ minLength: 1, maxLength: 1000 }) }, { additionalProperties: false }),
  replies: { 200: Product },
  problems: ['not-found'],
})
