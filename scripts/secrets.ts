import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { LauncherError } from '@shopfleet/database'
import { roleNames } from '@shopfleet/platform/databases'
import { type HandedOut, handOut } from '@shopfleet/platform/handed-out'
import { root } from '@shopfleet/platform/options'
import { runProgram } from '@shopfleet/platform/program'
import { keepSecrets } from '@shopfleet/platform/secrets'

/*
 * `npm run secrets`: makes the secrets of a shop in containers, once, and shares them out: a folder for each part, with a
 * file for each secret it is given. What is there already stays. `--kubernetes` prints them as Secrets instead, for
 * `kubectl apply -f -`.
 */

const usage =
  'npm run secrets -- [--to .secrets] [--postgres-url postgres://admin:password@host:5432/postgres] [--kubernetes [--release shopfleet]]'

function readArguments() {
  try {
    return parseArgs({
      options: {
        to: { type: 'string', default: join(root, '.secrets') },
        'postgres-url': { type: 'string' },
        kubernetes: { type: 'boolean', default: false },
        release: { type: 'string', default: 'shopfleet' },
      },
    }).values
  } catch (error) {
    throw new LauncherError((error as Error).message, usage)
  }
}

/** Text in a file for the owner's eyes only; what is kept there already, if it is. */
function keepText(file: string, text: () => string): string {
  if (!existsSync(file)) writeFileSync(file, text(), { mode: 0o600, flush: true })
  return readFileSync(file, 'utf8').trim()
}

/**
 * The folder as a whole is the owner's. Inside, all may read: a container runs as another user than the owner, and sees
 * only what is mounted into it.
 */
function writeFolders(folder: string, out: HandedOut): void {
  for (const [part, secrets] of Object.entries(out)) {
    const own = join(folder, part)
    mkdirSync(own, { recursive: true, mode: 0o755 })
    chmodSync(own, 0o755)
    for (const [name, value] of Object.entries(secrets)) {
      writeFileSync(join(own, name), value, { mode: 0o644, flush: true })
      chmodSync(join(own, name), 0o644)
    }
  }
  // Not written with NAME_FILE in mind, so it reads its secrets from its environment.
  const lines = Object.entries(out['payment-simulator']!).map(([name, value]) => `${name}=${value}\n`)
  writeFileSync(join(folder, 'payment-simulator.env'), lines.join(''), { mode: 0o600, flush: true })
}

const manifests = (release: string, out: HandedOut) => ({
  apiVersion: 'v1',
  kind: 'List',
  items: Object.entries(out).map(([part, stringData]) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `${release}-${part}`, labels: { 'app.kubernetes.io/part-of': 'shopfleet' } },
    stringData,
  })),
})

await runProgram(async () => {
  const { to, 'postgres-url': given, kubernetes, release } = readArguments()
  const folder = resolve(to)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700)
  const random = () => randomBytes(24).toString('base64url')
  const host = kubernetes ? `${release}-postgres` : 'postgres'
  const serverUrl =
    given ?? `postgres://postgres:${keepText(join(folder, 'postgres-password'), random)}@${host}:5432/postgres`
  if (!/^postgres(ql)?:\/\//.test(serverUrl))
    throw new LauncherError('--postgres-url does not begin with postgres://', usage)
  const administratorPassword = keepText(join(folder, 'administrator-password'), random)
  const out = handOut({ secrets: keepSecrets(folder, roleNames, {}), serverUrl, administratorPassword })
  if (kubernetes) {
    console.log(JSON.stringify(manifests(release, out), null, 2))
    return
  }
  writeFolders(folder, out)
  console.log(`The secrets are in ${folder}, a folder for each part. Keep a copy where you keep secrets.`)
  console.log(
    `The administrator is admin@shopfleet.local, with the password in ${join(folder, 'administrator-password')}.`,
  )
})
