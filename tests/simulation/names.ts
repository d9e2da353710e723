import type { Reply } from '@shopfleet/service-kit'

/** An id by its last digits. */
export const short = (id: string): string => (/^0{8}-/.test(id) ? `#${id.replace(/^.*-0*/, '')}` : id)

/** A value on one line, ids shortened. */
export function brief(value: unknown): string {
  const body =
    value !== null && typeof value === 'object' && 'status' in value && 'headers' in value
      ? (value as Reply<any>).body
      : value
  const text = JSON.stringify(body, (key, member) => (key === 'items' || key === 'caller' ? undefined : member)) ?? ''
  return text.replace(/0{8}-0000-7000-8000-0*([0-9a-f]+)/g, '#$1').slice(0, 220)
}
