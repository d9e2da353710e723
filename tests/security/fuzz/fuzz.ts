import { createHmac, randomUUID } from 'node:crypto'
import {
  commonProblems,
  fillPath,
  isForServices,
  isPublic,
  type Operation,
  type ProblemName,
  problems,
  queryString,
  type ServiceName,
} from '@shopfleet/contracts'
import { allOperations } from '@shopfleet/platform/authorisation'
import * as fc from 'fast-check'
import { bearer, everyone, type Headers, type World } from '../world.ts'
import { createMemory, type Memory } from './memory.ts'
import { good, Ref, type Schema, wrongs } from './schema.ts'

/*
 * Requests made from the contracts, good ones and wrong ones, by people and services, one after another: what answers
 * teach is asked for next. Whatever is sent, no answer is a fault of ours or one the contract does not declare, and
 * what the contract allows is not refused as invalid.
 */

export interface Fault {
  what: string
  request: string
  answer: string
}
export interface FuzzResult {
  seed: number
  requests: number
  statuses: Record<string, number>
  /** Answers that said the machine has too much to do: no fault, but few of them may be. */
  shed: number
  /** How many there are, by name. */
  operations: number
  /** Those that were not done even once, but refused each time. */
  never: string[]
  learnt: number
  faults: Fault[]
}

/** One request to be made: what of it is wrong, if anything is. */
interface Plan {
  kind: 'good' | 'wrong body' | 'wrong query' | 'wrong path' | 'broken JSON' | 'wrong type'
  who: string
  params: unknown
  query: unknown
  body: unknown
  nth: number
  headers: { idempotency: number; cart: number; order: number }
}

const asObject = (schema: unknown) => (schema ?? { type: 'object', properties: {} }) as Schema

function planOf(operation: Operation): fc.Arbitrary<Plan> {
  const kinds: Plan['kind'][] = ['good', 'good', 'good', 'good', 'good', 'good']
  if (operation.body_types) kinds.push('wrong type')
  else if (operation.body) kinds.push('wrong body', 'wrong body', 'broken JSON', 'wrong type')
  if (operation.query && wrongs(asObject(operation.query), 'query').length > 0) kinds.push('wrong query')
  if (operation.params) kinds.push('wrong path')
  const people = ['owner', 'other', 'anonymous', 'admin', 'admin', 'support', 'analyst']
  const services = ['named', 'named', 'named', 'named', 'stranger', 'anonymous', 'admin']
  return fc.record(
    {
      kind: fc.constantFrom(...kinds),
      who: fc.constantFrom(...(isForServices(operation.auth) ? services : people)),
      params: operation.params ? good(operation.params as Schema) : fc.constant(undefined),
      query: operation.query ? good(operation.query as Schema) : fc.constant(undefined),
      body: operation.body && !operation.body_types ? good(operation.body as Schema) : fc.constant(undefined),
      nth: fc.nat(),
      headers: fc.record({ idempotency: fc.nat(8), cart: fc.nat(), order: fc.nat() }),
    },
    { noNullPrototype: true },
  )
}

/** Of fields that say the same, or exclude each other, one is given: both at once is refused by rules of its own. */
const exclusive = [
  ['stock', 'stock_quantity'],
  ['category_id', 'category'],
  ['images', 'image_url'],
  ['items', 'product_id', 'cart_id'],
]

function sensible(operation: Operation, body: unknown, nth: number): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  const rest: Record<string, unknown> = { ...body }
  const fields = asObject(operation.body).properties ?? {}
  for (const group of exclusive) {
    if (!group.every(name => Object.hasOwn(fields, name))) continue
    const given = group.filter(name => Object.hasOwn(rest, name))
    for (const name of given) if (name !== given[nth % given.length]) delete rest[name]
  }
  if (operation.name !== 'placeOrder') return rest
  // For oneself, and as many as there may be: most orders are.
  if (nth % 5 !== 0) for (const name of ['user_id', 'expected_total']) delete rest[name]
  if (!Object.hasOwn(rest, 'product_id')) delete rest.quantity
  if (nth % 5 !== 0 && Object.hasOwn(rest, 'payment_method')) rest.payment_method = 'tok_approve'
  return rest
}

/** What would end the work of a whole role or person is asked for seldom. */
const seldom = new Set([
  'deleteAccount',
  'logoutAll',
  'deleteUser',
  'setUserRole',
  'deleteRole',
  'updateRole',
  'updateUser',
])

