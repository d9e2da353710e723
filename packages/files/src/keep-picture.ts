import { createHash } from 'node:crypto'
import { largestUrl, pictureSizes, smallerUrl } from '@shopfleet/contracts'
import type { FileStore } from './file-store.ts'
import { renderPicture } from './picture.ts'

/**
 * Makes the sizes of an uploaded picture and keeps them. Answers the name of the largest, which says all of them
 * (`pictureSizes`); the same picture again has the same name. With an `owner` (any text) the name is theirs alone: what is
 * deleted for one is not gone for another who uploaded the same. Throws what `renderPicture` and the store throw; sizes
 * written before that lie unused.
 */
export async function keepPicture(
  store: FileStore,
  bytes: Uint8Array,
  { owner = '' }: { owner?: string } = {},
): Promise<{ name: string; width: number; height: number }> {
  const picture = await renderPicture(bytes)
  const { width, height } = picture
  const [largest, ...smaller] = picture.sizes
  const hash = createHash('sha256').update(owner).update(largest!.bytes).digest('hex').slice(0, 32)
  const name = largestUrl(hash, picture)
  // The largest last: who finds it finds all.
  for (const size of smaller) await store.put(smallerUrl(hash, size.width), size.bytes)
  await store.put(name, largest!.bytes)
  return { name, width, height }
}

/** The names of all sizes of a picture, by the name of the largest: what there is to delete. */
export const picturesWithin = (name: string): string[] => pictureSizes(name)?.sizes.map(size => size.url) ?? []
