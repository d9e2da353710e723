import { readFileSync } from 'node:fs'
import { LauncherError } from '@shopfleet/database'
import { services } from '@shopfleet/platform'
import { readConfig } from '@shopfleet/service-kit'
import { Type } from 'typebox'

/** Everyone who has a secret: the services, and what makes databases and the first administrator. */
export const parts = [...services.map(entry => entry.name), 'provision', 'first-start']

const Config = Type.Object({
  VAULT_ADDR: Type.String({ pattern: '^https?://' }),
  VAULT_TOKEN: Type.String({ minLength: 1, secret: true }),
  VAULT_NAMESPACE: Type.Optional(Type.String()),
})

/** The text of a policy beside this file, for this mount and prefix. */
export function policyText(file: 'service' | 'operator', names: { mount: string; prefix: string; part?: string }) {
  const text = readFileSync(new URL(`${file}.policy.hcl`, import.meta.url), 'utf8')
  return text.replaceAll(/\{(mount|prefix|part)\}/g, (_, name: keyof typeof names) => names[name]!)
}

/** Asks Vault (VAULT_ADDR, VAULT_TOKEN). Undefined where there is nothing; a LauncherError where it refuses. */
export function connectVault(env: NodeJS.ProcessEnv) {
  const { VAULT_ADDR: address, VAULT_TOKEN: token, VAULT_NAMESPACE: namespace } = readConfig(Config, 'vault', env)
  return async (method: string, path: string, body?: object): Promise<any> => {
    const answer = await fetch(`${address.replace(/\/+$/, '')}/v1/${path}`, {
      method,
      headers: { 'x-vault-token': token, ...(namespace ? { 'x-vault-namespace': namespace } : {}) },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    })
    const text = await answer.text()
    if (answer.status === 404) return undefined
    if (!answer.ok) throw new LauncherError(`Vault answered ${answer.status} to ${method} ${path}`, text.trim())
    return text ? JSON.parse(text) : {}
  }
}
