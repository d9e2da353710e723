import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Unavailable } from '@shopfleet/contracts'
import { checkedTypeOf, type FileStore, typeOf } from './file-store.ts'

const codeOf = (error: unknown) => (error as { code?: string }).code

/**
 * Files in a folder, which is made when the first is written. By the first letters of their names in folders of their own:
 * a folder with a hundred thousand files is slow to list and to back up.
 */
export function createFolderStore(folder: string): FileStore {
  const pathOf = (name: string) => join(folder, name.slice(0, 2), name)
  let written = 0
  return {
    async put(name, bytes) {
      checkedTypeOf(name)
      const path = pathOf(name)
      // Beside its place, so that nobody finds half a file there.
      const unfinished = `${path}.${process.pid}-${++written}.tmp`
      try {
        await mkdir(dirname(path), { recursive: true })
        const file = await open(unfinished, 'w', 0o644)
        try {
          await file.writeFile(bytes)
          await file.sync()
        } finally {
          await file.close()
        }
        await rename(unfinished, path)
      } catch (cause) {
        await rm(unfinished, { force: true }).catch(() => {})
        throw new Unavailable('files', { cause })
      }
    },
    async find(name) {
      const type = typeOf(name)
      if (type === undefined) return undefined
      try {
        return { bytes: await readFile(pathOf(name)), type }
      } catch (cause) {
        const code = codeOf(cause)
        if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
        throw new Unavailable('files', { cause })
      }
    },
    async remove(name) {
      checkedTypeOf(name)
      try {
        await rm(pathOf(name), { force: true })
      } catch (cause) {
        throw new Unavailable('files', { cause })
      }
    },
  }
}
