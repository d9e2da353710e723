/** Markup as values: whatever is put into a template is escaped, unless it is markup itself. */

export interface Html {
  readonly text: string
}

type Part = Html | string | number | false | null | undefined

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string) => text.replace(/[&<>"']/g, char => entities[char]!)

/** Text that is markup already. */
export const raw = (text: string): Html => ({ text })

export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  let text = strings[0]!
  parts.forEach((part, i) => {
    if (typeof part === 'object' && part !== null) text += part.text
    else if (part !== false && part !== undefined && part !== null) text += escaped(String(part))
    text += strings[i + 1]
  })
  return { text }
}

export const join = (parts: Html[]): Html => ({ text: parts.map(part => part.text).join('') })
