/*
 * `npm run dev`: the storefront on 3000 (PORT) and the admin panel on 3001 (ADMIN_PANEL_PORT) from their sources, with hot
 * reload. They need a platform: one that runs (`npm start -- --no-web`), or any other whose gateway GATEWAY_URL names.
 */

import { fork } from 'node:child_process'
import { join } from 'node:path'

process.env.DEVELOPMENT = 'true'
// A program of its own; it ends with this one.
fork(join(import.meta.dirname, '../apps/admin/src/server/main.ts'), {
  env: { ...process.env, PORT: process.env.ADMIN_PANEL_PORT ?? '3001' },
})
await import('../apps/storefront/src/server/main.ts')
