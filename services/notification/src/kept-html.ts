import { readFileSync } from 'node:fs'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/*
 * The HTML of a letter as it is kept: compressed with what most letters say alike (docs/decisions/0024). 0.3 kB of 5 remain;
 * PostgreSQL, which knows one letter at a time, would make 2 of them and take longer.
 */

// A checkout may have changed the ends of its lines.
const read = (file: string) =>
  Buffer.from(readFileSync(new URL(`../data/${file}`, import.meta.url), 'utf8').replaceAll('\r', ''))

/** By number. A letter is read with the one it was kept with, so none of them ever changes. */
const dictionaries = new Map([[1, read('kept-html-1.txt')]])
/** What letters are kept with now. */
export const currentDictionary = 1

export const packHtml = (html: string): Buffer =>
  zstdCompressSync(html, { dictionary: dictionaries.get(currentDictionary)! })

/** `number`: the dictionary it was packed with. */
export const unpackHtml = (packed: Buffer, number: number): string =>
  zstdDecompressSync(packed, { dictionary: dictionaries.get(number)! }).toString()
