import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/* A Shopfleet of the benchmark's own: started by its launcher as a user starts it, on ports and data of its own. */

const root = join(import.meta.dirname, '..')

export interface Shop {
  gateway: string
  dataDir: string
  pid: number
  /** Milliseconds from the start of the command to the first purchase that was paid. */
  first_purchase_ms: number
  stop(): Promise<void>
}

export interface ShopOptions {
  dataDir: string
  layout: string
  portBase: number
}

/** Starts it and buys something as soon as that is possible. Throws after 120 seconds, with the launcher's last words. */
export async function startShop(options: ShopOptions): Promise<Shop> {
  const started_ms = performance.now()
  const args = [
    ...['scripts/run.mjs', 'scripts/start.ts', '--data-dir', options.dataDir, '--port-base', String(options.portBase)],
    ...['--layout', options.layout, '--log-level', 'warn', '--no-web'],
  ]
  // All the load comes from one address; and how late a machine is that carries its own load is what is measured.
  const limits = {
    ...{ LIMIT_ADDRESS: '100000000', LIMIT_USER: '100000000', LIMIT_SIGN_IN_ADDRESS: '100000000' },
    ...{ LIMIT_SIGN_IN_ACCOUNT: '100000000', MAX_LOOP_DELAY_MS: '100000' },
    // And who signed in before the first scenario is signed in at the last.
    ...{ REALTIME_SOCKETS: '100000', REALTIME_SOCKETS_ADDRESS: '100000', ACCESS_TOKEN_S: '86400' },
  }
  const child = spawn('node', args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...limits },
  })
  let words = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (words = (words + chunk).slice(-4000)))
  const gateway = `http://127.0.0.1:${options.portBase}`
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  try {
    while ((await buySomething(gateway)) !== 201) {
      if (child.exitCode !== null) throw new Error(`the launcher ended:\n${words}`)
      if (performance.now() - started_ms > 120_000)
        throw new Error(`nothing could be bought within two minutes:\n${words}`)
      await new Promise(resolve => setTimeout(resolve, 10))
    }
  } catch (error) {
    child.kill('SIGTERM')
    await ended
    throw error
  }
  return {
    gateway,
    dataDir: options.dataDir,
    pid: child.pid!,
    first_purchase_ms: performance.now() - started_ms,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** Adds generated products, with stock, to the data of a shop that is not running. */
export async function addProducts(dataDir: string, count: string): Promise<void> {
  if (Number(count) === 0) return
  const args = ['scripts/run.mjs', 'scripts/seed.ts', '--data-dir', dataDir, '--products', count]
  const child = spawn('node', args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  const code = await new Promise(resolve => child.once('exit', resolve))
  if (code !== 0) throw new Error('the generated products could not be loaded')
}

async function buySomething(gateway: string): Promise<number> {
  try {
    const { items } = (await (await fetch(`${gateway}/api/products?in_stock=true&limit=1`)).json()) as {
      items: { id: string }[]
    }
    if (!items[0]) return 0
    const answer = await fetch(`${gateway}/api/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ product_id: items[0].id, email: 'bench@example.com', payment_method: 'tok_approve' }),
    })
    return answer.status
  } catch {
    return 0 // nobody listens yet
  }
}

/** A process and all below it, with what they are. Linux only; elsewhere nothing. */
export function processTree(pid: number): { pid: number; command: string; rss_mb: number }[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number)
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    const rss = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return [{ pid, command, rss_mb: Number(rss ?? 0) / 1024 }, ...children.flatMap(processTree)]
  } catch {
    return []
  }
}

/** Memory of the launcher and what it runs, without PostgreSQL, by role. */
export function memoryOf(shop: Shop): Record<string, number> {
  const memory: Record<string, number> = {}
  for (const { command, rss_mb } of processTree(shop.pid)) {
    if (/postgres/.test(command)) continue
    const role = /run\.mjs/.test(command) ? 'wrapper' : /simulators/.test(command) ? 'simulator' : 'platform'
    memory[role] = Math.round((memory[role] ?? 0) + rss_mb)
  }
  return memory
}
