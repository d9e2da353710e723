// A server for the tests that need no more than some database: the one of TEST_DATABASE_URL, or an embedded one.

import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { provision, startEmbeddedPostgres } from '../src/index.ts'

export interface TestServer {
  adminUrl: string
  /** Makes an empty database and returns the URL of its owner. */
  createDatabase(): Promise<string>
  stop(): Promise<void>
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'shopfleet-database-'))
}

async function startServer(): Promise<{ adminUrl: string; stop(): Promise<void> }> {
  const adminUrl = process.env.TEST_DATABASE_URL
  if (adminUrl) return { adminUrl, async stop() {} }
  const dataDir = temporaryFolder()
  const server = await startEmbeddedPostgres({ dataDir, durable: false })
  return {
    adminUrl: server.adminUrl,
    async stop() {
      await server.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

export function urlOf(adminUrl: string, role: string, password: string, database: string): string {
  const url = new URL(adminUrl)
  Object.assign(url, { username: role, password, pathname: `/${database}` })
  return url.href
}

export async function startTestServer(): Promise<TestServer> {
  const { adminUrl, stop } = await startServer()
  return {
    adminUrl,
    stop,
    async createDatabase() {
      const name = `test_${randomUUID().slice(0, 8)}`
      await provision(adminUrl, [{ database: name, role: name, password: 'secret' }])
      return urlOf(adminUrl, name, 'secret', name)
    },
  }
}
