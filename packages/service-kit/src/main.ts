import type { TObject } from 'typebox'
import { createShiftedClock } from './clock.ts'
import { ConfigError, readConfig } from './config.ts'
import { createCrashBoundary } from './crash.ts'
import { openSecrets } from './secrets.ts'
import type { Overrides } from './service.ts'
import { VaultError } from './vault.ts'

interface Runnable {
  start(): Promise<unknown>
  stop(): Promise<void>
}

/**
 * Runs one service as a program: settings from the environment, stop on SIGTERM and SIGINT, exit code 1 with a line
 * that says what to do when it cannot start.
 */
export async function runService(
  name: string,
  schema: TObject,
  create: (config: any, overrides?: Overrides) => Promise<Runnable>,
): Promise<void> {
  try {
    const boundary = createCrashBoundary(process.env, (n, name) => process.send?.({ boundary: n, name }))
    const clock = createShiftedClock(process.env, heard => process.on('message', heard))
    const secrets = await openSecrets(process.env, name, error => console.error(`secrets: ${(error as Error).message}`))
    const service = await create(readConfig(schema, name, secrets.env), {
      boundary,
      secrets,
      ...(clock ? { clock } : {}),
    })
    let stopping = false
    const stop = () => {
      stopping = true
      secrets.close()
      service.stop().then(
        () => process.exit(0),
        error => {
          console.error(error)
          process.exit(1)
        },
      )
    }
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop)
    // The launcher that started this process was killed: nobody else would stop it, and its port is wanted again.
    process.once('disconnect', stop)
    try {
      await service.start()
    } catch (error) {
      // Told to stop while it started: that is no failure.
      if (stopping) return
      throw error
    }
    // The launcher that started this process, if one did, waits for this word.
    process.send?.({ ready: name })
  } catch (error) {
    console.error(error instanceof ConfigError || error instanceof VaultError ? error.message : error)
    process.exit(1)
  }
}
