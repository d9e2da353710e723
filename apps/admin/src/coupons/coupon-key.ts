export const couponsKey = ['coupons'] as const

/** A number somebody typed, as the platform takes it: what is none is sent as it is, to be complained about. */
export const numberIn = (typed: string): number | undefined => (typed.trim() === '' ? undefined : Number(typed))

/** The moment of a date field, by the clock of whoever typed it; null where it is empty. */
export const momentIn = (typed: string): string | null => (typed === '' ? null : new Date(typed).toISOString())

/** A moment for a date field. */
export function typedOf(at: string | null): string {
  if (at === null) return ''
  const date = new Date(at)
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
