import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ServiceName } from '@shopfleet/contracts'
import { crashEverywhere } from './crash.ts'
import type { Flow } from './flows.ts'
import { compareWithKnown } from './points.ts'
import { createScene, type Scene } from './scene.ts'

/** A service dies and starts some twenty times; a busy machine needs seconds for each. */
const timeout = 900_000

/** The tests of some flows on one platform: each service killed at each boundary of each flow. */
export function crashFlows(services: ServiceName[], flows: Flow[]): void {
  let scene: Scene
  let total = 0
  before(async () => {
    scene = await createScene(services)
  })
  after(async () => {
    console.log(`# crash points in all of ${flows.map(flow => flow.name).join('; ')}: ${total}`)
    await scene?.platform.stop()
  })

  for (const flow of flows) {
    const places: Record<string, string[]> = {}
    for (const service of flow.services) {
      test(`${flow.name}: ${service} dies at each boundary, and it is finished or undone`, { timeout }, async t => {
        const began_ms = performance.now()
        places[service] = await crashEverywhere(scene, flow, service)
        total += places[service].length
        const took_s = ((performance.now() - began_ms) / 1000).toFixed(1)
        t.diagnostic(`${flow.name}, ${service}: ${places[service].length} crash points in ${took_s} s`)
      })
    }
    test(`${flow.name}: each boundary is known, and each that is known was crashed`, () => {
      assert.deepEqual(Object.keys(places), flow.services, 'every service was crashed to the end')
      compareWithKnown(flow.name, places)
    })
  }
}
