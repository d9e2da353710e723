import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { explainFileError } from '@shopfleet/database'
import type { Administrator } from './administrator.ts'
import type { Child } from './child.ts'
import { databaseNames, openDatabases } from './databases.ts'
import type { Setting } from './environment.ts'
import type { Fleet } from './fleet.ts'
import { type Options, root } from './options.ts'
import { checkPorts, planPorts, takenPlaces, urlOf } from './ports.ts'
import { createProgress, type Progress } from './progress.ts'
import { findProductId, readyText } from './ready.ts'
import { type Claim, claimDataDir } from './running-copy.ts'
import { keepSecrets } from './secrets.ts'
import { startSimulator } from './simulator.ts'

type Env = Record<string, string | undefined>

/** What was started, to be stopped in the opposite order. */
export interface Launched {
  /** Requests under way are finished; the gateway is closed first, PostgreSQL last. May be called twice. */
  stop(): Promise<void>
  /** At once: what is not stopped by itself is killed. */
  kill(): void
}

/** How long the processes of a copy that was killed may take to notice. */
const orphans_ms = 12_000

/** Reads `.env` of the project into the environment; what is set already stays. */
export function readEnvFile(): void {
  const file = join(root, '.env')
  if (existsSync(file)) process.loadEnvFile(file)
}

function prepareDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true })
    accessSync(dataDir, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw explainFileError(error, dataDir)
  }
}

async function waitForOrphans(places: Parameters<typeof takenPlaces>[0], progress: Progress): Promise<void> {
  if ((await takenPlaces(places)).length === 0) return
  await progress.step('processes of a killed run end', async tell => {
    const until_ms = performance.now() + orphans_ms
    for (;;) {
      const taken = await takenPlaces(places)
      if (taken.length === 0 || performance.now() > until_ms) return
      tell(`port ${taken.map(({ place }) => place.port).join(', ')}`)
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  })
}

/**
 * Starts the whole platform and prints where it answers. Throws a `LauncherError` for what a person can do something
 * about; then nothing is left running.
 */
export async function launch(options: Options, env: Env): Promise<Launched> {
  const isDetached = process.send !== undefined
  const progress = createProgress({ quiet: options.quiet })
  const undo: (() => unknown)[] = []
  let fleet: Fleet | undefined
  let simulator: Child | undefined
  let stopping: Promise<void> | undefined

  const stop = () => {
    stopping ??= (async () => {
      progress.end()
      for (const one of undo.splice(0).reverse()) await one()
    })()
    return stopping
  }
  const kill = () => {
    fleet?.kill()
    simulator?.kill()
  }

  try {
    prepareDataDir(options.dataDir)
    const ports = planPorts(env, { base: options.portBase, host: options.host })
    const gatewayUrl = urlOf(ports.service.gateway!)
    const claim: Claim = claimDataDir(options.dataDir, gatewayUrl)
    undo.push(claim.release)
    const places = env.PROVIDER_URL ? ports.all.filter(place => place !== ports.simulator) : ports.all
    if (claim.wasKilled) await waitForOrphans(places, progress)
    await checkPorts(places)
    const secrets = keepSecrets(options.dataDir, databaseNames, env)
    const setting: Setting = { env, options, ports, secrets }
    const { say } = progress

    const outside = progress.step('payment simulator', async () => {
      simulator = await startSimulator(setting, say)
      if (simulator) undo.push(() => simulator?.stop())
    })
    const opening = progress.step(options.databaseUrl ? 'databases' : 'PostgreSQL', async () => {
      const databases = await openDatabases({ ...options, secrets, env, say })
      undo.push(databases.stop)
      const { migrateBusAt } = await import('./migrations.ts')
      await migrateBusAt(databases.urls.bus!)
      return databases
    })
    const inside = progress.step('services', async tell => {
      const { start } = await layouts[options.layout]()
      fleet = await start(setting, opening, { tell, say })
      undo.push(() => fleet?.stop())
    })
    const outcomes = await Promise.allSettled([outside, opening, inside])
    const failed = outcomes.find(outcome => outcome.status === 'rejected')
    if (failed) throw failed.reason
    const databases = await opening

    const administrator = await progress.step('administrator', async () => {
      const { keepAdministrator } = await import('./administrator.ts')
      return keepAdministrator(setting, databases, fleet!)
    })
    if (options.demo || options.products > 0) await stock(setting, databases.urls, administrator, progress)
    const productId = await findProductId(gatewayUrl)
    progress.end()
    const seconds = performance.now() / 1000
    console.log(readyText({ options, ports, administrator, productId, isDetached, seconds }))
    return { stop, kill }
  } catch (error) {
    await stop()
    throw error
  }
}

const layouts = {
  one: async () => ({ start: (await import('./one-process.ts')).startOneProcess }),
  processes: async () => ({ start: (await import('./processes.ts')).startProcesses }),
}

/** Fills the shelves on first start. */
async function stock(
  { options, ports }: Setting,
  urls: Record<string, string>,
  administrator: Administrator | undefined,
  progress: Progress,
): Promise<void> {
  const { loadCatalogue, needsCatalogue } = await import('./catalogue.ts')
  if (!(await needsCatalogue(urls.product!))) return
  if (options.products > 0) {
    const { loadGenerated } = await import('./generated-products.ts')
    await progress.step('generated products', tell => loadGenerated({ urls, count: options.products, tell }))
  }
  if (!options.demo) return
  await progress.step('demonstration catalogue', tell =>
    loadCatalogue({
      databaseUrl: urls.product!,
      userUrl: urlOf(ports.service.user!),
      productUrl: urlOf(ports.service.product!),
      administrator,
      tell,
    }),
  )
}
