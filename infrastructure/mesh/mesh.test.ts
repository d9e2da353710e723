import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { operations, personalDataServices } from '@shopfleet/contracts'
import { parse, parseAllDocuments } from 'yaml'

/* Who may call whom is said in three places: the contracts, the chart and the mesh. They must not drift apart. */

const read = (file: string) => readFileSync(join(import.meta.dirname, '..', file), 'utf8')
const chart = parse(read('kubernetes/shopfleet/values.yaml')) as {
  parts: Record<string, { kind: string; port: number; calls?: string[] }>
}
const parts = Object.entries(chart.parts)
const documents = parseAllDocuments(read('mesh/shopfleet.yaml')).map(document => document.toJS())
const policyOf = (part: string) =>
  documents.find(({ kind, metadata }) => kind === 'AuthorizationPolicy' && metadata.name === `shopfleet-${part}`)
const callersInChart = (part: string) => parts.filter(([, { calls }]) => calls?.includes(part)).map(([name]) => name)

function callersInMesh(part: string): string[] {
  const principals: string[] = policyOf(part).spec.rules[0].from[0].source.principals
  return principals.map(principal => principal.replace('cluster.local/ns/shopfleet/sa/shopfleet-', ''))
}

test('the mesh lets in whom the chart says, and the job of the first start', () => {
  for (const [name] of parts.filter(([name, { kind }]) => kind === 'service' && name !== 'gateway')) {
    const callers = callersInChart(name).filter(caller => chart.parts[caller]!.kind !== 'demo')
    const inMesh = callersInMesh(name).filter(caller => caller !== 'first-start')
    assert.deepEqual(inMesh.sort(), callers.sort(), name)
  }
})

test('every part is let in at its own port and no other', () => {
  for (const [name, { kind, port }] of parts.filter(([, { kind }]) => kind !== 'demo'))
    assert.deepEqual(policyOf(name)?.spec.rules[0].to[0].operation.ports, [String(port)], `${kind} ${name}`)
})

test('who is named in a contract may call', () => {
  for (const { service, name, auth } of operations) {
    if (typeof auth !== 'object' || !('service' in auth)) continue
    for (const caller of auth.service.filter(caller => caller !== service))
      assert.ok(callersInChart(service).includes(caller), `${caller} → ${service} ${name}`)
  }
  for (const service of personalDataServices) assert.ok(callersInChart(service).includes('user'), `user → ${service}`)
})

test('what no policy names is refused', () => {
  const nobody = documents.find(({ metadata }) => metadata.name === 'nobody')
  assert.deepEqual(nobody.spec, {})
  const strict = documents.find(({ kind, metadata }) => kind === 'PeerAuthentication' && metadata.name === 'shopfleet')
  assert.equal(strict.spec.mtls.mode, 'STRICT')
})
