import { join } from 'node:path'
import { bareContracts, treeshake, withoutSchemas } from '@shopfleet/web-server'
import react from '@vitejs/plugin-react'
import type { InlineConfig } from 'vite'
import { appFolder } from './builds.ts'

/** How the storefront is built, for the browser and for the server, and how it is served while one works on it. */
export function viteConfig(target: 'browser' | 'server' | 'development', outDir?: string): InlineConfig {
  const isServer = target === 'server'
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
    // A build holds everything; while one works on it Node reads what is not ours itself.
    ssr: { noExternal: isServer || [] },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2023',
      ssr: isServer ? 'src/render.tsx' : false,
      manifest: !isServer,
      copyPublicDir: !isServer,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      minify: isServer ? false : undefined,
      rolldownOptions: {
        ...(isServer ? {} : { input: join(appFolder, 'src/client.tsx') }),
        treeshake,
        output: isServer ? { entryFileNames: 'render.js' } : {},
      },
    },
  }
}
