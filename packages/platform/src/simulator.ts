import { join } from 'node:path'
import { type Child, startChild } from './child.ts'
import type { LaunchPlan } from './environment.ts'
import { root } from './options.ts'
import { urlOf } from './ports.ts'

const passedOn = ['PATH', 'TZ', 'NODE_COMPILE_CACHE', 'FSYNC', 'SLOW_MS', 'HANG_MS', 'WEBHOOK_LATE_MS']

/** The payment provider played by a program of its own; undefined when PROVIDER_URL names a real one. */
export async function startSimulator(plan: LaunchPlan, say: (line: string) => void): Promise<Child | undefined> {
  const { env, options, ports, secrets } = plan
  if (env.PROVIDER_URL) return undefined
  const { simulator, service } = ports
  return startChild({
    name: simulator.name,
    path: join(root, 'simulators/payment/src/main.ts'),
    logFile: options.logTo === 'file' ? join(options.dataDir, 'logs/payment-simulator.log') : undefined,
    say,
    env: {
      ...Object.fromEntries(passedOn.map(name => [name, env[name]])),
      HOST: simulator.host,
      PORT: String(simulator.port),
      JOURNAL: join(options.dataDir, 'payment-simulator/journal.jsonl'),
      API_KEY: secrets.values.PROVIDER_KEY,
      WEBHOOK_URL: `${urlOf(service.payment!)}/api/payments/webhooks/simulator`,
      WEBHOOK_SECRET: secrets.values.WEBHOOK_SECRET,
    },
  })
}
