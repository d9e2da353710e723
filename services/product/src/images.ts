import { hash } from 'node:crypto'
import { readFile, realpath } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { pictureName } from '@shopfleet/contracts'
import type { FileStore } from '@shopfleet/files'

/**
 * Pictures as they are answered, read once and kept: those of a folder, and uploaded ones, whose names are made of their
 * content. A picture under a name never changes; a new one gets a new name.
 */

export interface Picture {
  bytes: Buffer
  headers: Record<string, string>
}
export type Images = ReturnType<typeof createImages>

const types: Record<string, string> = {
  '.svg': 'image/svg+xml',
  '.webp': 'image/webp',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.avif': 'image/avif',
}
const cacheBytes = 32 * 1024 * 1024
const largestBytes = 8 * 1024 * 1024

const picture = (bytes: Buffer, type: string, kept: string): Picture => ({
  bytes,
  headers: {
    'content-type': type,
    etag: `"${hash('sha256', bytes).slice(0, 32)}"`,
    'cache-control': kept,
    'x-content-type-options': 'nosniff',
    // An SVG opened by itself is a document: it may not run or load anything.
    ...(type === 'image/svg+xml'
      ? { 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox" }
      : {}),
  },
})

export function createImages(folder: string, files: FileStore) {
  const kept = new Map<string, Picture>()
  let bytesKept = 0

  async function readUploaded(name: string): Promise<Picture | undefined> {
    const found = await files.find(name)
    return found && picture(found.bytes, found.type, 'public, max-age=31536000, immutable')
  }

  async function readFromFolder(name: string): Promise<Picture | undefined> {
    const type = types[extname(name)]
    if (!type) return undefined
    try {
      const [root, path] = await Promise.all([realpath(folder), realpath(join(folder, name))])
      // Neither a name nor a link leads out of the folder.
      if (!path.startsWith(root + sep)) return undefined
      const bytes = await readFile(path)
      if (bytes.length > largestBytes) return undefined
      return picture(bytes, type, 'public, max-age=86400')
    } catch (error) {
      const { code } = error as { code?: string }
      if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return undefined
      throw error
    }
  }

  return {
    /** A picture by its file name; undefined if there is none. */
    async find(name: string): Promise<Picture | undefined> {
      const known = kept.get(name)
      if (known) return known
      const found = await (pictureName.test(name) ? readUploaded(name) : readFromFolder(name))
      if (!found || kept.has(name)) return found
      kept.set(name, found)
      bytesKept += found.bytes.length
      for (const [oldest, { bytes }] of kept) {
        if (bytesKept <= cacheBytes) break
        kept.delete(oldest)
        bytesKept -= bytes.length
      }
      return found
    },
  }
}
