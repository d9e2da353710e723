import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'

/** What a run has kept: a folder, or in tests the same files in memory. */
export interface Evidence {
  has(path: string): boolean
  /** Names in a folder; none if there is no such folder. */
  list(folder: string): string[]
  /** A file of one JSON value; undefined if there is none. */
  json<T>(path: string): T | undefined
  /** The lines of a file, one at a time; none if there is no such file. */
  lines(path: string): Iterable<string>
}

const chunkBytes = 1 << 20

export function openFolder(folder: string): Evidence {
  const at = (path: string) => join(folder, path)
  return {
    has: path => existsSync(at(path)),
    list: path => (existsSync(at(path)) ? readdirSync(at(path)).sort() : []),
    json: path => (existsSync(at(path)) ? JSON.parse(readFileSync(at(path), 'utf8')) : undefined),
    lines: path => (existsSync(at(path)) ? linesOf(at(path)) : []),
  }
}

/** Reads a file in pieces: a long run's history is larger than a string can be. */
function* linesOf(path: string): Generator<string> {
  const file = openSync(path, 'r')
  try {
    const chunk = Buffer.allocUnsafe(chunkBytes)
    let rest: Buffer = Buffer.alloc(0)
    for (;;) {
      const count = readSync(file, chunk, 0, chunk.length, null)
      if (count === 0) break
      const data = rest.length > 0 ? Buffer.concat([rest, chunk.subarray(0, count)]) : chunk.subarray(0, count)
      let from = 0
      for (let to = data.indexOf(10); to !== -1; to = data.indexOf(10, from)) {
        if (to > from) yield data.toString('utf8', from, to)
        from = to + 1
      }
      rest = Buffer.from(data.subarray(from))
    }
    if (rest.length > 0) yield rest.toString('utf8')
  } finally {
    closeSync(file)
  }
}

/** The JSON values of a file of lines. */
export function* rowsOf<T>(evidence: Evidence, path: string): Generator<T> {
  for (const { value } of parsedLines<T>(evidence, path)) yield value
}

/**
 * The lines of a file with the JSON values they are. A last line that is cut off was being written when its writer died: it
 * counts for nothing. One that is damaged anywhere else is no evidence at all, and throws.
 */
export function* parsedLines<T>(evidence: Evidence, path: string): Generator<{ value: T; text: string }> {
  let torn: number | undefined
  let n = 0
  for (const text of evidence.lines(path)) {
    n++
    if (torn !== undefined) throw new Error(`${path}: line ${torn} is no JSON`)
    let value: T
    try {
      value = JSON.parse(text)
    } catch {
      torn = n
      continue
    }
    yield { value, text }
  }
}

/** Files in memory: arrays stand for files of JSON lines, strings for text, anything else for one JSON value. */
export function inMemory(files: Record<string, unknown>): Evidence {
  return {
    has: path => path in files || Object.keys(files).some(name => name.startsWith(`${path}/`)),
    list: folder => {
      const inside = Object.keys(files).filter(name => name.startsWith(`${folder}/`))
      return [...new Set(inside.map(name => name.slice(folder.length + 1).split('/')[0]!))]
    },
    json: path => structuredClone(files[path]) as never,
    *lines(path) {
      const file = files[path]
      if (Array.isArray(file)) for (const row of file) yield JSON.stringify(row)
      else if (typeof file === 'string') yield* file.split('\n').filter(Boolean)
    },
  }
}
