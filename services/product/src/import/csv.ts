import { Readable } from 'node:stream'
import { Problem } from '@shopfleet/contracts'
import { CsvError, parse } from 'csv-parse'

/** Rows of a CSV file, and the text of one. */

export interface CsvRow {
  /** Where it begins in the file, from 1. */
  line: number
  cells: string[]
}

const pieceBytes = 64 * 1024
const maxCell = 100_000

const unreadable = (detail: string) => new Problem('validation-failed', { errors: [{ pointer: '', detail }] })

/** Spreadsheets of some languages part cells by semicolons, and others by tabs: what the header has most of. */
function delimiterOf(header: string): string {
  const count = (sign: string) => header.split(sign).length
  return [',', ';', '\t'].reduce((best, sign) => (count(sign) > count(best) ? sign : best))
}

/** The file's text, checked to be UTF-8. */
function textOf(bytes: Uint8Array): Buffer {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw unreadable('must be text in UTF-8; a spreadsheet offers it as “CSV UTF-8”')
  }
  if (bytes.includes(0)) throw unreadable('must not contain NUL')
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

function* piecesOf(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes)
}

/** The parser's own count takes an end of line within a cell for two, where it is two characters. */
function linesIn(bytes: Buffer, from: number, to: number): number {
  let lines = 0
  for (let at = from; at < to; at++) {
    const isEnd = bytes[at] === 10 || (bytes[at] === 13 && bytes[at + 1] !== 10)
    if (isEnd) lines++
  }
  return lines
}

/**
 * The rows of a file one by one, empty ones left out. A comma, semicolon or tab parts cells, as the first line does it.
 * Throws `validation-failed` for what is no such file, with the line.
 */
export async function* rowsOf(file: Uint8Array): AsyncGenerator<CsvRow & { delimiter: string }> {
  const bytes = textOf(file)
  const end = bytes.indexOf('\n')
  const delimiter = delimiterOf(bytes.toString('utf8', 0, end === -1 ? bytes.length : end))
  const parser = parse({
    bom: true,
    delimiter,
    info: true,
    relax_column_count: true,
    max_record_size: 20 * maxCell,
  })
  const rows = Readable.from(piecesOf(bytes)).pipe(parser)
  let line = 1
  let begins = 0
  try {
    for await (const { record, info } of rows as AsyncIterable<{ record: string[]; info: { bytes: number } }>) {
      if (record.some(cell => cell.trim() !== '')) yield { line, cells: record, delimiter }
      line += linesIn(bytes, begins, info.bytes)
      begins = info.bytes
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw unreadable(`cannot be read as CSV: ${error.message}`)
  }
}

/** What a spreadsheet takes for a formula, apostrophes before it included, and what `text` cells hold of such. */
const formula = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/
/** What an attribute's cell would be read as, were it not marked as text. */
const typed = /^'*(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?|true|false)?$/i

/** A text as a cell that no spreadsheet runs: with an apostrophe before it, where it needs one. */
export const guarded = (text: string): string => (formula.test(text) ? `'${text}` : text)
/** The text of such a cell. */
export const unguarded = (cell: string): string => (cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell)

export type AttributeValue = string | number | boolean

/** An attribute as a cell: text that looks like a number or a formula is marked as text by an apostrophe. */
export function attributeCell(value: AttributeValue | undefined): string {
  if (value === undefined) return ''
  if (typeof value !== 'string') return String(value)
  return formula.test(value) || typed.test(value) ? `'${value}` : value
}

/** The attribute of a cell; undefined for an empty one. What was text before stays text. */
export function attributeOf(cell: string, before: AttributeValue | undefined): AttributeValue | undefined {
  if (cell === '') return undefined
  if (cell.startsWith("'") && (formula.test(cell) || typed.test(cell))) return cell.slice(1)
  if (typeof before === 'string' || !typed.test(cell)) return cell
  return /^(true|false)$/i.test(cell) ? cell.toLowerCase() === 'true' : Number(cell)
}

const needsQuotes = /[",;\t\r\n]|^\s|\s$/

/** A line of CSV with its end. */
export const csvLine = (cells: readonly string[]): string =>
  `${cells.map(cell => (needsQuotes.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`
