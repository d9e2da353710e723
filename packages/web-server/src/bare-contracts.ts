import { join } from 'node:path'

/** What a client needs to know of an operation to ask it. */
const kept = new Set(['service', 'name', 'method', 'path', 'session', 'idempotent', 'body_types'])

interface Node {
  type: string
  start: number
  end: number
  [key: string]: unknown
}

interface Call extends Node {
  callee?: Node & { object?: Node }
  arguments?: Node[]
}

/** The outermost calls of a module that declare something: `operation({…})`, and schemas by `Type.…(…)`. */
function declarationsIn(node: unknown, found: Node[] = []): Node[] {
  if (Array.isArray(node)) for (const one of node) declarationsIn(one, found)
  else if (typeof node === 'object' && node !== null) {
    const { type, callee, arguments: given } = node as Call
    const isOperation = callee?.name === 'operation' && given?.[0]?.type === 'ObjectExpression'
    if (type === 'CallExpression' && isOperation) found.push(given[0]!)
    else if (type === 'CallExpression' && callee?.object?.name === 'Type') found.push(node as Node)
    else for (const value of Object.values(node)) declarationsIn(value, found)
  }
  return found
}

/** What a browser needs of it: of an operation its address, of a schema nothing. */
function bareText(declaration: Node, code: string): string {
  if (declaration.type === 'CallExpression')
    return `${code.slice(declaration.start, (declaration as Call).callee!.end)}()`
  const properties = declaration.properties as (Node & { key?: Node })[]
  const texts = properties
    .filter(({ type, key }) => type === 'SpreadElement' || kept.has(String(key?.name)))
    .map(({ start, end }) => code.slice(start, end))
  return `{ ${texts.join(', ')} }`
}

/**
 * Leaves out of the contracts what is not for browsers: schemas, descriptions, examples. The platform checks what it is
 * sent; a page needs the address of an operation, and types, which cost nothing. A plugin for Vite.
 */
export function bareContracts() {
  return {
    name: 'bare-contracts',
    enforce: 'post' as const,
    transform(this: { parse(code: string): unknown }, code: string, id: string) {
      if (!/packages\/contracts\/src\/[a-z-]+\.ts$/.test(id)) return
      let bare = code
      // From the end, so that the places before stay where they are.
      for (const declaration of declarationsIn(this.parse(code)).sort((a, b) => b.start - a.start)) {
        bare = bare.slice(0, declaration.start) + bareText(declaration, code) + bare.slice(declaration.end)
      }
      // What no page uses is left out, although it is made by a call. Marked where it stands: a list of names for the bundler
      // would hold everywhere, and `event.preventDefault()` is no declaration.
      const marked = bare.replaceAll(
        /(?<!function )\b(operation|event|page|nullable|Type\.\w+)\(/g,
        '/* @__PURE__ */ $&',
      )
      return { code: marked, map: null }
    },
  }
}

/** The module that stands in for TypeBox in a browser: an alias of `typebox` for Vite. */
export const withoutSchemas = join(import.meta.dirname, 'without-schemas.ts')

/** For Rolldown: what nobody uses of the contracts is left out, although declaring it is a call. */
export const treeshake = {
  moduleSideEffects: [{ test: /packages\/contracts/, sideEffects: false }],
  propertyReadSideEffects: false as const,
}