export async function fuzz(
  world: World,
  options: { requests: number; seed: number; maxFaults?: number },
): Promise<FuzzResult> {
  const { seed, requests, maxFaults = 20 } = options
  const operations = allOperations.filter(operation => everyone.includes(operation.service))
  const plans = new Map(operations.map(operation => [operation, planOf(operation)]))
  const memory = createMemory()
  memory.add('products', world.product.id)
  const people = await gather(world)
  for (const session of people.sessions.values()) memory.add('users', session.user.id)
  const succeeded = new Set<string>()
  const statuses: Record<string, number> = {}
  const faults: Fault[] = []
  let shed = 0
  let done = 0

  for (let turn = 0; done < requests && faults.length < maxFaults; turn++) {
    // Each turn every operation once, in another order.
    const all = { minLength: operations.length, maxLength: operations.length }
    const [order] = fc.sample(fc.shuffledSubarray(operations, all), { seed: seed + turn, numRuns: 1 })
    for (const [i, operation] of order!.entries()) {
      if (done >= requests || faults.length >= maxFaults) break
      if (seldom.has(operation.name) && turn % 10 !== 3) continue
      const [plan] = fc.sample(plans.get(operation)!, { seed: seed + turn * 1009 + i, numRuns: 1 })
      const sent = await send(world, operation, plan!, memory, people)
      done++
      statuses[sent.status] = (statuses[sent.status] ?? 0) + 1
      if (sent.status === 503) shed++
      const what = faultIn(operation, sent)
      if (what) faults.push({ what, request: sent.request, answer: `${sent.status} ${sent.text.slice(0, 500)}` })
      if (sent.status < 300) {
        succeeded.add(operation.name)
        memory.learn(operation, sent.body)
      }
      if (sent.status === 401 && sent.who !== 'anonymous') await people.renew(sent.who)
    }
    // What follows from requests happens too, and brings more to ask for. The admin service would compare all services
    // each time.
    if (turn % 5 === 0) for (const name of everyone) if (name !== 'admin') await world.platform.service(name).drain()
  }
  return {
    seed,
    requests: done,
    statuses,
    shed,
    operations: new Set(operations.map(operation => operation.name)).size,
    never: [...new Set(operations.map(operation => operation.name))].filter(name => !succeeded.has(name)),
    learnt: memory.known(),
    faults,
  }
}

async function gather(world: World) {
  const roles: Record<string, string> = {
    owner: 'customer',
    other: 'customer',
    admin: 'admin',
    support: 'support',
    analyst: 'analyst',
  }
  const sessions = new Map<string, Awaited<ReturnType<World['join']>>>()
  for (const [who, role] of Object.entries(roles)) sessions.set(who, await world.joinAs(role))
  return {
    sessions,
    /** Somebody in the place of one whose session has ended. */
    async renew(who: string) {
      if (!sessions.has(who)) return
      const role = roles[who]!
      const [row] = await world.platform.sql('user')`select 1 from roles where name = ${role}`
      sessions.set(who, await world.joinAs(row ? role : 'customer'))
    },
  }
}

interface Sent extends Pick<Plan, 'kind' | 'who'> {
  status: number
  text: string
  body: any
  type: string
  request: string
  door: ServiceName
}

async function send(
  world: World,
  operation: Operation,
  plan: Plan,
  memory: Memory,
  people: Awaited<ReturnType<typeof gather>>,
): Promise<Sent> {
  const { who } = plan
  const fill = (value: unknown) => memory.fill(operation, value)
  const { kind } = plan
  let params = fill(plan.params) as Record<string, unknown> | undefined
  let query = fill(plan.query) as Record<string, unknown> | undefined
  let body = fill(sensible(operation, plan.body, plan.nth))
  if (kind === 'wrong query')
    query = pick(wrongs(asObject(operation.query), 'query'), plan.nth)(query ?? {}) as typeof query
  if (kind === 'wrong body')
    body = pick(wrongs(asObject(operation.body), 'body'), plan.nth)((body ?? {}) as Record<string, unknown>)
  if (kind === 'wrong path') {
    const wrong = pick(['1', 'x'.repeat(240), "' or 1=1 --", '%00', '../x', '☃', '[object Object]'], plan.nth)
    const [name] = Object.keys(params ?? {})
    params = { ...params, [name!]: wrong }
  }
  // These make it another path, and are no names.
  for (const [name, value] of Object.entries(params ?? {}))
    if (/^\.{0,2}$/.test(String(value))) params = { ...params, [name]: 'dots' }
  if (operation.body_optional && body !== undefined && plan.nth % 3 === 0 && kind === 'good') body = undefined

  const door: ServiceName = isPublic(operation) && plan.nth % 4 !== 0 ? 'gateway' : operation.service
  const headers: Headers = { accept: 'application/json', 'x-correlation-id': `fuzz-${randomUUID()}` }
  const session = people.sessions.get(who)
  if (session) Object.assign(headers, bearer(session))
  if (who === 'named' || who === 'stranger') Object.assign(headers, await serviceHeaders(world, operation, who))
  if (plan.headers.idempotency === 1) headers['idempotency-key'] = randomUUID()
  if (plan.headers.idempotency === 2) headers['idempotency-key'] = `k${plan.nth % 5}`
  const { cart, order } = plan.headers
  if (cart % 3 === 0) headers['x-cart-token'] = String(fill(new Ref('cart_token', cart)))
  if (order % 3 === 0) headers['x-order-token'] = String(fill(new Ref('order_token', order)))

  let text = body === undefined ? undefined : JSON.stringify(body)
  if (text !== undefined) headers['content-type'] = 'application/json'
  const file = operation.body_types && pick(fileOf(operation.body_types), plan.nth)
  if (file) headers['content-type'] = pick(operation.body_types!, plan.nth)
  if (kind === 'broken JSON')
    text = pick(['{', `${text}x`, '{"a":01}', '\ufeff{', '{"a":"\u0001"}', `${text},`], plan.nth)
  if (kind === 'wrong type')
    headers['content-type'] = pick(['text/plain', 'application/xml', 'multipart/form-data'], plan.nth)
  if (operation.name === 'receiveWebhook' && kind !== 'wrong path' && plan.nth % 3 !== 0) {
    params = { provider: 'simulator' }
    headers['x-simulator-signature'] = signatureOf(text ?? '', world.platform.env('payment').WEBHOOK_SECRET!)
  }
  const path = fillPath(operation.path, params) + queryString(query ?? {})
  const response = await fetch(world.platform.url(door) + path, {
    method: operation.method,
    headers,
    body: operation.method === 'GET' ? undefined : (file ?? text),
    redirect: 'manual',
  })
  const answer = await response.text()
  const type = response.headers.get('content-type') ?? ''
  const shown = Object.entries(headers).map(
    ([name, value]) => `${name}: ${/^(authorization|x-service-token)$/.test(name) ? who : value}`,
  )
  return {
    kind,
    who,
    status: response.status,
    text: answer,
    body: type.includes('json') && answer ? JSON.parse(answer) : undefined,
    type,
    door,
    request: `${kind} by ${who} at ${door}: ${operation.method} ${path.slice(0, 300)} [${shown.join('; ')}] ${text?.slice(0, 1500) ?? ''}`,
  }
}

