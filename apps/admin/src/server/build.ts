import { join } from 'node:path'
import { makeBuild } from '@shopfleet/web-server'
import { build } from 'vite'
import { builds } from './builds.ts'
import { viteConfig } from './vite.ts'

/** `node apps/admin/src/server/build.ts`: builds what is not built yet, and says how far it is. */

await makeBuild(builds, async (draft, tell) => {
  tell('for browsers')
  await build(viteConfig('browser', join(draft, 'client')))
})
