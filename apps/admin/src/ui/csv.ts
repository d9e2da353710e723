/** Tables as files for spreadsheets (RFC 4180). */

/** A cell. What a spreadsheet would take for a formula is marked as text. */
export function csvCell(value: unknown): string {
  const text = value === null || value === undefined ? '' : String(value)
  const isNumber = typeof value === 'number'
  const safe = !isNumber && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export const csvOf = (rows: readonly (readonly unknown[])[]): string =>
  `${rows.map(row => row.map(csvCell).join(',')).join('\r\n')}\r\n`

/** Hands the browser a file to save. */
export function saveFile(name: string, contents: string | Blob, type = 'text/csv;charset=utf-8'): void {
  // Excel takes a file for UTF-8 only if it says so at the beginning.
  const blob =
    typeof contents === 'string'
      ? new Blob([type.startsWith('text/csv') ? '\uFEFF' : '', contents], { type })
      : contents
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
