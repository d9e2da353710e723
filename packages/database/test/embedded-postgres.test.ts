import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type EmbeddedPostgres, LauncherError, startEmbeddedPostgres } from '../src/index.ts'
import { isAlive } from '../src/postgres-process.ts'
import { temporaryFolder } from './server.ts'

const root = temporaryFolder()
// Others must be able to pass through, as they can in most projects.
chmodSync(root, 0o755)
const isRoot = process.getuid?.() === 0

after(() => rmSync(root, { recursive: true, force: true }))

async function ask(server: EmbeddedPostgres, statement: string): Promise<unknown> {
  const sql = connect(server.adminUrl, { name: 'test', max: 1 })
  try {
    const [row] = await sql.unsafe(statement)
    return row && Object.values(row)[0]
  } finally {
    await sql.end()
  }
}

function start(
  dataDir: string,
  options: { port?: number; requireDataDir?: boolean; log?: (line: string) => void } = {},
) {
  return startEmbeddedPostgres({ dataDir, durable: false, ...options })
}

function refuses(message: RegExp) {
  return (error: unknown) => error instanceof LauncherError && message.test(error.message) && error.hint.length > 0
}

async function launch(dataDir: string, { uid, mode = '' }: { uid?: number; mode?: string } = {}) {
  const args = [join(import.meta.dirname, 'launch.ts'), dataDir, mode]
  const child = spawn(process.execPath, args, { uid, gid: uid, cwd: '/', stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(child.stdout, 'data')
  return { child, said: JSON.parse(String(line).split('\n')[0]!) as { pid: number; port: number; error?: string } }
}

async function untilGone(pid: number): Promise<boolean> {
  for (let i = 0; i < 500 && isAlive(pid); i++) await sleep(10)
  return !isAlive(pid)
}

describe('one data folder after the other', () => {
  const dataDir = join(root, 'deep', 'data')

  test('the first start makes the data, a later one finds it, quickly, on the same port', async () => {
    const first = await start(dataDir)
    assert.equal(first.adopted, false)
    await ask(first, 'create table kept (id int)')
    assert.equal(
      await ask(first, `select datcollate || datlocale from pg_database where datname = 'postgres'`),
      'CC.UTF-8',
    )
    await first.stop()
    assert.equal(await untilGone(first.pid()), true)

    const began = performance.now()
    const second = await start(dataDir)
    assert.ok(performance.now() - began < 2_000)
    assert.equal(second.port, first.port)
    assert.equal(await ask(second, 'select count(*) from kept'), 0)
    assert.equal(statSync(join(dataDir, 'postgres-password')).mode & 0o777, 0o600)
    await second.stop()
    await second.stop()
  })

  test('a second copy on the same data is refused, and the first goes on', async () => {
    const first = await start(dataDir)
    await assert.rejects(start(dataDir), refuses(/already running on this data folder/))
    assert.equal(await ask(first, 'select 1'), 1)
    await first.stop()
  })

  test('the server of a launcher that was killed is taken over', async () => {
    const { child, said } = await launch(dataDir)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const server = await start(dataDir)
    assert.deepEqual([server.adopted, server.pid(), server.port], [true, said.pid, said.port])
    await server.stop()
    assert.equal(await untilGone(said.pid), true)
  })

  test('a launcher that ends with an error takes its server along', async () => {
    const { child, said } = await launch(dataDir, { mode: 'throw' })
    await once(child, 'exit')
    assert.equal(await untilGone(said.pid), true)
  })

  test('a server that was killed is started again, and its lock is held again', async () => {
    const server = await start(dataDir)
    const before = server.pid()
    process.kill(before, 'SIGKILL')
    while (server.pid() === before) await sleep(10)
    const lock = `select count(*) from pg_locks where locktype = 'advisory' and objid = 727467 and granted`
    while ((await ask(server, lock).catch(() => 0)) !== 1) await sleep(50)
    await server.stop()
  })

  test('the number of a dead server that now belongs to another process is no obstacle', async () => {
    const owner = statSync(join(dataDir, 'postgres')).uid
    const stranger = spawn('sleep', ['60'], isRoot ? { uid: owner } : {})
    const file = join(dataDir, 'postgres', 'postmaster.pid')
    writeFileSync(file, `${stranger.pid}\n${dataDir}/postgres\n1700000000\n1\n\n127.0.0.1\n\nready   \n`, {
      mode: 0o644,
    })
    const server = await start(dataDir)
    assert.equal(server.adopted, false)
    await server.stop()
    stranger.kill()
  })

  test('a lost password file is replaced', async () => {
    rmSync(join(dataDir, 'postgres-password'))
    const server = await start(dataDir)
    assert.equal(await ask(server, 'select count(*) from kept'), 0)
    await server.stop()
  })

  test('a port in use is refused by number, or avoided if any will do', async () => {
    const last = Number(readFileSync(join(dataDir, 'postgres-port'), 'utf8'))
    const other = createServer().listen(last, '127.0.0.1')
    await once(other, 'listening')
    await assert.rejects(start(dataDir, { port: last }), refuses(new RegExp(`Port ${last} is in use`)))
    const server = await start(dataDir)
    assert.notEqual(server.port, last)
    await server.stop()
    other.close()
  })

  test('data of another major version is refused', async () => {
    const file = join(dataDir, 'postgres', 'PG_VERSION')
    const version = readFileSync(file, 'utf8')
    writeFileSync(file, '17\n')
    await assert.rejects(start(dataDir), refuses(/belongs to PostgreSQL 17/))
    writeFileSync(file, version)
  })

  test('damaged data is reported with the end of the log', async () => {
    rmSync(join(dataDir, 'postgres', 'global', 'pg_control'))
    await assert.rejects(start(dataDir), refuses(/could not (find the database system|open file .*pg_control)/s))
  })
})

test('two launchers at once: one starts, the other is refused', async () => {
  const dataDir = join(root, 'race')
  const both = await Promise.all([launch(dataDir), launch(dataDir)])
  const [winner] = both.filter(({ said }) => !said.error)
  const [loser] = both.filter(({ said }) => said.error)
  assert.match(loser?.said.error ?? '', /already running/)
  assert.ok(winner)
  winner.child.kill('SIGKILL')
  await once(winner.child, 'exit')
  const server = await start(dataDir)
  assert.equal(server.adopted, true)
  await server.stop()
  assert.deepEqual(readdirSync(dataDir).sort(), ['postgres', 'postgres-password', 'postgres-port', 'postgres.log'])
})

test('a file in place of the folder is refused', async () => {
  writeFileSync(join(root, 'file'), '')
  await assert.rejects(start(join(root, 'file', 'data')), refuses(/Not a folder/))
})

/** Root may write anywhere, so another user tries; who cannot, if this checkout is in a folder closed to others. */
const nobody = { uid: 65534 }
const cannotTry = isRoot && spawnSync(process.execPath, ['--version'], { ...nobody, cwd: '/' }).error !== undefined

test('a folder that may not be written is refused', {
  skip: cannotTry && 'this checkout is in a folder that no other user can enter; try it in another place',
}, async () => {
  const dataDir = join(root, 'locked')
  mkdirSync(dataDir, { mode: 0o555 })
  const { said } = await launch(dataDir, isRoot ? nobody : {})
  assert.match(said.error ?? '', /No permission to write.*locked/)
})

describe('as root', { skip: !isRoot }, () => {
  const closed = join(root, 'closed')
  const dataDir = join(closed, 'data')

  test('PostgreSQL runs as somebody else', async () => {
    const server = await start(join(root, 'owned'))
    assert.notEqual(statSync(`/proc/${server.pid()}`).uid, 0)
    await server.stop()
  })

  test('in a closed folder: its files move to the system folder, and are found again', async () => {
    mkdirSync(closed, { mode: 0o700 })
    await assert.rejects(start(dataDir, { requireDataDir: true }), refuses(/cannot enter/))
    const lines: string[] = []
    const first = await start(dataDir, { log: line => lines.push(line) })
    assert.match(first.folder, /^\/var\/lib\/shopfleet\//)
    assert.match(lines.join(), /keeps its files in \/var\/lib\/shopfleet\//)
    await ask(first, 'create table kept ()')
    await first.stop()
    const second = await start(dataDir)
    assert.equal(second.folder, realpathSync(join(dataDir, 'postgres')))
    assert.equal(await ask(second, 'select count(*) from kept'), 0)
    await second.stop()
    rmSync(dirname(second.folder), { recursive: true })
    assert.equal(existsSync(second.folder), false)
  })
})
