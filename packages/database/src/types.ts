// How PostgreSQL's types read in JavaScript. Dates stay text: a row becomes a reply without a mapping layer.

function integer(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} does not fit a JavaScript number`)
  return value
}

/** `2026-11-20 12:39:19.099123+00` → `2026-11-20T12:39:19.099Z`. `infinity` and years BC pass unchanged. */
function instant(text: string): string {
  if (text.charCodeAt(4) !== 45 || !text.endsWith('+00')) return text
  const fraction = text.charCodeAt(19) === 46 ? text.slice(20, Math.min(23, text.length - 3)) : ''
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction.padEnd(3, '0')}Z`
}

function dateText(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value)
}

const text = (value: string): string => value

export const types = {
  int8: { to: 20, from: [20], serialize: String, parse: integer },
  timestamptz: { to: 1184, from: [1184], serialize: dateText, parse: instant },
  timestamp: { to: 1114, from: [1114], serialize: dateText, parse: text },
  date: { to: 1082, from: [1082], serialize: dateText, parse: text },
}
