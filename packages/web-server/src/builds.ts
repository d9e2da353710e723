import { hash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Where the builds of a web app lie. A build is named by what it was made of, so an old one is never mistaken for a new
 * one, and a server keeps its own while the next is made beside it.
 */

const root = join(import.meta.dirname, '../../..')

/** Every build is made of these, beside the app's own files. */
const common = ['packages/contracts/src/**/*.ts', 'packages/web-server/src/{bare-contracts,without-schemas}.ts']

export interface BuildsOptions {
  /** Absolute path of the app's folder. */
  appFolder: string
  /** What the build is made of, as globs from the root of the project. */
  sources: readonly string[]
  /** The file whose presence says that a build is whole, from the build's folder. */
  landmark: string
}

export interface Builds {
  appFolder: string
  /** The name of the build that belongs to the sources as they are. */
  buildName(): string
  /** Absolute path of a build; of the sources as they are, if none is named. */
  buildFolder(name?: string): string
  /** Whether there is a whole build; of the sources as they are, if no folder is named. */
  isBuilt(folder?: string): boolean
}

/** The builds of an app. Reads its sources anew with each call: they may change while one works on them. */
export function buildsOf({ appFolder, sources, landmark }: BuildsOptions): Builds {
  function buildName(): string {
    const files = globSync([...sources, ...common], { cwd: root, withFileTypes: true })
      .filter(entry => entry.isFile() && !entry.name.endsWith('.test.ts'))
      .map(entry => join(entry.parentPath, entry.name))
      .sort()
    const parts = files.map(file => `${file.slice(root.length)}\n${hash('sha1', readFileSync(file))}\n`)
    return hash('sha256', parts.join('')).slice(0, 16)
  }
  const buildFolder = (name = buildName()) => join(appFolder, 'dist', name)
  const isBuilt = (folder = buildFolder()) => existsSync(join(folder, landmark))
  return { appFolder, buildName, buildFolder, isBuilt }
}
