import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import files from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { fileHeaders } from './security-headers.ts'

/** What Vite says of a file it made. */
interface Made {
  file: string
  imports?: string[]
  css?: string[]
  assets?: string[]
}

export interface BuiltFiles {
  /** Address of the script every page begins with. */
  entry: string
  /** Styles every page begins with. */
  styles: string
  /** Fonts of the first page's alphabet. */
  fonts: string[]
  /** The scripts a page needs beside the entry, its own first. */
  scriptsOf(sources: readonly string[]): string[]
}

const year_s = 31_536_000

/**
 * Serves a build's files, compressed beforehand: those with a hash in their name for ever, the others for an hour.
 * `folder` is what Vite made for browsers, with `src/client.tsx` as its entry. Throws where there is no manifest.
 */
export async function mountBuiltFiles(app: FastifyInstance, folder: string): Promise<BuiltFiles> {
  await app.register(files, {
    root: folder,
    preCompressed: true,
    wildcard: false,
    index: false,
    cacheControl: false,
    globIgnore: ['**/*.br', '**/*.gz', '.vite/**'],
    setHeaders(response, path) {
      const isHashed = path.includes('/assets/')
      response.header('cache-control', isHashed ? `public, max-age=${year_s}, immutable` : 'public, max-age=3600')
      for (const [name, value] of Object.entries(fileHeaders(false))) response.header(name, value)
    },
  })
  const manifest = JSON.parse(readFileSync(join(folder, '.vite/manifest.json'), 'utf8')) as Record<string, Made>
  const entry = manifest['src/client.tsx']!
  const importsOf = (key: string, seen: Set<string>): Set<string> => {
    const made = manifest[key]
    if (!made || seen.has(key)) return seen
    seen.add(key)
    for (const one of made.imports ?? []) importsOf(one, seen)
    return seen
  }
  const ofEntry = importsOf('src/client.tsx', new Set())
  return {
    entry: `/${entry.file}`,
    styles: (entry.css ?? []).map(file => readFileSync(join(folder, file), 'utf8')).join(''),
    fonts: (entry.assets ?? []).filter(file => file.includes('inter-latin-opsz')).map(file => `/${file}`),
    scriptsOf: sources => {
      const keys = new Set([...sources.flatMap(source => [...importsOf(source, new Set())]), ...ofEntry])
      keys.delete('src/client.tsx')
      return [...keys].map(key => `/${manifest[key]!.file}`)
    },
  }
}
