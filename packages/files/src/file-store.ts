/** A file as it is read back. */
export interface KeptFile {
  bytes: Buffer
  /** Media type, from the name. */
  type: string
}

/**
 * Where files lie, under names that are made of their content: writing one twice is writing it once, and what lies under
 * a name never changes. Names are lower-case letters, digits and hyphens with an ending (`<hash>-640.webp`).
 */
export interface FileStore {
  /** Writes a file; when it answers, the file survives a crash. Throws `Unavailable` when it cannot be written. */
  put(name: string, bytes: Uint8Array): Promise<void>
  /** Undefined if there is none. Throws `Unavailable` when nobody can tell. */
  find(name: string): Promise<KeptFile | undefined>
  /** Deletes a file; it is no error that there is none. Throws `Unavailable` when it cannot be deleted. */
  remove(name: string): Promise<void>
}

const types: Record<string, string> = {
  webp: 'image/webp',
  avif: 'image/avif',
  png: 'image/png',
  jpg: 'image/jpeg',
  csv: 'text/csv; charset=utf-8',
}
const namePattern = /^[a-z0-9][a-z0-9-]{1,150}\.([a-z0-9]{1,8})$/

/** The media type of a file's name; undefined where it is no name of a file kept here. No such name leads elsewhere. */
export function typeOf(name: string): string | undefined {
  const [, ending] = namePattern.exec(name) ?? []
  return ending === undefined ? undefined : types[ending]
}

/** The media type of a name our own code made. Throws a TypeError for any other. */
export function checkedTypeOf(name: string): string {
  const type = typeOf(name)
  if (type === undefined) throw new TypeError(`${JSON.stringify(name)} is no name of a file`)
  return type
}
