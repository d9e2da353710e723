import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/* `npm run new -- <name>`: a service that starts, has a database, one operation and its test, and passes the checks. */

const root = join(import.meta.dirname, '..')
const name = process.argv[2] ?? ''
if (!/^[a-z][a-z]{1,29}$/.test(name)) {
  console.error('usage: npm run new -- <name>, one lower-case word, for instance: npm run new -- returns')
  process.exit(1)
}
const folder = join(root, 'services', name)
if (existsSync(folder)) {
  console.error(`services/${name} exists already`)
  process.exit(1)
}
const Name = name[0]!.toUpperCase() + name.slice(1)

const read = (file: string) => readFileSync(join(root, file), 'utf8')
function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
  console.log(`  ${file}`)
}
/** Puts text before a mark that must be there: a file that was rearranged needs a person. */
function insert(file: string, mark: RegExp, text: string): void {
  const before = read(file)
  const match = mark.exec(before)
  if (!match) throw new Error(`${file} has changed its form: add there by hand:\n${text}`)
  write(file, before.slice(0, match.index) + text + before.slice(match.index))
}

const registry = 'packages/platform/src/services.ts'
const ports = [...read(registry).matchAll(/port: (40\d\d)/g)].map(match => Number(match[1]))
// Up to 4010 the ports are promised to services that are planned.
const port = Math.max(4010, ...ports) + 1

