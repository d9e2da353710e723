import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from '@shopfleet/platform/options'
import { runProgram } from '@shopfleet/platform/program'
import { runDrill } from './drill.ts'

/*
 * `npm run drill`: practises restores on a shop under load, away from any other. `--minutes 5` is how far back (20 s if
 * not said), `--services order,payment` which in turn, `--no-whole` leaves out the restore of everything.
 */

const all = ['order', 'inventory', 'payment', 'cart', 'product', 'user', 'review', 'notification']

await runProgram(async () => {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string' },
      services: { type: 'string', default: all.join(',') },
      whole: { type: 'boolean', default: true },
      buyers: { type: 'string', default: '4' },
      seed: { type: 'string', default: '1' },
      folder: { type: 'string', default: join(root, '.data/drill') },
      patience: { type: 'string', default: '180' },
    },
    allowNegative: true,
  })
  const { results } = await runDrill({
    folder: values.folder,
    services: values.services.split(',').filter(Boolean),
    whole: values.whole,
    back_s: values.minutes ? Number(values.minutes) * 60 : 20,
    buyers: Number(values.buyers),
    seed: Number(values.seed),
    patience_s: Number(values.patience),
    say: console.log,
  })
  if (results.some(result => result.disagreements.length > 0)) process.exitCode = 1
})
