import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createClient, listProducts, login } from '@shopfleet/contracts'
import { freePortBase } from '@shopfleet/testing'
import { openFollowers } from './followers.ts'
import { processTree, type Shop, startShop } from './shop.ts'

/*
 * `node scripts/run.mjs load/realtime.ts`: starts a Shopfleet of its own, opens sockets that all follow one product, and
 * changes its stock again and again. Prints how long it takes from the answer to the change until each socket has heard of
 * it (through outbox, relay, event log and gateway), how much of that is the telling, from the first socket to each, and
 * what it costs the gateway. The sockets are of this process, on the same machine. Nothing is asserted.
 */

const { values } = parseArgs({
  options: {
    sockets: { type: 'string', default: '1000' },
    changes: { type: 'string', default: '100' },
    json: { type: 'boolean', default: false },
  },
})
const count = Number(values.sockets)
const changes = Number(values.changes)
const say = (text: string) => console.error(text)
const round = (n: number) => Math.round(n * 100) / 100
const at = (sorted: number[], q: number) => round(sorted[Math.floor(sorted.length * q)] ?? Number.NaN)

/** The gateway's own process: processor time in milliseconds and memory in MB. Linux only. */
function gatewayOf(shop: Shop) {
  const found = processTree(shop.pid).find(({ command }) => /services[/-]gateway/.test(command))
  if (!found) throw new Error('the gateway has no process of its own here')
  const fields = readFileSync(`/proc/${found.pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return { cpu_ms: (Number(fields[11]) + Number(fields[12])) * 10, rss_mb: found.rss_mb }
}

async function measure(shop: Shop): Promise<void> {
  const client = createClient({ baseUrl: shop.gateway })
  const { email, password } = JSON.parse(readFileSync(join(shop.dataDir, 'admin.json'), 'utf8'))
  const session = await client.call(login, { body: { email, password } })
  if (!('access_token' in session)) throw new Error('the administrator cannot sign in')
  const { items } = await client.call(listProducts, { query: { in_stock: true, limit: 1 } })

  const before = gatewayOf(shop)
  say(`${count} sockets …`)
  const staffToken = session.access_token
  const followers = await openFollowers({
    ...{ gateway: shop.gateway, staffToken, product_id: items[0]!.id, on_hand: 10_000, count },
  })
  await new Promise(resolve => setTimeout(resolve, 2000))
  const open_ = gatewayOf(shop)

  say(`${changes} changes …`)
  const whole: number[] = []
  const spread: number[] = []
  let late = 0
  for (let n = 1; n <= changes; n++) {
    const { answered, times } = await followers.change()
    late += count - times.length
    for (const time of times) {
      whole.push(Math.max(0, time - answered))
      spread.push(time - times[0]!)
    }
  }
  const after = gatewayOf(shop)
  followers.close()

  whole.sort((a, b) => a - b)
  spread.sort((a, b) => a - b)
  const figures = {
    sockets: count,
    changes,
    not_heard: late,
    heard_ms: { median: at(whole, 0.5), p99: at(whole, 0.99), worst: at(whole, 0.999_999) },
    telling_ms: { median: at(spread, 0.5), p99: at(spread, 0.99), worst: at(spread, 0.999_999) },
    gateway_cpu_ms_per_change: round((after.cpu_ms - open_.cpu_ms) / changes),
    gateway_kb_per_socket: Math.round(((open_.rss_mb - before.rss_mb) * 1024) / count),
  }
  if (values.json) {
    console.log(JSON.stringify(figures))
    return
  }
  const line = ({ median, p99, worst }: typeof figures.heard_ms) =>
    `median ${median} ms, p99 ${p99} ms, worst ${worst} ms`
  console.log(`${count} sockets follow one product, ${changes} changes of its stock, ${late} not heard`)
  console.log(`from the answer to the change until a socket has heard: ${line(figures.heard_ms)}`)
  console.log(`from the first socket that heard to each:               ${line(figures.telling_ms)}`)
  console.log(
    `the gateway: ${figures.gateway_cpu_ms_per_change} ms of processor a change, ${figures.gateway_kb_per_socket} KB a socket`,
  )
}

const dataDir = await mkdtemp(join(tmpdir(), 'shopfleet-realtime-'))
say('a Shopfleet of its own …')
let shop: Shop | undefined
try {
  shop = await startShop({ dataDir, layout: 'processes', portBase: await freePortBase() })
  await measure(shop)
} finally {
  await shop?.stop()
  await rm(dataDir, { recursive: true, force: true })
}
