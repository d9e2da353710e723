import { readEnvFile } from '@shopfleet/platform/launch'
import { readOptions } from '@shopfleet/platform/options'
import { runProgram } from '@shopfleet/platform/program'
import { stopCopy } from '@shopfleet/platform/stop'

/* `npm stop [-- --data-dir folder]`: stops the Shopfleet that runs on the data folder. */

await runProgram(async () => {
  readEnvFile()
  const { dataDir } = readOptions(process.argv.slice(2), process.env)
  const began_ms = performance.now()
  const copy = await stopCopy(dataDir)
  console.log(
    copy
      ? `Stopped Shopfleet on ${dataDir} (process ${copy.pid}, ${copy.url}) in ${((performance.now() - began_ms) / 1000).toFixed(1)} s.`
      : `No Shopfleet runs on ${dataDir}.`,
  )
})
