import type { ServiceName } from '@shopfleet/contracts'
import { currentContext } from '@shopfleet/messaging'
import { services } from '@shopfleet/platform'
import { crashCorrelation, readConfig } from '@shopfleet/service-kit'
import type { Order, Told } from './victims.ts'

/*
 * One service as a program of its own that stops where it is told to, to be killed there. It loads its code, waits for
 * the word to start, and does no background work but when it is told to.
 *
 * Boundaries are counted per piece of work: a request marked by its correlation id is one, all else of the process
 * (relay, events heard, sweeps, webhooks) is another. At its place a piece of work waits for ever; all others go on.
 */

const name = process.argv[2] as ServiceName
const tell = (told: Told) => void process.send!(told)

const places = new Map<string, string>()
let passed = new Map<string, number>()

function boundary(where: string): void | Promise<void> {
  const { correlation_id } = currentContext()
  const work = correlation_id.startsWith(crashCorrelation) ? correlation_id : 'background'
  const times = (passed.get(`${work} ${where}`) ?? 0) + 1
  passed.set(`${work} ${where}`, times)
  const place = `${where} #${times}`
  tell({ reached: { work, place } })
  if (places.get(work) !== place) return
  tell({ held: work })
  return new Promise(() => {})
}

const { config, create } = await services.find(entry => entry.name === name)!.load()

process.on('message', async (order: Order) => {
  if (order.start) {
    const settings = { ...order.start, DATABASE_POOL: '20' }
    const service = await create(readConfig(config, name, settings), { boundary, poll_ms: 3_600_000 })
    await service.start()
    tell({ started: true })
    process.on('message', async ({ drain }: Order) => {
      if (drain !== undefined) tell({ drained: drain, done: await service.drain() })
    })
  }
  if (order.hold) {
    passed = new Map()
    places.clear()
    for (const [work, place] of Object.entries(order.hold)) places.set(work, place)
    tell({ ordered: true })
  }
})
tell({ loaded: true })
