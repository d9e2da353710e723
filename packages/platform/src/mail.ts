import { join } from 'node:path'
import { type Child, startChild } from './child.ts'
import type { LaunchPlan } from './environment.ts'
import { root } from './options.ts'

type Env = Record<string, string | undefined>

const passedOn = ['PATH', 'TZ', 'NODE_COMPILE_CACHE', 'FSYNC', 'KEEP_HTML', 'SLOW_MS', 'HANG_MS']

/** Whether the person named a mail server; without one, mail is caught. */
export const hasMailServer = (env: Env) =>
  ['SMTP_URL', 'NOTIFICATION_SMTP_URL'].some(name => env[name] || env[`${name}_FILE`])

/** The mail server played by a program of its own, with a mailbox to look into; undefined when there is a real one. */
export async function startMailCatcher(plan: LaunchPlan, say: (line: string) => void): Promise<Child | undefined> {
  const { env, options, ports } = plan
  if (hasMailServer(env)) return undefined
  const { mailbox, smtp } = ports
  return startChild({
    name: mailbox.name,
    path: join(root, 'simulators/mail/src/main.ts'),
    logFile: options.logTo === 'file' ? join(options.dataDir, 'logs/mail-catcher.log') : undefined,
    say,
    env: {
      ...Object.fromEntries(passedOn.map(name => [name, env[name]])),
      HOST: mailbox.host,
      HTTP_PORT: String(mailbox.port),
      SMTP_PORT: String(smtp.port),
      JOURNAL: join(options.dataDir, 'mail-catcher/journal.jsonl'),
    },
  })
}
