import * as api from '@shopfleet/contracts'
import { freePorts } from '@shopfleet/testing'
import type { Ended, Sender } from './client.ts'
import type { FaultScene } from './faults/fault.ts'
import { percentile } from './figures.ts'
import type { drillNames } from './options.ts'
import { newKey, type Shop } from './shoppers/store.ts'
import type { Storm } from './storm.ts'

/* One situation each, with the figure that is aimed at: `npm run chaos -- --drill <name>`. */

export interface Aim {
  what: string
  aim: string
  found: string
  met: boolean
}

export interface DrillScene {
  scene: FaultScene
  storm: Storm
  shop: Shop
  load_ms: number
}

interface Drill {
  /** Ordinary shoppers shop meanwhile. */
  shoppers: boolean
  run: (drill: DrillScene) => Promise<Aim[]>
}

const share = (part: number, whole: number) => (whole === 0 ? 1 : part / whole)
const percent = (rate: number) => `${(rate * 100).toFixed(3)} %`

/** Watches requests until it is told to stop. */
function watch({ scene }: DrillScene, heard: (one: Ended) => void): () => void {
  let isOver = false
  scene.figures.watch(one => {
    if (!isOver) heard(one)
    return isOver
  })
  return () => {
    isOver = true
  }
}

/** Not answered: a request whose sender does not know what became of it. */
const isFailed = ({ outcome }: Ended) => outcome.phase === 'info' || outcome.status === 429

const rollingRestart: Drill = {
  shoppers: true,
  async run(drill) {
    const { platform, sleep, say } = drill.scene
    let requests = 0
    const failed = new Map<string, number>()
    let restarting = 'before'
    await sleep(4000)
    const stop = watch(drill, one => {
      requests++
      if (isFailed(one)) {
        const what = `${one.operation.name} while ${restarting} was restarted`
        failed.set(what, (failed.get(what) ?? 0) + 1)
      }
    })
    // A second one of each beside the first, then the first is asked to stop: as an orchestrator does it.
    for (const [name, program] of platform.programs) {
      const [port, metrics] = await freePorts(2)
      const prefix = name.toUpperCase()
      const ports = Object.fromEntries(['PORT', `${prefix}_PORT`].map(key => [key, String(port)]))
      restarting = name
      say(`restarting ${name} …`)
      await program.replace({ ...ports, ...(name === 'gateway' ? { METRICS_PORT: String(metrics) } : {}) }, () => {
        for (const edge of platform.edges) if (edge.to === name) edge.retarget(port!)
      })
      await sleep(1000)
    }
    stop()
    const count = [...failed.values()].reduce((sum, n) => sum + n, 0)
    for (const [what, n] of failed) say(`  ${n} × ${what}`)
    return [
      {
        what: `rolling restart of ${platform.running.length} programs under load: failed requests`,
        aim: '0',
        found: `${count} of ${requests}`,
        met: count === 0,
      },
    ]
  },
}

const postgresBack: Drill = {
  shoppers: true,
  async run({ scene, storm }) {
    for (let round = 0; round < 3; round++) {
      await scene.sleep(round === 0 ? 4000 : 14_000)
      await storm.during('postgres-kill', async () => {})
    }
    const list = scene.measures.first_2xx_after_postgres_ms
    const worst = Math.max(...list)
    return [
      {
        what: 'first 2xx after PostgreSQL is back',
        aim: '≤ 5 s',
        found: list.map(ms => `${(ms / 1000).toFixed(2)} s`).join(', '),
        met: list.length === 3 && worst <= 5000,
      },
    ]
  },
}

/** What a purchase does without. */
const sideServices = ['analytics', 'notification', 'review', 'admin'] as const
const mainWay = new Set([
  ...['listProducts', 'searchProducts', 'getProduct', 'addCartItem', 'updateCartItem', 'getCart', 'mergeCart'],
  ...['quoteOrder', 'placeOrder', 'payOrder', 'getOrder', 'listOrders'],
])

