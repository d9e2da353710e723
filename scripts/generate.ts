import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { events, operations } from '@shopfleet/contracts'
import { authorisationPage } from '@shopfleet/platform/authorisation'
import { envExample } from '@shopfleet/platform/env-example'
import { root } from '@shopfleet/platform/options'
import { eventsPage, operationsPage } from '@shopfleet/platform/reference-pages'
import { allSettings } from '@shopfleet/platform/settings'
import { dashboards } from '../infrastructure/monitoring/grafana/dashboards.ts'
import { openApiDocument } from '../services/gateway/src/openapi.ts'

/*
 * `npm run generate`: writes what is made from the contracts and the settings' schemas. With `--check` it compares
 * instead, and fails when somebody changed a source and not what is made from it.
 */

const openApi = openApiDocument(operations, { serverUrl: 'http://localhost:8080' })
const files: Record<string, string> = {
  '.env.example': envExample(await allSettings()),
  'docs/generated/openapi.json': `${JSON.stringify(openApi, null, 2)}\n`,
  'docs/generated/operations.md': operationsPage(operations),
  'docs/generated/events.md': eventsPage(events),
  'docs/generated/authorisation.md': authorisationPage(),
  ...Object.fromEntries(
    Object.entries(dashboards).map(([name, dashboard]) => [
      `infrastructure/monitoring/grafana/dashboards/${name}.json`,
      `${JSON.stringify(dashboard, null, 2)}\n`,
    ]),
  ),
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

const stale = Object.entries(files)
  .map(([file, text]) => ({ path: join(root, file), text }))
  .filter(({ path, text }) => read(path) !== text)

if (process.argv.includes('--check')) {
  for (const { path } of stale) console.error(`${relative(root, path)} is not up to date: npm run generate`)
  process.exitCode = stale.length > 0 ? 1 : 0
} else {
  for (const { path, text } of stale) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    console.log(`wrote ${relative(root, path)}`)
  }
}
