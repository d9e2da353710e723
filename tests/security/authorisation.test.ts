import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import {
  allOperations,
  expectedOnSocket,
  expectedVerdict,
  firstRoles,
  type MatrixCaller,
  matrixCallers,
  namesSomeonesThing,
  type Verdict,
} from '@shopfleet/platform/authorisation'
import { connectSocket } from '../../services/gateway/test/sockets.ts'
import { type Ask, fixtures } from './fixtures.ts'
import { bearer, createWorld, everyone, type Headers, type World } from './world.ts'

/*
 * Every operation, asked by everybody who might: each cell of docs/generated/authorisation.md, at the services
 * themselves, which trust nobody to have come through the gateway. The refused ask first, for one thing of the owner's;
 * it must then still be there for those who may.
 */

let world: World
before(async () => {
  world = await createWorld()
})
after(() => world?.platform.stop())

test('every operation has a request to try it with, and no request is for none', () => {
  const names = new Set(allOperations.map(operation => operation.name))
  assert.deepEqual(
    [...names].filter(name => !Object.hasOwn(fixtures, name)),
    [],
    'tests/security/fixtures.ts has nothing for these operations',
  )
  assert.deepEqual(
    Object.keys(fixtures).filter(name => !names.has(name)),
    [],
    'tests/security/fixtures.ts has something for operations that are gone',
  )
})

test('every operation says who may call it, and the compiler wants to know', () => {
  const silent = allOperations.filter(operation => operation.auth === undefined)
  assert.deepEqual(silent, [])
  // @ts-expect-error An operation without `auth` does not compile.
  api.operation({ service: 'user', name: 'x', method: 'GET', path: '/x', summary: '', replies: {} })
})

test('the roles of the shop are those the matrix speaks of', () => {
  const sorted = (roles: Record<string, readonly string[]>) =>
    Object.fromEntries(Object.entries(roles).map(([name, held]) => [name, held.toSorted()]))
  assert.deepEqual(sorted(world.roles), sorted(firstRoles))
})

const problemOf = (body: unknown) =>
  String((body as { type?: unknown })?.type ?? '')
    .split('/')
    .at(-1)
const verdictsOf: Record<Exclude<Verdict, 'allowed'>, [number, string]> = {
  unauthenticated: [401, 'unauthenticated'],
  forbidden: [403, 'forbidden'],
  absent: [404, 'not-found'],
  'invalid-token': [401, 'invalid-token'],
  'token-expired': [401, 'token-expired'],
}

/** The services an operation does not name; none, where it names all. */
const strangersOf = ({ auth, service }: api.Operation) =>
  everyone.filter(
    one => one !== service && !(typeof auth === 'object' && 'service' in auth && auth.service.includes(one)),
  )

async function headersOf(caller: MatrixCaller, operation: api.Operation): Promise<Headers | undefined> {
  const { auth, service } = operation
  const person = (session: api.Session) => bearer(session)
  switch (caller) {
    case 'anonymous':
      return {}
    case 'owner':
      return person(world.owner)
    case 'other customer':
      return person(world.other)
    case 'expired token':
      return person(world.expired)
    case 'revoked token':
      return person(world.revoked)
    case 'service named': {
      // Some are for one service alone, which may ask itself.
      const named = typeof auth === 'object' && 'service' in auth ? auth.service : strangersOf(operation)
      return world.asService(named.find(one => one !== service) ?? named[0]!, service)
    }
    case 'service not named': {
      const stranger = strangersOf(operation).at(-1)
      return stranger && world.asService(stranger, service)
    }
    case 'service for another':
      return world.asService('order', service === 'cart' ? 'user' : 'cart')
    default:
      return person(world.staff.get(caller.slice('role '.length))!)
  }
}

const roleOf = (caller: MatrixCaller) => (caller.startsWith('role ') ? caller.slice('role '.length) : 'customer')

/** An answer as text, without what differs between any two answers. */
const comparable = (answer: api.Answer<any>) => {
  const { instance: _i, correlation_id: _c, ...body } = answer.body
  const headers = Object.fromEntries(answer.headers)
  for (const name of ['date', 'x-correlation-id', 'content-length']) delete headers[name]
  return JSON.stringify({ status: answer.status, headers, body })
}

const ask = (operation: api.Operation, { params, query, body, headers }: Ask, as: Headers) =>
  world.platform.client(operation.service).send(operation, { params, query, body }, { ...as, ...headers })