const sideServicesDown: Drill = {
  shoppers: true,
  async run(drill) {
    const { scene, load_ms } = drill
    const side = sideServices.flatMap(name => scene.platform.programs.get(name) ?? [])
    await scene.sleep(4000)
    for (const program of side) {
      program.hold(true)
      program.signal('SIGKILL')
    }
    await scene.sleep(1000)
    let requests = 0
    let failed = 0
    const stop = watch(drill, one => {
      if (!mainWay.has(one.operation.name)) return
      requests++
      if (isFailed(one)) failed++
    })
    await scene.sleep(load_ms - 8000)
    stop()
    for (const program of side) program.hold(false)
    await Promise.all(side.map(program => program.untilReady(60_000)))
    const rate = share(requests - failed, requests)
    return [
      {
        what: `${side.map(program => program.name).join(', ')} down: browse, cart, checkout, read order`,
        aim: '≥ 99.9 %',
        found: `${percent(rate)} of ${requests}`,
        met: rate >= 0.999,
      },
    ]
  },
}

const times = 10

const overload: Drill = {
  shoppers: false,
  async run({ scene, storm, shop, load_ms }) {
    const { random, client, products } = shop
    const phase_ms = Math.max(8000, load_ms / 3)
    let buyers = 0
    const buy = () => {
      const buyer: Sender = { name: 'crowd', kind: 'guest', email: `crowd-${++buyers}@chaos.example` }
      const body = { product_id: random.pick(products), email: buyer.email, payment_method: 'tok_approve' }
      return client.send(buyer, api.placeOrder, { body }, { key: newKey(random) })
    }
    async function closedLoop(ms: number): Promise<number> {
      const until_ms = performance.now() + ms
      let sold = 0
      const one = async () => {
        while (performance.now() < until_ms) if ((await buy()).phase === 'ok') sold++
      }
      await Promise.all(Array.from({ length: 32 }, one))
      return (sold / ms) * 1000
    }
    await closedLoop(3000)
    const peak = await closedLoop(phase_ms)
    scene.say(`peak: ${peak.toFixed(0)} purchases a second; now ${times} times as many are tried …`)
    await scene.sleep(2000)

    const shed_ms: number[] = []
    const sold_ms: number[] = []
    let sent = 0
    await storm.overload(async () => {
      const underWay = new Set<Promise<void>>()
      const began_ms = performance.now()
      while (performance.now() - began_ms < phase_ms) {
        const due = ((performance.now() - began_ms) / 1000) * peak * times
        for (; sent < due; sent++) {
          const sent_ms = performance.now()
          const one = buy().then(({ phase, status }) => {
            const took_ms = performance.now() - sent_ms
            if (phase === 'ok' && performance.now() - began_ms <= phase_ms) sold_ms.push(took_ms)
            if (status === 503 || status === 429) shed_ms.push(took_ms)
          })
          underWay.add(one)
          void one.finally(() => underWay.delete(one))
        }
        await new Promise(resolve => setTimeout(resolve, 5))
      }
      await Promise.all(underWay)
    })
    const goodput = (sold_ms.length / phase_ms) * 1000
    const late = percentile(shed_ms, 0.99)
    return [
      {
        what: `overload ×${times} (${sent} tried): goodput, of a peak of ${peak.toFixed(0)} a second`,
        aim: '≥ 80 %',
        found: `${percent(share(goodput, peak))} (${goodput.toFixed(0)} a second)`,
        met: goodput >= 0.8 * peak,
      },
      {
        what: `overload ×${times}: ${shed_ms.length} shed answers, p99`,
        aim: '≤ 50 ms',
        found:
          late === undefined
            ? 'none was shed'
            : `${late.toFixed(0)} ms (p50 ${percentile(shed_ms, 0.5)!.toFixed(0)} ms)`,
        met: late === undefined || late <= 50,
      },
    ]
  },
}

export const drills: Record<(typeof drillNames)[number], Drill> = {
  'rolling-restart': rollingRestart,
  'postgres-back': postgresBack,
  'side-services-down': sideServicesDown,
  overload,
}
