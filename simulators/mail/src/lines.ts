import type { FileHandle } from 'node:fs/promises'

export type TextLine = { text: string; start: number; end: number; complete: boolean }

/**
 * Reads a file line by line from a byte offset, with each line's place in bytes. A last line without its newline comes
 * with `complete: false`.
 */
export async function* readLines(file: FileHandle, offset: number): AsyncGenerator<TextLine> {
  const chunk = Buffer.allocUnsafe(256 * 1024)
  let rest: Buffer = Buffer.alloc(0)
  let start = offset
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, start + rest.length)
    if (bytesRead === 0) break
    const data = Buffer.concat([rest, chunk.subarray(0, bytesRead)])
    let from = 0
    for (let to = data.indexOf(10); to !== -1; to = data.indexOf(10, from)) {
      const end = start + to - from + 1
      yield { text: data.toString('utf8', from, to), start, end, complete: true }
      start = end
      from = to + 1
    }
    rest = data.subarray(from)
  }
  if (rest.length) yield { text: rest.toString('utf8'), start, end: start + rest.length, complete: false }
}
