import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, isUnavailable, type Sql, startEmbeddedPostgres } from '@shopfleet/database'

export interface TestDatabases {
  /** Makes an empty database and answers its URL. */
  create(name: string): Promise<string>
  /** Drops what was made; stops the server if it was started here. */
  stop(): Promise<void>
}

/**
 * Databases of a test file's own. They live on the server of TEST_DATABASE_URL (an administrator's URL; `npm test`
 * starts one for all files), or on an embedded one started for this file.
 */
export async function createTestDatabases(): Promise<TestDatabases> {
  let adminUrl = process.env.TEST_DATABASE_URL
  let stopServer = async () => {}
  if (!adminUrl) {
    const dataDir = await mkdtemp(join(tmpdir(), 'shopfleet-test-'))
    // The server may run as another user (PostgreSQL refuses root), who must reach the folder.
    await chmod(dataDir, 0o711)
    const server = await startEmbeddedPostgres({ dataDir, durable: false })
    adminUrl = server.adminUrl
    stopServer = async () => {
      await server.stop()
      await rm(dataDir, { recursive: true, force: true })
    }
  }
  const admin = connect(adminUrl, { name: 'tests', max: 2 })
  const run = randomBytes(4).toString('hex')
  const made: string[] = []
  return {
    async create(name) {
      const database = `t_${run}_${name}`
      await admin.unsafe(`create database "${database}" strategy file_copy`)
      made.push(database)
      const url = new URL(adminUrl)
      url.pathname = `/${database}`
      return url.href
    },
    async stop() {
      try {
        for (const database of made) await drop(admin, database)
      } finally {
        await admin.end({ timeout: 5 })
        await stopServer()
      }
    },
  }
}

/** On a busy machine the checkpoint of a drop may outlast a statement's time; the next one finds less to write. */
async function drop(admin: Sql, database: string): Promise<void> {
  for (let tries = 5; ; tries--) {
    try {
      await admin.unsafe(`drop database if exists "${database}" with (force)`)
      return
    } catch (error) {
      if (tries === 0 || !isUnavailable(error)) throw error
    }
  }
}