console.log(`service ${name} on port ${port}`)
write(
  `packages/contracts/src/${name}.ts`,
  `import { Type } from 'typebox'
import { event } from './event.ts'
import { Id, Name, page, pageQuery, Timestamp } from './fields.ts'
import { operation } from './operation.ts'

/** ${Name}: say here what this part of the shop is. */

export const ${Name}Note = Type.Object({ id: Id, name: Type.String(), created_at: Timestamp })

export const list${Name} = operation({
  service: '${name}',
  name: 'list${Name}',
  method: 'GET',
  path: '/api/${name}',
  auth: { staff: 'admin' },
  summary: 'All notes, newest first',
  query: Type.Object({ ...pageQuery }, { additionalProperties: false }),
  replies: { 200: page(${Name}Note) },
  problems: ['invalid-cursor'],
})

export const create${Name} = operation({
  service: '${name}',
  name: 'create${Name}',
  method: 'POST',
  path: '/api/${name}',
  auth: { staff: 'admin' },
  summary: 'Write a note',
  body: Type.Object({ name: Name }, { additionalProperties: false }),
  replies: { 201: ${Name}Note },
  example: { body: { name: 'first' } },
})

export const ${name}Created = event({
  service: '${name}',
  name: '${name}.created',
  version: 1,
  schema: Type.Object({ id: Id, name: Type.String() }),
  summary: 'A note was written',
})
`,
)
insert('packages/contracts/src/index.ts', /^import \* as user /m, `import * as ${name} from './${name}.ts'\n`)
insert('packages/contracts/src/index.ts', /^export \* from '.\/user.ts'/m, `export * from './${name}.ts'\n`)
write(
  'packages/contracts/src/index.ts',
  read('packages/contracts/src/index.ts').replace(/(const declared: unknown\[\] = \[)/, `$1${name}, `),
)
const operationFile = read('packages/contracts/src/operation.ts')
if (!operationFile.includes(`| '${name}'`)) {
  write(
    'packages/contracts/src/operation.ts',
    operationFile.replace(/^export type ServiceName =/m, `$&\n  | '${name}'`),
  )
}
insert(
  registry,
  /^ {2}\{\n {4}name: 'gateway'/m,
  `  {
    name: '${name}',
    port: ${port},
    hasDatabase: true,
    secrets: [],
    load: async () => {
      const { ${Name}Config, create${Name}Service } = await import('@shopfleet/${name}')
      return { config: ${Name}Config, create: create${Name}Service }
    },
  },
`,
)
write(
  'packages/platform/package.json',
  `${JSON.stringify(withDependency(JSON.parse(read('packages/platform/package.json')), `@shopfleet/${name}`), null, 2)}\n`,
)
write(
  `services/${name}/package.json`,
  `${JSON.stringify(
    {
      name: `@shopfleet/${name}`,
      version: '0.1.0',
      private: true,
      type: 'module',
      exports: './src/service.ts',
      dependencies: Object.fromEntries(
        ['contracts', 'database', 'messaging', 'service-kit'].map(dependency => [`@shopfleet/${dependency}`, '*']),
      ),
    },
    null,
    2,
  )}\n`,
)
write(
  `services/${name}/README.md`,
  `# ${Name}

- **Owns:** notes.
- **Offers:** \`GET /api/${name}\`, \`POST /api/${name}\` (staff).
- **Listens:** to nothing.
- **Says:** \`${name}.created\`.
- **Promises:** a note is said once for each that is written ([test](test/${name}.test.ts)).
`,
)
write(
  `services/${name}/migrations/0001_${name}.sql`,
  `create table notes (
  id uuid primary key default uuidv7(),
  name text not null,
  created_at timestamptz not null default now()
);
`,
)
write(
  `services/${name}/src/config.ts`,
  `import { databaseSettings, settings } from '@shopfleet/service-kit'
import type { Static } from 'typebox'

export const ${Name}Config = settings(${port}, { ...databaseSettings })
export type ${Name}Config = Static<typeof ${Name}Config>
`,
)
write(
  `services/${name}/src/store.ts`,
  `import { ${name}Created } from '@shopfleet/contracts'
import type { Queryable } from '@shopfleet/database'
import { currentContext } from '@shopfleet/messaging'

export interface Note {
  id: string
  name: string
  created_at: string
}

export async function listNotes(sql: Queryable, before: string | undefined, limit: number): Promise<Note[]> {
  return sql<Note[]>\`
    select id, name, created_at from notes
    where true \${before === undefined ? sql\`\` : sql\`and id < \${before}::uuid\`}
    order by id desc limit \${limit}\`
}

/** Writes a note and says so, in one statement. */
export async function insertNote(sql: Queryable, name: string): Promise<Note> {
  const { correlation_id, traceparent } = currentContext()
  const [note] = await sql<[Note]>\`
    with note as (
      insert into notes (name) values (\${name}) returning id, name, created_at
    ), said as (
      insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
      select \${${name}Created.name}, \${${name}Created.version}::int, id, jsonb_build_object('id', id, 'name', name),
             \${correlation_id}, \${traceparent}
      from note
    )
    select id, name, created_at from note\`
  return note
}
`,
)
write(
  `services/${name}/src/routes.ts`,
  `import * as api from '@shopfleet/contracts'
import { decodeCursor, pageOf, type Route, route } from '@shopfleet/service-kit'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

export const routes = (ctx: Ctx): Route[] => [
  route(api.list${Name}, async ({ query }) => {
    const [before] = decodeCursor('${name}', ['id'], query.cursor) ?? []
    const limit = query.limit!
    const rows = await store.listNotes(ctx.sql, before, limit + 1)
    return pageOf('${name}', rows, limit, row => [row.id])
  }),

  route(api.create${Name}, ({ body }) => store.insertNote(ctx.sql, body.name)),
]
`,
)
write(
  `services/${name}/src/service.ts`,
  `import { fileURLToPath } from 'node:url'
import { type Context, createService, type Overrides } from '@shopfleet/service-kit'
import type { ${Name}Config } from './config.ts'
import { routes } from './routes.ts'

export { ${Name}Config } from './config.ts'
export type Ctx = Context<${Name}Config>

/** Say here in one line what this service is for. */
export const create${Name}Service = (config: ${Name}Config, overrides?: Overrides) =>
  createService({
    name: '${name}',
    config,
    overrides,
    migrations: fileURLToPath(new URL('../migrations', import.meta.url)),
    routes,
  })
`,
)
write(
  `services/${name}/src/main.ts`,
  `import { runService } from '@shopfleet/service-kit'
import { create${Name}Service, ${Name}Config } from './service.ts'

await runService('${name}', ${Name}Config, create${Name}Service)
`,
)
write(
  `services/${name}/test/${name}.test.ts`,
  `import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { create${Name}, list${Name} } from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'

let platform: TestPlatform
before(async () => {
  platform = await startTestPlatform({ services: ['${name}'] })
})
after(() => platform.stop())

test('a note that is written is listed, and said once', async () => {
  const staff = await platform.asStaff('admin')
  const api = platform.client('${name}')
  const note = await api.call(create${Name}, { body: { name: 'first' } }, staff)
  const { items } = await api.call(list${Name}, {}, staff)
  assert.deepEqual(items, [note])
  await platform.drain()
  assert.deepEqual(
    (await platform.said('${name}')).map(message => message.payload),
    [{ id: note.id, name: 'first' }],
  )
})

test('only staff may', async () => {
  const answer = await platform.client('${name}').send(list${Name}, {}, await platform.as())
  assert.equal(answer.status, 403)
  const bad = await platform.client('${name}').send(list${Name}, { query: { cursor: 'x' } }, await platform.asStaff('admin'))
  assert.equal(bad.status, 400)
})
`,
)
console.log(`
Next: npm install (links the new workspace), npm run format, npm test -- services/${name}.
Then say in docs/decisions/ why it is a service and no noun of an existing one.`)

function withDependency(file: { dependencies: Record<string, string> }, dependency: string) {
  const dependencies = { ...file.dependencies, [dependency]: '*' }
  return {
    ...file,
    dependencies: Object.fromEntries(Object.entries(dependencies).sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}