/** A picture of one point, and a table of one product. */
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
/** A good file of one of the types, more often than what only says that it is one. */
function fileOf(types: readonly string[]): (string | Uint8Array<ArrayBuffer>)[] {
  const right = types.includes('text/csv')
    ? `name,sku,price\nThing,F-${randomUUID()},1.50\n`
    : Uint8Array.from(Buffer.from(png, 'base64'))
  return [right, right, right, 'x', '\0\xff', '{"a":1}']
}

const pick = <T>(list: readonly T[], nth: number): T => list[nth % list.length]!

/** The provider's, so that what it may tell is read as well. */
function signatureOf(body: string, secret: string): string {
  const t = Math.floor(Date.now() / 1000)
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`
}

async function serviceHeaders(world: World, { auth, service }: Operation, who: string): Promise<Headers> {
  const named = typeof auth === 'object' && 'service' in auth ? auth.service : everyone
  const from =
    who === 'named'
      ? everyone.find(one => one !== service && named.includes(one))
      : everyone.find(one => one !== service && !named.includes(one))
  return world.asService(from ?? (service === 'order' ? 'cart' : 'order'), service)
}

/** What the gateway may say beside a service, of any operation. */
const ofGateway: ProblemName[] = [
  'too-many-requests',
  'unavailable',
  'not-found',
  'method-not-allowed',
  'token-expired',
  'forbidden',
]

/** What is wrong with an answer; undefined where nothing is. */
function faultIn(operation: Operation, { status, body, type, kind, door, text }: Sent): string | undefined {
  const declared = new Set<ProblemName>([...(operation.problems ?? []), ...commonProblems(operation)])
  if (status < 400) {
    if (!Object.keys(operation.replies).map(Number).includes(status))
      return `${operation.name}: ${status} is not declared`
    return kind === 'good' || kind === 'wrong path' ? undefined : `${operation.name}: ${kind} was taken`
  }
  const name = String(body?.type ?? '')
    .split('/')
    .at(-1) as ProblemName
  if (!type.startsWith('application/problem+json'))
    return `${operation.name}: ${status} as ${type || 'nothing'}: ${text.slice(0, 80)}`
  if (problems[name]?.status !== status) return `${operation.name}: ${status} says ${name}`
  if (status >= 500) return status === 503 ? undefined : `${operation.name}: ${status}`
  // A path that is wrong may be the path of nothing at all.
  const isElsewhere =
    kind === 'wrong path' && (name === 'not-found' || name === 'validation-failed' || name === 'method-not-allowed')
  const isDeclared = declared.has(name) || isElsewhere || (door === 'gateway' && ofGateway.includes(name))
  if (!isDeclared) return `${operation.name}: ${name} is not declared`
  const isRefusedAsInvalid =
    name === 'malformed-json' || name === 'validation-failed' || name === 'unsupported-media-type'
  if (kind === 'good' && isRefusedAsInvalid && !operation.problems?.includes('validation-failed'))
    return `${operation.name}: what its schema allows was refused`
  return undefined
}
