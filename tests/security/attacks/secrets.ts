import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createLog } from '@shopfleet/service-kit'
import { inClass } from '../attack.ts'
import { bearer, newEmail, password } from '../world.ts'

const secrets = inClass('secrets in logs and answers')

/** The last cases of a run: they look through everything that was logged and answered in it. */

const kinds = [
  'passwords',
  'tokens of people',
  'links of mails',
  'secrets of services',
  'addresses and passwords of databases',
] as const

const notIn = (text: string, values: Iterable<string>, where: string) => {
  for (const value of values) assert.ok(!text.includes(value), `${value.slice(0, 6)}… is in ${where}`)
}

export const secretAttacks = [
  ...kinds.map(kind =>
    secrets.tries(`${kind}, in any log`, '200', async a => {
      const values = a.secrets.get(kind) ?? new Set()
      assert.ok(values.size > 0, 'none was used in this run')
      notIn(a.logged(), values, 'a log')
      return []
    }),
  ),
  secrets.tries("services' tokens, in any log", '200', async a => {
    const shown = [await a.asService('order', 'user'), await a.asService('order', 'cart')]
    notIn(
      a.logged(),
      shown.map(one => one['x-service-token']!),
      'a log',
    )
    return []
  }),
  secrets.tries('the tokens of payment methods, in any log or event', '201', async a => {
    // Of the provider's own form, and of this run alone.
    const answer = await a.http({
      method: 'POST',
      path: '/api/orders',
      headers: bearer(a.other),
      body: { items: [{ product_id: a.product.id, quantity: 1 }], payment_method: 'tok_approve' },
    })
    await a.settle('order', 'payment')
    assert.ok(!a.logged().includes('tok_approve'))
    for (const service of ['order', 'payment'] as const)
      assert.ok(!JSON.stringify(await a.platform.said(service)).includes('tok_approve'))
    return answer
  }),
  secrets.tries('names and addresses of people, in events about their orders', '201', async a => {
    const email = newEmail()
    const marker = randomUUID()
    const answer = await a.http({
      method: 'POST',
      path: '/api/orders',
      body: {
        items: [{ product_id: a.product.id, quantity: 1 }],
        email,
        shipping_address: { name: marker, line1: marker, city: 'x', postal_code: 'y', country: 'GB' },
      },
    })
    await a.settle('order')
    const said = JSON.stringify(await a.platform.said('order'))
    notIn(said, [email, marker], 'an event')
    notIn(a.logged(), [marker], 'a log')
    return answer
  }),
  secrets.tries('passwords and tokens, in any event', '200', async a => {
    for (const service of ['user', 'order', 'cart', 'payment', 'review', 'notification', 'admin'] as const) {
      const said = JSON.stringify(await a.platform.said(service))
      for (const kind of ['passwords', 'tokens of people', 'links of mails'])
        notIn(said, a.secrets.get(kind) ?? [], `an event of ${service}`)
    }
    return []
  }),
  secrets.tries('passwords and refresh tokens, in the database as they are', '200', async a => {
    const { refresh_token } = await a.join()
    const rows = await a.platform.sql('user')`
      select to_jsonb(u)::text as text from users u union all select to_jsonb(t)::text from refresh_tokens t
      union all select to_jsonb(s)::text from sessions s union all select to_jsonb(k)::text from account_tokens k
      union all select to_jsonb(m)::text from mails m union all select to_jsonb(c)::text from sign_in_challenges c`
    const text = rows.map(row => row.text).join('\n')
    notIn(text, [refresh_token, Buffer.from(refresh_token).toString('hex'), password], 'a table')
    return []
  }),
  secrets.tries('what speaks of our insides, in any answer of the run', '200', async a => {
    assert.deepEqual(a.leaks, [])
    return []
  }),
  secrets.tries('the staff audit log keeps no passwords', '200', async a => {
    const email = newEmail()
    const secret = `a secret of ${randomUUID()}`
    const headers = bearer(a.staff.get('admin')!)
    await a.http({ method: 'POST', path: '/api/users', headers, body: { email, password: secret } })
    await a.settle('user', 'admin')
    const answer = await a.http({ path: '/api/admin/audit-log?limit=100', headers })
    assert.ok(answer.body.items.length > 0)
    notIn(answer.text, [secret], 'the audit log')
    return answer
  }),
  secrets.tries('an error of ours says nothing but where to ask', '500 internal', async a => {
    // A table that is gone makes a fault of ours; only this run's own database is without it.
    await a.platform.sql('product')`alter table categories rename to categories_away`
    try {
      const answer = await a.http({ path: '/api/categories', service: 'product' })
      assert.deepEqual(Object.keys(answer.body).sort(), ['correlation_id', 'instance', 'status', 'title', 'type'])
      return answer
    } finally {
      await a.platform.sql('product')`alter table categories_away rename to categories`
    }
  }),
  secrets.tries('the names that are kept out of logs are kept out of them', '200', async () => {
    const lines: string[] = []
    const to = { write: (line: string) => void lines.push(line) }
    const log = createLog('test', { level: 'info', format: 'json', to })
    const secret = randomUUID()
    for (const name of [
      'password',
      'refreshToken',
      'access_token',
      'Authorization',
      'set-cookie',
      'client_secret',
      'apiKey',
    ])
      log.info({ [name]: secret, deep: { in: [{ [name]: secret }] } }, 'x')
    notIn(lines.join(''), [secret], 'a log')
    return []
  }),
]
