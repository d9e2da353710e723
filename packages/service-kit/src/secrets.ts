import { readFileSync } from 'node:fs'
import { createVault, type Vault } from './vault.ts'

/**
 * Where secrets come from: the environment, files that are mounted (`NAME_FILE`), HashiCorp Vault. What a service starts with
 * is in `env`; `current` is what a secret is now, for those that may change while it runs.
 */
export interface Secrets {
  /** The environment with what Vault holds for it. What is set in the environment itself, or by `NAME_FILE`, wins. */
  env: Record<string, string | undefined>
  /** The value now: files are read anew, Vault's members as of the last look. `name` may be the service's own (`ORDER_X`). */
  current(name: string): string | undefined
  close(): void
}

type Env = Record<string, string | undefined>

const fromFile = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8').trim() || undefined
  } catch {
    // Being replaced just now, or gone: the value before is better than none, and `readConfig` has complained at the start.
    return undefined
  }
}

function vaultOf(env: Env, service: string): Vault | undefined {
  if (!env.VAULT_ADDR) return undefined
  return createVault({
    address: env.VAULT_ADDR,
    path: (env.VAULT_PATH ?? 'secret/data/shopfleet/{service}').replace('{service}', service),
    token: env.VAULT_TOKEN || (env.VAULT_TOKEN_FILE ? fromFile(env.VAULT_TOKEN_FILE) : undefined),
    kubernetesRole: env.VAULT_KUBERNETES_ROLE,
    kubernetesTokenPath: env.VAULT_KUBERNETES_TOKEN_PATH,
    kubernetesMount: env.VAULT_KUBERNETES_MOUNT,
    namespace: env.VAULT_NAMESPACE,
  })
}

/**
 * Opens the secrets of a service. With `VAULT_ADDR` it reads the members of one secret (`VAULT_PATH`, by default
 * `secret/data/shopfleet/<service>`) as settings, looks again every `VAULT_POLL_S` seconds (60), and keeps its token alive. Throws
 * a `VaultError` where Vault does not give them: a service does not start without its secrets. Later on, what was read last
 * stays good while Vault is away.
 */
export async function openSecrets(
  env: Env,
  service: string,
  onError: (error: unknown) => void = () => {},
): Promise<Secrets> {
  const vault = vaultOf(env, service)
  let members = vault ? await vault.read() : {}
  const timers = new Set<NodeJS.Timeout>()
  let closed = false

  function later(seconds: number, work: () => Promise<void>): void {
    if (closed) return
    const timer = setTimeout(async () => {
      timers.delete(timer)
      await work().catch(onError)
    }, seconds * 1000).unref()
    timers.add(timer)
  }
  function keepLooking(source: Vault): void {
    later(Number(env.VAULT_POLL_S ?? 60), async () => {
      try {
        members = await source.read()
      } finally {
        keepLooking(source)
      }
    })
  }
  function keepSignedIn(source: Vault, seconds = source.renewIn_s()): void {
    if (seconds === undefined) return
    later(seconds, async () => {
      let next: number | undefined = 5
      try {
        await source.renew()
        next = source.renewIn_s()
      } finally {
        keepSignedIn(source, next)
      }
    })
  }
  if (vault) {
    keepLooking(vault)
    keepSignedIn(vault)
  }

  const given = Object.fromEntries(Object.entries(members).filter(([name]) => !env[name] && !env[`${name}_FILE`]))
  const prefix = `${service.toUpperCase().replaceAll('-', '_')}_`
  return {
    env: { ...env, ...given },
    current(name) {
      for (const key of [prefix + name, name]) {
        if (env[key]) return env[key]
        const file = env[`${key}_FILE`]
        if (file) return fromFile(file)
        if (members[key] !== undefined) return members[key]
      }
      return undefined
    },
    close() {
      closed = true
      for (const timer of timers) clearTimeout(timer)
    },
  }
}

/** The password of a database URL as it is now, for each new connection; the one it began with where the source is silent. */
export function passwordOf(secrets: Secrets | undefined, name: string, initial: string): () => string {
  let last = initial
  return () => {
    last = secrets?.current(name) ?? last
    return decodeURIComponent(new URL(last).password)
  }
}
