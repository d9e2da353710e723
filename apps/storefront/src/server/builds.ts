import { join } from 'node:path'
import { buildsOf } from '@shopfleet/web-server'

/** Where the built storefront lies. */
export const builds = buildsOf({
  appFolder: join(import.meta.dirname, '../..'),
  sources: ['apps/storefront/package.json', 'apps/storefront/src/**/*', 'apps/storefront/public/**/*'],
  landmark: 'server/render.js',
})
export const { appFolder, buildFolder, isBuilt } = builds
