import { join } from 'node:path'
import { bareContracts, treeshake, withoutSchemas } from '@shopfleet/web-server'
import react from '@vitejs/plugin-react'
import type { InlineConfig } from 'vite'
import { appFolder } from './builds.ts'

/** How the panel is built, and how it is served while one works on it. */
export function viteConfig(target: 'browser' | 'development', outDir?: string): InlineConfig {
  return {
    root: appFolder,
    configFile: false,
    logLevel: 'warn',
    appType: 'custom',
    plugins: [react(), bareContracts()],
    resolve: {
      // The contracts declare what may be sent by schemas; a browser asks, and leaves the checking to the platform.
      alias: { typebox: withoutSchemas },
      dedupe: ['react', 'react-dom', '@emotion/react'],
    },
    ...(target === 'development'
      ? { server: { middlewareMode: true } }
      : { define: { 'process.env.NODE_ENV': '"production"' } }),
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2023',
      manifest: true,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      // The grid and the charts are what they are, and fetched by the pages that have them.
      chunkSizeWarningLimit: 1000,
      rolldownOptions: { input: join(appFolder, 'src/client.tsx'), treeshake },
    },
  }
}
