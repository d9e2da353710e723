import { Problem } from '@shopfleet/contracts'

/** Refusals of the platform, by the fields of a form. */

export interface Told {
  fields: Record<string, string>
  /** What no field stands for. */
  message: string | undefined
}

/** What a form itself refuses before anything is sent. */
export class FieldErrors extends Error {
  readonly fields: Record<string, string>
  constructor(fields: Record<string, string>) {
    super('fields')
    this.fields = fields
  }
}

const fieldOf = (pointer: string) => pointer.replace(/^\/|^(query|params)\//, '').replaceAll('/', '.')
const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`

/** In words, for a line of its own. */
export function problemText(error: unknown): string {
  if (error instanceof Problem) {
    if (error.problem === 'too-many-requests') return 'Too many requests in a short time. Wait a moment and try again.'
    if (error.problem === 'unavailable')
      return `${error.detail ?? 'A part of the platform does not answer.'} Try again in a moment.`
    const first = error.errors?.[0]
    const where = first ? ` (${fieldOf(first.pointer)}: ${first.detail})` : ''
    return error.detail ? sentence(error.detail) + where : sentence(error.message) + where
  }
  if (error instanceof TypeError) return 'The platform cannot be reached. What you typed is still here.'
  return 'Something went wrong. What you typed is still here.'
}

/** What is said beside which field; `names` are the fields the form has. */
export function tell(error: unknown, names: readonly string[]): Told {
  if (error instanceof FieldErrors) return { fields: error.fields, message: undefined }
  const fields: Record<string, string> = {}
  const others: string[] = []
  if (error instanceof Problem && error.errors) {
    for (const { pointer, detail } of error.errors) {
      const path = fieldOf(pointer)
      const name = names.find(one => one === path) ?? names.find(one => path.startsWith(`${one}.`))
      if (name === undefined) others.push(`${path}: ${detail}`)
      else fields[name] ??= sentence(detail)
    }
    if (others.length > 0) return { fields, message: others.join(' · ') }
    return { fields, message: Object.keys(fields).length === 0 ? problemText(error) : undefined }
  }
  return { fields, message: problemText(error) }
}
