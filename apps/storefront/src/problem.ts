import { Problem } from '@shopfleet/contracts'
import type { Language } from './language.ts'
import { fieldRules, problemTexts } from './texts/problems.ts'

/** What went wrong, in the words of the visitor's language: beside fields, and for the form as a whole. */
export interface Told {
  /** For the whole form or page; empty when every complaint belongs to a field. */
  message: string
  /** By the field's path in the body, with dots: `email`, `shipping_address.line1`. */
  fields: Record<string, string>
  /** To name when asking for help. */
  problem: Problem | undefined
}

const fieldOf = (pointer: string) =>
  pointer
    .replace(/^\//, '')
    .replace(/^(query|params)\//, '')
    .replaceAll('/', '.')

function sayField(detail: string, language: Language): string {
  for (const [pattern, say] of fieldRules) {
    const match = pattern.exec(detail)
    if (match) return say[language](...match.slice(1))
  }
  return detail
}

/** Puts an error into words. `shown` names the fields the form has: complaints about others go to the message. */
export function tellProblem(error: unknown, language: Language, shown?: readonly string[]): Told {
  const texts = problemTexts[language]
  if (!(error instanceof Problem)) {
    // A fetch that got no answer throws a TypeError, whatever the reason.
    const message = error instanceof TypeError ? texts.unreachable : texts.unexpected
    return { message, fields: {}, problem: undefined }
  }
  const fields: Record<string, string> = {}
  const rest: string[] = []
  for (const { pointer, detail } of error.errors ?? []) {
    const field = fieldOf(pointer)
    const text = sayField(detail, language)
    if (shown && !shown.includes(field)) rest.push(`${field}: ${text}`)
    else fields[field] ??= text
  }
  const general: Record<string, string> = texts.byName
  const hasFields = Object.keys(fields).length > 0
  const message = [hasFields ? '' : (general[error.problem] ?? error.detail ?? texts.unexpected), ...rest]
    .filter(Boolean)
    .join(' ')
  return { message, fields, problem: error }
}
