import { type Operation, queryString } from '@shopfleet/contracts'
import { needsSignIn, type Schema, takesCartToken, takesOrderToken } from './reference.ts'
import { requiredSample } from './schema-text.ts'

/** The curl line of an operation, to be pasted into a shell. Pure. */

/** Real ids of the shop at hand, by the name a contract gives them; absent ones become placeholders. */
export interface KnownIds {
  product_id?: string
  category_id?: string
  image_name?: string
}

export interface CurlExample {
  text: string
  /** What has to be replaced before it works, in the order it occurs. */
  placeholders: string[]
}

/** Characters a shell leaves alone between single quotes. */
const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

export function curlExample(operation: Operation, baseUrl: string, ids: KnownIds): CurlExample {
  const placeholders = new Set<string>()
  const path = operation.path.replace(/:([a-z_]+)/g, (_, name: string) => {
    const given = operation.example?.params?.[name] ?? realId(operation, name, ids)
    if (given !== undefined) return encodeURIComponent(given)
    const placeholder = placeholderOf(operation.path, name)
    placeholders.add(placeholder)
    return placeholder
  })
  const url = baseUrl + path + queryString(operation.example?.query)
  const lines = [operation.method === 'GET' ? `curl ${quote(url)}` : `curl -X ${operation.method} ${quote(url)}`]
  if (needsSignIn(operation.auth)) lines.push('-H "Authorization: Bearer $TOKEN"')
  // An empty variable makes curl leave the header out, so this works before there is a token as well.
  if (takesCartToken(operation)) lines.push('-H "X-Cart-Token: $CART_TOKEN"')
  if (takesOrderToken(operation)) lines.push('-H "X-Order-Token: $ORDER_TOKEN"')
  if (operation.idempotent) lines.push('-H "Idempotency-Key: my-key-$(date +%s)"')
  const body = operation.body_types ? undefined : bodyOf(operation, ids)
  if (operation.body_types) {
    lines.push(`-H 'Content-Type: ${operation.body_types[0]}'`, '--data-binary @FILE')
    placeholders.add('FILE')
  }
  if (body !== undefined) {
    for (const [word] of body.matchAll(/"[A-Z][A-Z_]{2,}"/g)) if (word !== '"USD"') placeholders.add(word.slice(1, -1))
    lines.push("-H 'Content-Type: application/json'", `-d ${quote(body)}`)
  }
  if (operation.reply_type?.startsWith('image/')) lines.push(`-o ${quote('picture.svg')}`)
  return { text: lines.join(' \\\n  '), placeholders: [...placeholders] }
}

/** Reads and changes are shown on something real; nothing real is deleted by pasting a line. */
function realId(operation: Operation, param: string, ids: KnownIds): string | undefined {
  if (operation.method === 'DELETE') return undefined
  if (param === 'product_id') return ids.product_id
  if (operation.path.startsWith('/api/products/:id')) return ids.product_id
  if (operation.service !== 'product') return param === 'provider' ? 'simulator' : undefined
  if (operation.path.startsWith('/api/categories/:id')) return ids.category_id
  return operation.path.startsWith('/api/images/') ? ids.image_name : undefined
}

/** `/api/orders/:id` → ORDER_ID, `:user_id` → USER_ID. */
function placeholderOf(path: string, param: string): string {
  if (param !== 'id') return param.toUpperCase()
  const [, noun = 'thing'] = /([a-z-]+)\/:id/.exec(path) ?? []
  return `${noun.replace(/ies$/, 'y').replace(/s$/, '').replaceAll('-', '_')}_id`.toUpperCase()
}

function bodyOf(operation: Operation, ids: KnownIds): string | undefined {
  if (operation.body === undefined) return undefined
  const real: Record<string, string> = ids.product_id === undefined ? {} : { product_id: ids.product_id }
  const schema = operation.body as Schema
  const body = operation.example?.body ?? requiredSample(schema, real)
  if (operation.body_optional && Object.keys(body as object).length === 0) return undefined
  if (Object.keys(body as object).length === 0 && 'items' in (schema.properties ?? {})) {
    return JSON.stringify({ items: [{ product_id: ids.product_id ?? 'PRODUCT_ID', quantity: 1 }] })
  }
  return JSON.stringify(body).replaceAll('{product_id}', ids.product_id ?? 'PRODUCT_ID')
}