async function refused(operation: api.Operation, verdict: Exclude<Verdict, 'allowed'>, input: Ask, as: Headers) {
  const { headers: _, ...rest } = input
  const answer = await ask(operation, rest, as)
  assert.deepEqual([answer.status, problemOf(answer.body)], verdictsOf[verdict])
  if (verdict !== 'absent') return
  const params = Object.fromEntries(Object.keys(input.params ?? {}).map(name => [name, randomUUID()]))
  const none = await ask(operation, { ...rest, params }, as)
  assert.equal(comparable(answer), comparable(none), 'what is not theirs is told from what is not there')
}

async function allowed(operation: api.Operation, input: Ask, as: Headers) {
  const answer = await ask(operation, input, as)
  const reached = input.reached ?? Object.keys(operation.replies).map(Number)
  assert.ok(reached.includes(answer.status), `${answer.status} ${JSON.stringify(answer.body)?.slice(0, 400)}`)
}

test('a cell that is answered otherwise is found', async () => {
  const getOrder = allOperations.find(operation => operation.name === 'getOrder')!
  const input = await fixtures.getOrder!(world, async () => world.owner)
  const [owner, other] = [bearer(world.owner), bearer(world.other)]
  await assert.rejects(refused(getOrder, 'absent', input, owner))
  await assert.rejects(refused(getOrder, 'forbidden', input, other))
  await assert.rejects(allowed(getOrder, input, other))
  await allowed(getOrder, input, owner)
  await refused(getOrder, 'absent', input, other)
})

for (const service of new Set(allOperations.map(operation => operation.service))) {
  describe(`${service}: who may do what`, () => {
    for (const operation of allOperations.filter(one => one.service === service)) {
      test(`${operation.method} ${operation.path}`, async () => {
        const fixture = fixtures[operation.name]!
        const wrong: string[] = []
        const nobody = () => Promise.resolve(world.owner)
        const cells = matrixCallers
          .map(caller => ({ caller, verdict: expectedVerdict(operation, caller, world.roles) }))
          .toSorted((a, b) => Number(a.verdict === 'allowed') - Number(b.verdict === 'allowed'))
        const first = cells.some(({ verdict }) => verdict !== 'allowed') ? await fixture(world, nobody) : {}
        for (const { caller, verdict } of cells) {
          const as = await headersOf(caller, operation)
          if (!as) continue
          try {
            if (verdict !== 'allowed') await refused(operation, verdict, first, as)
            else if (caller === 'owner' && namesSomeonesThing(operation)) await allowed(operation, first, as)
            else {
              const isPerson = as.authorization !== undefined && operation.auth !== 'public'
              const input = await fixture(world, isPerson ? () => world.joinAs(roleOf(caller)) : nobody)
              await allowed(operation, input, as)
            }
          } catch (error) {
            wrong.push(`${caller}: expected ${verdict}: ${(error as Error).message}`)
          }
        }
        assert.deepEqual(wrong, [])
      })
    }
  })
}

describe('sockets: who may follow what', () => {
  for (const channel of Object.keys(api.realtimeChannels) as api.RealtimeChannel[]) {
    test(channel, async () => {
      const { params } = await fixtures.getOrder!(world, async () => world.owner)
      const what = {
        orders: {},
        order: { order_id: (params as { id: string }).id },
        products: { product_ids: [world.product.id] },
        'staff-orders': {},
      }[channel]
      const wrong: string[] = []
      for (const caller of matrixCallers) {
        const as = await headersOf(caller, api.getOrder)
        const verdict = expectedOnSocket(channel, caller, world.roles)
        const socket = connectSocket(world.platform.url('gateway'), as)
        try {
          if (verdict === 'token-expired' || verdict === 'invalid-token') {
            assert.equal((await socket.closed).code, api.closings['session-over'].code)
            continue
          }
          await socket.next('welcome')
          socket.send({ type: 'subscribe', subscriptions: [{ id: 'a', channel, ...what }] })
          if (verdict === 'allowed') await socket.next('subscribed')
          else {
            const { problem } = await socket.next('error')
            assert.deepEqual([problem.status, problemOf(problem)], verdictsOf[verdict])
          }
        } catch (error) {
          wrong.push(`${caller}: expected ${verdict}: ${(error as Error).message}`)
        } finally {
          await socket.close()
        }
      }
      assert.deepEqual(wrong, [])
    })
  }
})
