import { detach } from '@shopfleet/platform/detach'
import { launch, readEnvFile } from '@shopfleet/platform/launch'
import { readOptions } from '@shopfleet/platform/options'
import { runProgram, tellError } from '@shopfleet/platform/program'

/* `npm start`: the whole platform with one command. All options: `npm start -- --help`. */

async function main() {
  readEnvFile()
  const options = readOptions(process.argv.slice(2), process.env)
  if (options.help) {
    const { helpText } = await import('@shopfleet/platform/help')
    console.log(await helpText())
    return
  }
  if (options.detach) {
    process.exitCode = await detach(import.meta.filename, process.argv.slice(2), options)
    return
  }
  const cancel = new AbortController()
  let kill = () => {}
  let stop: (() => Promise<void>) | undefined

  async function stopAll(code: number) {
    const began_ms = performance.now()
    if (!options.quiet) console.log('\nStopping… (Ctrl-C again: at once)')
    cancel.abort()
    await stop?.()
    if (stop && !options.quiet) console.log(`Stopped in ${((performance.now() - began_ms) / 1000).toFixed(1)} s.`)
    if (stop) process.exit(code)
  }
  const onSignal = () => {
    if (cancel.signal.aborted) {
      kill()
      process.exit(130)
    }
    void stopAll(0).catch(onBug)
  }
  function onBug(error: unknown) {
    console.error('Shopfleet stops because of an unexpected error:', error)
    kill()
    process.exit(1)
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal)
  process.on('uncaughtException', onBug)
  // Whoever read the output has gone: no reason to stop a shop.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

  try {
    const launched = await launch({ options, env: process.env, signal: cancel.signal, onKill: one => (kill = one) })
    stop = launched.stop
    process.send?.({ ready: 'shopfleet' })
  } catch (error) {
    if (!cancel.signal.aborted) tellError(error)
    else if (!options.quiet) console.log('Stopped.')
    process.exit(cancel.signal.aborted ? 0 : 1)
  }
  if (options.exitAfterReady || cancel.signal.aborted) await stopAll(0)
}

await runProgram(main)
