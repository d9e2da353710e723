import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { connect } from './connect.ts'
import { errorCode } from './errors.ts'
import type { ReservedSql, Sql } from './sql.ts'

/** A database and the role that owns it and, unless it lets in another, is the only one to enter it. */
export interface Provision {
  /** None: the role owns nothing. */
  database?: string
  role: string
  password: string
}

interface Found {
  database: string
  has_role: boolean
  has_database: boolean
  is_open: boolean
}

const lock = 727469
/** Databases made at once, each over a connection of its own. */
const atOnce = 4
const derive = promisify(pbkdf2)
const iterations = 4096

function quote(name: string): string {
  if (name === '' || name.includes('\0') || Buffer.byteLength(name) > 63) throw new Error(`not a valid name: ${name}`)
  return `"${name.replaceAll('"', '""')}"`
}

function keysOf(salted: Buffer): { stored: string; server: string } {
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest()
  const stored = createHash('sha256').update(hmac('Client Key')).digest('base64')
  return { stored, server: hmac('Server Key').toString('base64') }
}

/** The form in which PostgreSQL stores a password; sending this keeps the password itself out of every server log. */
async function scramOf(password: string, salt = randomBytes(16), rounds = iterations): Promise<string> {
  const { stored, server } = keysOf(await derive(password, salt, rounds, 32, 'sha256'))
  return `SCRAM-SHA-256$${rounds}:${salt.toString('base64')}$${stored}:${server}`
}

async function isPassword(password: string, kept: string | null): Promise<boolean> {
  const [, rounds, salt] = kept?.match(/^SCRAM-SHA-256\$(\d+):([^$]+)\$/) ?? []
  if (!kept || !rounds || !salt) return false
  const same = Buffer.from(await scramOf(password, Buffer.from(salt, 'base64'), Number(rounds)))
  return same.length === kept.length && timingSafeEqual(same, Buffer.from(kept))
}

/** The stored password of each role that exists; undefined where only a superuser may read them. */
async function readPasswords(sql: Sql | ReservedSql, roles: string[]): Promise<Map<string, string | null> | undefined> {
  try {
    const rows = await sql<{ name: string; kept: string | null }[]>`
      select rolname as name, rolpassword as kept from pg_authid where rolname = any(${roles})`
    return new Map(rows.map(row => [row.name, row.kept]))
  } catch (error) {
    if (errorCode(error) === '42501') return undefined
    throw error
  }
}

async function find(sql: Sql | ReservedSql, databases: string[], roles: string[]): Promise<readonly Found[]> {
  return sql<Found[]>`
    select wanted.database, r.oid is not null as has_role, d.oid is not null as has_database,
      d.oid is null or has_database_privilege('public', d.oid, 'connect')
        or has_database_privilege('public', 'postgres', 'connect')
        or has_database_privilege('public', 'template1', 'connect') as is_open
    from unnest(${databases}::text[], ${roles}::text[]) with ordinality as wanted (database, role, place)
    left join pg_roles r on r.rolname = wanted.role
    left join pg_database d on d.datname = wanted.database
    order by wanted.place`
}

async function provisionOne(session: ReservedSql, { database, role, password }: Provision, found: Found) {
  const [owner, scram] = [quote(role), await scramOf(password)]
  // To take a superuser's rights away, or only to say so, one must be a superuser: an existing role is as it was made.
  const verb = found.has_role ? 'alter role' : 'create role'
  const rights = found.has_role ? 'nocreatedb nocreaterole' : 'nosuperuser nocreatedb nocreaterole'
  await session.unsafe(`${verb} ${owner} with login ${rights} password '${scram}'`)
  if (database === undefined) return
  const name = quote(database)
  if (!found.has_database) {
    // To give a database away, an administrator who is no superuser must belong to the role.
    await session.unsafe(`do $$ begin
      if not (select rolsuper from pg_roles where rolname = current_user) then grant ${owner} to current_user; end if;
    end $$`)
    await session.unsafe(`create database ${name} owner ${owner} template template0 strategy wal_log encoding 'UTF8'
      locale_provider builtin builtin_locale 'C.UTF-8' lc_collate 'C' lc_ctype 'C'`)
  }
  await session.unsafe(`revoke all on database ${name} from public`)
}

/** A connection without the limits of ordinary statements: to copy a template takes its time. */
async function takeHand(sql: Sql): Promise<ReservedSql> {
  const hand = await sql.reserve()
  await hand.unsafe(`set statement_timeout = '2min'; set lock_timeout = 0`)
  // Compressing the copy of a template takes four times as long as writing it. A superuser may switch it off.
  await hand.unsafe('set wal_compression = off').catch(() => {})
  return hand
}

async function releaseHand(hand: ReservedSql): Promise<void> {
  await hand.unsafe('select pg_advisory_unlock_all(); reset all').catch(() => {})
  hand.release()
}

async function provisionMissing(sql: Sql, wanted: readonly Provision[], connections: number): Promise<void> {
  const databases = wanted.map(item => item.database ?? '')
  const roles = wanted.map(item => item.role)
  const missing = async (source: Sql | ReservedSql) => {
    const [found, passwords] = await Promise.all([find(source, databases, roles), readPasswords(source, roles)])
    const pairs = wanted.map((item, index) => ({ item, found: found[index]! }))
    const current = await Promise.all(
      pairs.map(async ({ item, found }) => {
        const kept = passwords?.get(item.role) ?? null
        const isMade = item.database === undefined || (found.has_database && !found.is_open)
        return found.has_role && isMade && (await isPassword(item.password, kept))
      }),
    )
    return pairs.filter((_, index) => !current[index])
  }
  if ((await missing(sql)).length === 0) return

  const first = await takeHand(sql)
  const hands = [first]
  try {
    await first`select pg_advisory_lock(${lock})`
    const rest = await missing(first)
    while (hands.length < Math.min(connections, rest.length)) hands.push(await takeHand(sql))
    // The server spends its time waiting for files: several databases are made in the time of one.
    const queue = rest.values()
    const outcomes = await Promise.allSettled(
      hands.map(async hand => {
        for (const { item, found } of queue) await provisionOne(hand, item, found)
      }),
    )
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
    await first.unsafe('revoke connect on database postgres, template1 from public')
  } finally {
    for (const hand of hands) await releaseHand(hand)
  }
}

/**
 * Makes each role (login, no rights beyond its own database) and its database, if it has one, sorted by code point, or brings their
 * passwords up to date. No role can enter another's database. Idempotent; with nothing to do it only reads.
 * @param admin URL or pool of a superuser, or of a role that may create roles and databases
 */
export async function provision(admin: Sql | string, wanted: readonly Provision[]): Promise<void> {
  if (typeof admin !== 'string') return provisionMissing(admin, wanted, 1)
  const sql = connect(admin, { name: 'shopfleet provision', max: atOnce })
  try {
    await provisionMissing(sql, wanted, atOnce)
  } finally {
    await sql.end({ timeout: 1 })
  }
}
