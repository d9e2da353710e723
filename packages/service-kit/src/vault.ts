import { readFileSync } from 'node:fs'
import { request } from 'undici'

/** HashiCorp Vault as far as a service needs it: signing in, one secret of the KV engine (version 2), and staying signed in. */

export interface VaultOptions {
  /** For instance https://vault:8200. */
  address: string
  /** Path of the secret as the API has it: `secret/data/shopfleet/order`. */
  path: string
  /** Either a token … */
  token?: string
  /** … or the role to sign in with as a pod of Kubernetes. */
  kubernetesRole?: string
  /** Where Kubernetes mounts the pod's own token. */
  kubernetesTokenPath?: string
  kubernetesMount?: string
  namespace?: string
  timeout_ms?: number
}

/** Thrown where Vault does not give what is needed, with what to do about it; never with the secret. */
export class VaultError extends Error {
  override name = 'VaultError'
}

interface Lease {
  token: string
  renewable: boolean
  /** Seconds; 0: for ever. */
  duration_s: number
}

export function createVault(options: VaultOptions) {
  const base = options.address.replace(/\/+$/, '')
  let lease: Lease | undefined

  async function ask(method: 'GET' | 'POST', path: string, token?: string, body?: object): Promise<any> {
    let answer: Awaited<ReturnType<typeof request>>
    let text: string
    try {
      answer = await request(`${base}/v1/${path}`, {
        method,
        headers: {
          'x-vault-request': 'true',
          ...(token ? { 'x-vault-token': token } : {}),
          ...(options.namespace ? { 'x-vault-namespace': options.namespace } : {}),
          ...(body ? { 'content-type': 'application/json' } : {}),
        },
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(options.timeout_ms ?? 5000),
      })
      text = await answer.body.text()
    } catch (error) {
      throw new VaultError(`Vault at ${base} does not answer`, { cause: error })
    }
    if (answer.statusCode === 403) throw new VaultError(`Vault refuses ${path}: its token or policy does not allow it`)
    if (answer.statusCode === 404)
      throw new VaultError(`Vault has nothing at ${path} (KV version 2: <mount>/data/<name>)`)
    if (answer.statusCode >= 300) throw new VaultError(`Vault answered ${answer.statusCode} to ${path}`)
    try {
      return text ? JSON.parse(text) : {}
    } catch (error) {
      throw new VaultError(`Vault's answer to ${path} is not JSON`, { cause: error })
    }
  }

  const leaseOf = ({ auth }: any): Lease => {
    if (typeof auth?.client_token !== 'string') throw new VaultError('Vault gave no token')
    return {
      token: auth.client_token,
      renewable: auth.renewable === true,
      duration_s: Number(auth.lease_duration) || 0,
    }
  }

  async function signIn(): Promise<Lease> {
    if (options.token) {
      const { data } = await ask('GET', 'auth/token/lookup-self', options.token)
      return { token: options.token, renewable: data?.renewable === true, duration_s: Number(data?.ttl) || 0 }
    }
    if (!options.kubernetesRole) throw new VaultError('Vault needs VAULT_TOKEN or VAULT_KUBERNETES_ROLE')
    const file = options.kubernetesTokenPath ?? '/var/run/secrets/kubernetes.io/serviceaccount/token'
    let jwt: string
    try {
      // Read each time: Kubernetes replaces it before it runs out.
      jwt = readFileSync(file, 'utf8').trim()
    } catch (error) {
      throw new VaultError(`the pod's token cannot be read from ${file}`, { cause: error })
    }
    const mount = options.kubernetesMount ?? 'kubernetes'
    return leaseOf(await ask('POST', `auth/${mount}/login`, undefined, { role: options.kubernetesRole, jwt }))
  }

  return {
    /** The secret's members as they are now. Signs in first, and anew where the token has run out. */
    async read(): Promise<Record<string, string>> {
      lease ??= await signIn()
      let answer: any
      try {
        answer = await ask('GET', options.path, lease.token)
      } catch (error) {
        if (!(error instanceof VaultError) || !/refuses/.test(error.message)) throw error
        lease = await signIn()
        answer = await ask('GET', options.path, lease.token)
      }
      const members: unknown = answer?.data?.data
      if (typeof members !== 'object' || members === null) {
        throw new VaultError(`${options.path} holds no members (KV version 2: <mount>/data/<name>)`)
      }
      return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, String(value)]))
    },
    /** Seconds after which `renew` should be called: two thirds of what is left of the token. Undefined: never. */
    renewIn_s: (): number | undefined => (lease && lease.duration_s > 0 ? (lease.duration_s * 2) / 3 : undefined),
    /** Makes the token last longer, or gets another. */
    async renew(): Promise<void> {
      if (lease?.renewable) {
        try {
          lease = leaseOf(await ask('POST', 'auth/token/renew-self', lease.token, {}))
          return
        } catch (error) {
          if (!(error instanceof VaultError)) throw error
          // Past its longest life: sign in anew.
        }
      }
      lease = await signIn()
    },
  }
}
export type Vault = ReturnType<typeof createVault>
