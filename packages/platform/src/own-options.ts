import { parseArgs } from 'node:util'

type Values<T> = { [K in keyof T]?: T[K] extends 'boolean' ? boolean : string }

/** Takes a program's own options out of its arguments; the rest are those of npm start. */
export function takeOptions<T extends Record<string, 'string' | 'boolean'>>(
  args: string[],
  own: T,
): { values: Values<T>; rest: string[] } {
  const options = Object.fromEntries(Object.entries(own).map(([name, type]) => [name, { type }]))
  const { values, tokens } = parseArgs({ args, options, strict: false, tokens: true })
  const taken = new Set<number>()
  for (const token of tokens) {
    if (token.kind !== 'option' || !(token.name in own)) continue
    taken.add(token.index)
    if (token.value !== undefined && !token.inlineValue) taken.add(token.index + 1)
  }
  const found = Object.entries(values).filter(([name]) => name in own)
  return { values: Object.fromEntries(found) as Values<T>, rest: args.filter((_, index) => !taken.has(index)) }
}
