/**
 * What a message says, read from its bytes. Few that are caught are ever looked at, so on arrival only the head is read;
 * the body, most of the work, when somebody looks.
 */
import type { ParsedMail } from 'mailparser'
import type { Line, Message } from './journal.ts'

export type Head = Pick<Message, 'message_id' | 'subject' | 'headers'>
export type Body = Pick<Message, 'text' | 'html_bytes' | 'html'>

/** Characters of a message as it came: one for each byte, so that JSON keeps any bytes. */
export const toRaw = (bytes: Buffer): string => bytes.toString('latin1')
const toBytes = (raw: string): Buffer => Buffer.from(raw, 'latin1')

async function parse(bytes: Buffer): Promise<ParsedMail> {
  const { simpleParser } = await import('mailparser')
  return simpleParser(bytes, { skipHtmlToText: true, skipTextToHtml: true })
}

/** The head of a message: by hand if it is as plain as nearly all are, else by the library, which says the same. */
export async function readHead(raw: string): Promise<Head> {
  const end = /\r?\n\r?\n/.exec(raw)
  const head = end ? raw.slice(0, end.index) : raw
  return plainHead(head) ?? headOf(await parse(toBytes(`${head}\r\n\r\n`)))
}

/** Undefined where a word is encoded, a byte is none of ASCII, or a line is none of a head. */
function plainHead(head: string): Head | undefined {
  if (/[^\t\r\n -~]/.test(head)) return undefined
  const headers: Record<string, string> = Object.create(null)
  for (const line of head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const name = /^[!-9;-~]+(?=:)/.exec(line)?.[0]
    if (name === undefined) return undefined
    note(headers, name.toLowerCase(), line.slice(name.length + 1).trim())
  }
  const { subject = '', 'message-id': message_id = '' } = headers
  if (/=\?|\n/.test(subject) || !/^(<[^\s<>]+>)?$/.test(message_id)) return undefined
  return { message_id, subject, headers }
}

function headOf({ messageId, subject, headerLines }: ParsedMail): Head {
  const headers: Record<string, string> = Object.create(null)
  for (const { key, line } of headerLines) {
    const value = line
      .slice(line.indexOf(':') + 1)
      .replace(/\r?\n[ \t]+/g, ' ')
      .trim()
    note(headers, key, value)
  }
  return { message_id: messageId ?? '', subject: subject ?? '', headers }
}

function note(headers: Record<string, string>, key: string, value: string): void {
  headers[key] = key in headers ? `${headers[key]}\n${value}` : value
}

export async function readBody(raw: string): Promise<Body> {
  const mail = await parse(toBytes(raw))
  const html = mail.html || ''
  return { text: mail.text ?? '', html_bytes: Buffer.byteLength(html), ...(html ? { html } : {}) }
}

/** A line of the journal as a message. What cannot be read is shown as it came: it was taken, and is not to be hidden. */
export async function openLine(line: Line): Promise<Message> {
  if (!('raw' in line)) return line
  const { raw, repeats, ...head } = line
  const body = await readBody(raw).catch((): Body => ({ text: raw, html_bytes: 0 }))
  const { html, ...rest } = body
  return {
    ...head,
    ...rest,
    ...(repeats === undefined ? {} : { repeats }),
    ...(html === undefined ? {} : { html }),
  }
}
