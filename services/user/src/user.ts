/** How a person gave their name. */
export interface NameInput {
  first_name?: string
  last_name?: string
  name?: string
}

/** Names as they are kept: null is none, undefined is not said. */
export interface Names {
  first_name: string | null | undefined
  last_name: string | null | undefined
}

const tidy = (text: string) => text.trim().replace(/\s+/g, ' ') || null

/** `name` is split at its first space: the first word and the rest. A first or last name given beside it wins. */
export function splitName({ first_name, last_name, name }: NameInput): Names {
  const [first, ...rest] = name === undefined ? [] : name.trim().split(/\s+/)
  const split = name === undefined ? undefined : { first: tidy(first!), last: tidy(rest.join(' ')) }
  return {
    first_name: first_name === undefined ? split?.first : tidy(first_name),
    last_name: last_name === undefined ? split?.last : tidy(last_name),
  }
}
