import { parentPort } from 'node:worker_threads'
import { loadShop } from './load.ts'
import { mistakes } from './mistakes.ts'
import { playMany } from './run.ts'
import type { Part, Task } from './threads.ts'

/* One thread of threads.ts: plays what it is given, one task after the other. */

parentPort!.on('message', async ({ mistake, ...task }: Task) => {
  const shop = await loadShop(mistakes.find(one => one.name === mistake))
  shop.decisions.clear()
  const sum = await playMany(shop, task)
  parentPort!.postMessage({ sum, decisions: [...shop.decisions.keys()] } satisfies Part)
})
