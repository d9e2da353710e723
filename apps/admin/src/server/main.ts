import { join } from 'node:path'
import { runService } from '@shopfleet/service-kit'
import { buildFirst } from '@shopfleet/web-server'
import { builds } from './builds.ts'
import { AdminPanelConfig, createAdminPanel } from './server.ts'

await buildFirst(builds, join(import.meta.dirname, 'build.ts'))
await runService('admin panel', AdminPanelConfig, createAdminPanel)
