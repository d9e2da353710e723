import { parseArgs } from 'node:util'
import { LauncherError } from '@shopfleet/database'
import { runProgram } from '@shopfleet/platform/program'
import { connectVault, parts, policyText } from './vault.ts'

/*
 * `node infrastructure/vault/set-up.ts`: once, and again after each change here. Makes in Vault what the shop's secrets are kept
 * behind: the engine (KV version 2), a policy for each part and a role for its service account, and the operator's policy.
 */

const usage =
  'VAULT_ADDR=… VAULT_TOKEN=… node infrastructure/vault/set-up.ts [--mount secret] [--prefix shopfleet] ' +
  '[--namespace shopfleet] [--release shopfleet] [--audience vault] [--kubernetes-host https://kubernetes.default.svc]'

function readArguments() {
  try {
    return parseArgs({
      options: {
        mount: { type: 'string', default: 'secret' },
        prefix: { type: 'string', default: 'shopfleet' },
        namespace: { type: 'string', default: 'shopfleet' },
        release: { type: 'string', default: 'shopfleet' },
        audience: { type: 'string', default: 'vault' },
        'kubernetes-host': { type: 'string', default: 'https://kubernetes.default.svc' },
        'kubernetes-mount': { type: 'string', default: 'kubernetes' },
      },
    }).values
  } catch (error) {
    throw new LauncherError((error as Error).message, usage)
  }
}

await runProgram(async () => {
  const { mount, prefix, namespace, release, audience, ...kubernetes } = readArguments()
  const auth = kubernetes['kubernetes-mount']
  const ask = connectVault(process.env)

  const mounts = await ask('GET', 'sys/mounts')
  const found = mounts.data[`${mount}/`]
  if (!found) await ask('POST', `sys/mounts/${mount}`, { type: 'kv', options: { version: '2' } })
  else if (found.type !== 'kv' || found.options?.version !== '2')
    throw new LauncherError(`${mount}/ is no KV engine of version 2`, 'Name another with --mount.')
  const signIns = await ask('GET', 'sys/auth')
  if (!signIns.data[`${auth}/`]) await ask('POST', `sys/auth/${auth}`, { type: 'kubernetes' })
  // Inside Kubernetes Vault asks with its own service account, so it is told neither token nor authority.
  await ask('POST', `auth/${auth}/config`, { kubernetes_host: kubernetes['kubernetes-host'] })

  await ask('PUT', `sys/policies/acl/${prefix}-operator`, { policy: policyText('operator', { mount, prefix }) })
  for (const part of parts) {
    const name = `${prefix}-${part}`
    await ask('PUT', `sys/policies/acl/${name}`, { policy: policyText('service', { mount, prefix, part }) })
    await ask('POST', `auth/${auth}/role/${name}`, {
      bound_service_account_names: [`${release}-${part}`],
      bound_service_account_namespaces: [namespace],
      audience,
      token_policies: [name],
      // Renewed by the service as long as it lives; one that leaked dies soon after.
      token_ttl: '1h',
      token_max_ttl: '24h',
    })
  }
  console.log(`${parts.length} policies and roles: ${parts.map(part => `${prefix}-${part}`).join(', ')}`)
  console.log(`${prefix}-operator is the policy of whoever runs write-secrets.ts`)
})
