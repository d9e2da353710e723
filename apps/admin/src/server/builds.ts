import { join } from 'node:path'
import { buildsOf } from '@shopfleet/web-server'

/** Where the built panel lies. */
export const builds = buildsOf({
  appFolder: join(import.meta.dirname, '../..'),
  sources: ['apps/admin/package.json', 'apps/admin/src/**/*', 'apps/admin/public/**/*'],
  landmark: 'client/.vite/manifest.json',
})
export const { appFolder, buildFolder, isBuilt } = builds
