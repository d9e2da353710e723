// Reading of the plain archives PostgreSQL makes: files, folders and links, names of less than a hundred bytes.

export interface TarEntry {
  name: string
  kind: 'file' | 'folder' | 'link'
  mode: number
  size: number
}

export interface TarVisitor {
  entry(entry: TarEntry): void
  data(bytes: Buffer): void
  /** After the last byte of a file. */
  end(): void
}

const block = 512
const kinds: Record<string, TarEntry['kind']> = { '0': 'file', '\0': 'file', '5': 'folder', '2': 'link' }

function text(header: Buffer, from: number, length: number): string {
  const end = header.indexOf(0, from)
  return header.toString('utf8', from, end === -1 || end > from + length ? from + length : end)
}

/** Sizes beyond the octal digits are written in binary, with the first bit set. */
function number(header: Buffer, from: number, length: number): number {
  if ((header[from]! & 0x80) === 0) return Number.parseInt(text(header, from, length).trim() || '0', 8)
  let value = 0
  for (let i = from + 1; i < from + length; i++) value = value * 256 + header[i]!
  return value
}

function readHeader(header: Buffer): TarEntry {
  let sum = 0
  for (let i = 0; i < block; i++) sum += i >= 148 && i < 156 ? 32 : header[i]!
  if (sum !== number(header, 148, 8)) throw new Error('the archive is damaged: the checksum of a header is wrong')
  const kind = kinds[String.fromCharCode(header[156]!)]
  const name = text(header, 0, 100)
  if (!kind) throw new Error(`the archive holds something that is neither file nor folder: ${name}`)
  const isSafe = name !== '' && !name.startsWith('/') && !name.split(/[/\\]/).includes('..')
  if (!isSafe) throw new Error(`the archive holds a name that leads out of it: ${name}`)
  return { name, kind, mode: number(header, 100, 8), size: kind === 'file' ? number(header, 124, 12) : 0 }
}

/** Reads an archive to its end. Throws when it is cut off. */
export async function readTar(chunks: AsyncIterable<Buffer>, visitor: TarVisitor): Promise<void> {
  let rest = Buffer.alloc(0)
  let left = 0
  let padding = 0
  let ended = false
  for await (const chunk of chunks) {
    if (ended) continue
    let bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    rest = Buffer.alloc(0)
    while (bytes.length > 0 && !ended) {
      if (left > 0) {
        const piece = bytes.subarray(0, left)
        visitor.data(piece)
        left -= piece.length
        bytes = bytes.subarray(piece.length)
        if (left === 0) visitor.end()
      } else if (padding > 0) {
        const skipped = Math.min(padding, bytes.length)
        padding -= skipped
        bytes = bytes.subarray(skipped)
      } else if (bytes.length < block) {
        rest = Buffer.from(bytes)
        break
      } else {
        const header = bytes.subarray(0, block)
        bytes = bytes.subarray(block)
        if (header.every(byte => byte === 0)) {
          ended = true
          break
        }
        const entry = readHeader(header)
        left = entry.size
        padding = (block - (entry.size % block)) % block
        visitor.entry(entry)
        if (entry.kind === 'file' && entry.size === 0) visitor.end()
      }
    }
  }
  if (left > 0 || padding > 0 || rest.length > 0) throw new Error('the archive is cut off')
}
