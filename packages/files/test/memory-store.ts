import { checkedTypeOf, type FileStore, typeOf } from '../src/file-store.ts'

/** Files that are gone with the test. */
export function createMemoryStore(): FileStore & { files: Map<string, Buffer> } {
  const files = new Map<string, Buffer>()
  return {
    files,
    async put(name, bytes) {
      checkedTypeOf(name)
      files.set(name, Buffer.from(bytes))
    },
    async find(name) {
      const bytes = files.get(name)
      return bytes && { bytes, type: typeOf(name)! }
    },
    async remove(name) {
      files.delete(name)
    },
  }
}
