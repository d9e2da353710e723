import type { TObject } from 'typebox'
import { ConfigError, readConfig } from './config.ts'

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
  create: (config: any) => Promise<Runnable>,
): Promise<void> {
  try {
    const service = await create(readConfig(schema, name, process.env))
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        void service.stop().then(() => process.exit(0))
      })
    }
    await service.start()
    // The launcher that started this process, if one did, waits for this word.
    process.send?.({ ready: name })
  } catch (error) {
    console.error(error instanceof ConfigError ? error.message : error)
    process.exit(1)
  }
}
