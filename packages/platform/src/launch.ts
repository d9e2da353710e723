import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { explainFileError } from '@shopfleet/database'
import type { Child } from './child.ts'
import { prepareDataDir } from './data-folder.ts'
import { type Databases, openDatabases, roleNames } from './databases.ts'
import type { LaunchPlan } from './environment.ts'
import { stockShelves } from './first-stock.ts'
import type { Fleet } from './fleet.ts'
import { hasMailServer, startMailCatcher } from './mail.ts'
import { type Options, root } from './options.ts'
import { checkPorts, type Place, planPorts, takenPlaces, urlOf } from './ports.ts'
import { createProgress, type Progress } from './progress.ts'
import { findProductId, readyText } from './ready.ts'
import { type Claim, claimDataDir } from './running-copy.ts'
import { keepSecrets } from './secrets.ts'
import { startSimulator } from './simulator.ts'
import type { WalKeeper } from './wal-keeper.ts'
import { startWebApp, type WebApp, webApps } from './web-apps.ts'

type Env = Record<string, string | undefined>

/** What was started. */
export interface Launched {
  /** Requests under way are finished; the gateway is closed first, PostgreSQL last. May be called twice. */
  stop(): Promise<void>
}

export interface LaunchOptions {
  options: Options
  env: Env
  /** Aborted when the person does not want to wait any longer. */
  signal: AbortSignal
  /** Is handed what kills at once whatever is running, without asking. */
  onKill: (kill: () => void) => void
}

/** How long the processes of a copy that was killed may take to notice. */
const orphans_ms = 12_000

/** Reads `.env` of the project into the environment; what is set already stays. */
export function readEnvFile(): void {
  const file = join(root, '.env')
  try {
    if (existsSync(file)) process.loadEnvFile(file)
  } catch (error) {
    throw explainFileError(error, file)
  }
}

async function waitForOrphans(places: Place[], progress: Progress): Promise<void> {
  if ((await takenPlaces(places)).length === 0) return
  await progress.step('the processes of a killed run end', async tell => {
    const until_ms = performance.now() + orphans_ms
    for (;;) {
      const taken = await takenPlaces(places)
      if (taken.length === 0 || performance.now() > until_ms) return
      tell(`port ${taken.map(({ place }) => place.port).join(', ')}`)
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  })
}

const layouts = {
  one: async () => (await import('./one-process.ts')).startOneProcess,
  processes: async () => (await import('./processes.ts')).startProcesses,
}

/**
 * Starts the whole platform and prints where it answers. Throws a `LauncherError` for what a person can do something
 * about; then nothing is left running.
 */
export async function launch({ options, env, signal, onKill }: LaunchOptions): Promise<Launched> {
  const progress = createProgress({ quiet: options.quiet })
  const { say } = progress
  let claim: Claim | undefined
  let simulator: Child | undefined
  let mailCatcher: Child | undefined
  const webChildren: Partial<Record<WebApp, Child>> = {}
  let databases: Databases | undefined
  let fleet: Fleet | undefined
  let walKeeper: WalKeeper | undefined
  let stopping: Promise<void> | undefined

  const stop = () => {
    stopping ??= (async () => {
      await Promise.all(Object.values(webChildren).map(child => child.stop()))
      await fleet?.stop()
      await Promise.all([simulator?.stop(), mailCatcher?.stop()])
      await walKeeper?.stop()
      await databases?.stop()
      claim?.release()
    })()
    return stopping
  }
  onKill(() => {
    fleet?.kill()
    simulator?.kill()
    mailCatcher?.kill()
    for (const child of Object.values(webChildren)) child.kill()
    claim?.release()
  })

  /** Without it the shop still sells to those who know its API: that it failed is told, and no reason to end. */
  async function openWebApp(app: WebApp, plan: LaunchPlan): Promise<void> {
    try {
      await progress.step(plan.ports[app].name, async tell => {
        webChildren[app] = await startWebApp(app, plan, { say, tell })
      })
    } catch (error) {
      if (!signal.aborted) say((error as Error).message)
    }
  }
  /** One after the other: two builds at once would take the memory of both. */
  async function openWebApps(plan: LaunchPlan): Promise<void> {
    for (const app of Object.keys(webApps) as WebApp[]) {
      if (!signal.aborted) await openWebApp(app, plan)
    }
  }

  async function startAll(plan: LaunchPlan): Promise<Databases> {
    const outside = progress.step('payment simulator', async () => {
      simulator = await startSimulator(plan, say)
    })
    const catching = progress.step('mail catcher', async () => {
      mailCatcher = await startMailCatcher(plan, say)
    })
    const opensWeb = options.web ? openWebApps(plan) : undefined
    const opening = progress.step(options.databaseUrl ? 'databases' : 'PostgreSQL', async () => {
      signal.throwIfAborted()
      databases = await openDatabases({ ...options, secrets: plan.secrets, env, say })
      const { migrateBusAt } = await import('./migrations.ts')
      await migrateBusAt(databases.urls.bus!)
      return databases
    })
    const inside = progress.step('services', async tell => {
      const start = await layouts[options.layout]()
      fleet = await start(plan, opening, { signal, tell, say })
    })
    const outcomes = await Promise.allSettled([opening, outside, catching, inside, opensWeb])
    const failed = outcomes.find(outcome => outcome.status === 'rejected')
    if (failed) throw failed.reason
    return opening
  }

  try {
    prepareDataDir(options.dataDir)
    const ports = planPorts(env, { base: options.portBase, host: options.host })
    const gatewayUrl = urlOf(ports.service.gateway!)
    claim = claimDataDir(options.dataDir, gatewayUrl)
    const notOurs = [
      env.PROVIDER_URL ? [ports.simulator] : [],
      hasMailServer(env) ? [ports.mailbox, ports.smtp] : [],
      options.web ? [] : [ports.storefront, ports.panel],
    ].flat()
    const places = ports.all.filter(place => !notOurs.includes(place))
    if (claim.wasKilled) await waitForOrphans(places, progress)
    await checkPorts(places)
    const plan: LaunchPlan = { env, options, ports, secrets: keepSecrets(options.dataDir, roleNames, env) }
    const { urls, embedded } = await startAll(plan)
    signal.throwIfAborted()
    signal.addEventListener('abort', () => void stop(), { once: true })
    const administrator = await progress.step('administrator', async () => {
      const { keepAdministrator } = await import('./administrator.ts')
      return keepAdministrator(plan, urls, fleet!)
    })
    await stockShelves(plan, urls, administrator, progress)
    const serverUrl = options.databaseUrl ?? embedded?.adminUrl
    if (serverUrl) {
      const { startWalKeeper } = await import('./wal-keeper.ts')
      walKeeper = startWalKeeper({ adminUrl: serverUrl, backupDir: options.backupDir, say })
    }
    const productId = await findProductId(gatewayUrl)
    const seconds = performance.now() / 1000
    const isDetached = process.send !== undefined
    const isElsewhere = embedded && !embedded.folder.startsWith(options.dataDir)
    const postgresFolder = isElsewhere ? embedded.folder : undefined
    const hasMailbox = !hasMailServer(env)
    const hasStorefront = webChildren.storefront !== undefined
    const hasPanel = webChildren.panel !== undefined
    console.log(
      readyText({
        options,
        ports,
        hasMailbox,
        hasStorefront,
        hasPanel,
        administrator,
        productId,
        postgresFolder,
        isDetached,
        seconds,
      }),
    )
    return { stop }
  } catch (error) {
    await stop()
    throw error
  } finally {
    progress.end()
  }
}
