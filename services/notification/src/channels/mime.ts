import { encode } from 'nodemailer/lib/base64'
import MimeNode, { type MimeNodeHeaderMap } from 'nodemailer/lib/mime-node'

export interface Mime {
  headers: MimeNodeHeaderMap
  text: string
  html: string
  /** Names the message among all: what parts it, and what it is called again, comes of it. */
  id: string
}

/**
 * A message of a text and the same as HTML, as it goes over the wire (RFC 2045, 2046, 5322): every byte is of ASCII and
 * no line is longer than 76, so no server on its way has a reason to change it. The head is the library's, which knows
 * how names, subjects and addresses of any script are written there, and what stands on the envelope. The parts are put together here:
 * through the library's streams the two cost twice as much as all the rest of sending.
 */
export function writeMime({ headers, text, html, id }: Mime): { head: MimeNode; raw: string } {
  // No line of base64 has a `_`, so none can be taken for it.
  const boundary = `=_${id}`
  const head = new MimeNode(`multipart/alternative; boundary="${boundary}"`).addHeader(headers)
  const raw = [
    ...[head.buildHeaders(), ''],
    ...[`--${boundary}`, ...part('text/plain', text)],
    ...[`--${boundary}`, ...part('text/html', html)],
    ...[`--${boundary}--`, ''],
  ].join('\r\n')
  return { head, raw }
}

const part = (type: string, content: string) => [
  `Content-Type: ${type}; charset=utf-8`,
  ...['Content-Transfer-Encoding: base64', ''],
  // The lines of a text end so, whatever it was written on.
  ...linesOf(encode(content.replace(/\r?\n/g, '\r\n'))),
]

/** The library cuts by a regular expression, which takes six times as long. */
function linesOf(text: string): string[] {
  const lines: string[] = []
  for (let at = 0; at < text.length; at += 76) lines.push(text.slice(at, at + 76))
  return lines
}
