// Starts an embedded server in a process of its own, for tests that kill that process.

import { startEmbeddedPostgres } from '../src/index.ts'

try {
  const server = await startEmbeddedPostgres({ dataDir: process.argv[2]!, durable: false })
  console.log(JSON.stringify({ pid: server.pid(), port: server.port }))
  if (process.argv[3] === 'throw') throw new Error('thrown on purpose')
  setInterval(() => {}, 60_000)
} catch (error) {
  console.log(JSON.stringify({ error: error instanceof Error ? error.message : error }))
  process.exit(1)
}
