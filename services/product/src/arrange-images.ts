import {
  type arrangeImages as arrangeImagesOperation,
  type BodyOf,
  maxImages,
  Problem,
  type Product,
} from '@shopfleet/contracts'
import { transaction } from '@shopfleet/database'
import { keepPicture } from '@shopfleet/files'
import type { ProductRow } from './product.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

/*
 * The pictures of a product, one at a time: what another member of staff adds or takes away meanwhile is not undone, as it
 * would be by sending the whole list. The files stay: carts and past orders show them.
 */

type Images = Product['images']

/** Changes the list as it is now. Throws `not-found` for a product that is not there. */
function change(ctx: Ctx, id: string, to: (images: Images, product: ProductRow) => Images): Promise<ProductRow> {
  return transaction(ctx.sql, async tx => {
    await store.lockProduct(tx, id)
    const product = await store.findProduct(tx, id)
    if (!product) throw new Problem('not-found')
    const row = await store.updateProduct(tx, id, { images: to(product.images, product) }, undefined)
    return row!
  })
}

/** Adds an uploaded picture behind those there are. It is kept before it is shown; one the product has already is the same. */
export async function addImage(ctx: Ctx, id: string, bytes: Uint8Array, alt: string | undefined): Promise<ProductRow> {
  // Before the work of making its sizes.
  checkRoom((await store.findProduct(ctx.sql, id))?.images)
  const { name } = await keepPicture(ctx.files, bytes)
  const url = `/api/images/${name}`
  return change(ctx, id, (images, product) => {
    const known = images.find(image => image.url === url)
    if (known) return images.map(image => (image === known ? { url, alt: alt ?? image.alt } : image))
    checkRoom(images)
    return [...images, { url, alt: alt ?? product.name }]
  })
}

function checkRoom(images: Images | undefined): void {
  if (!images) throw new Problem('not-found')
  if (images.length < maxImages) return
  throw new Problem('too-many', { detail: `A product has at most ${maxImages} pictures.` })
}

/** Puts the named pictures first, in this order, with these texts. */
export function arrangeImages(ctx: Ctx, id: string, { images: wanted }: BodyOf<typeof arrangeImagesOperation>) {
  return change(ctx, id, images => {
    const left = new Map(images.map(image => [image.url, image]))
    const first = wanted.map(({ url, alt }, i) => {
      const image = left.get(url)
      if (!image) {
        const errors = [{ pointer: `/images/${i}/url`, detail: 'is no picture of this product, or is named twice' }]
        throw new Problem('validation-failed', { errors })
      }
      left.delete(url)
      return { url, alt: alt ?? image.alt }
    })
    return [...first, ...left.values()]
  })
}

export function removeImage(ctx: Ctx, id: string, url: string): Promise<ProductRow> {
  return change(ctx, id, images => {
    const left = images.filter(image => image.url !== url)
    if (left.length === images.length) throw new Problem('not-found')
    return left
  })
}
