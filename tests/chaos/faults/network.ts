import type { Edge, EdgeFault } from '../edge.ts'
import { claim, duration, type Fault, nothingFree } from './fault.ts'

/* The network between two parts. */

type Scene = Parameters<Fault>[0]

/** An edge that is in use, now or of late. */
function busyEdge({ platform, busy, random }: Scene): Edge | undefined {
  const used = platform.edges.filter(edge => edge.open() > 0 && !busy.has(nameOf(edge)))
  return used.length > 0 ? random.pick(used) : undefined
}

const nameOf = (edge: Edge) => `${edge.from} → ${edge.to}`

const edgeFault =
  (make: (scene: Scene) => EdgeFault): Fault =>
  async scene => {
    const edge = busyEdge(scene)
    if (!edge) return nothingFree
    const fault = make(scene)
    const release = claim(scene, nameOf(edge))
    const hold_ms = duration(scene, 800)
    const after = scene.random.next() < 0.5 ? 'deliver' : 'reset'
    edge.set(fault)
    return {
      target: nameOf(edge),
      details: { ...fault, hold_ms, after },
      hold_ms,
      async end() {
        edge.set(undefined, after)
        release()
      },
    }
  }

export const edgeDelay = edgeFault(({ random }) => ({ kind: 'delay', ms: 20 + random.below(800) }))
export const edgeBandwidth = edgeFault(({ random }) => ({
  kind: 'bandwidth',
  bytes_per_s: 2000 * (1 + random.below(20)),
}))
export const edgeReset = edgeFault(({ random }) => ({ kind: 'reset', after_bytes: 200 + random.below(20_000) }))
export const edgeCut = edgeFault(() => ({ kind: 'cut' }))
export const edgeBlackhole = edgeFault(() => ({ kind: 'blackhole' }))
export const edgeOneWay = edgeFault(({ random }) => ({
  kind: 'one-way',
  blocked: random.next() < 0.75 ? 'answers' : 'requests',
}))
