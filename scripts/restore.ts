import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { LauncherError } from '@shopfleet/database'
import { embeddedAdminUrl, keptByDefault, makeBackup } from '@shopfleet/platform/backup'
import { withDatabases } from '@shopfleet/platform/data-folder'
import { databaseNames, namedUrls, roleNames } from '@shopfleet/platform/databases'
import { readEnvFile } from '@shopfleet/platform/launch'
import { type Options, readOptions } from '@shopfleet/platform/options'
import { takeOptions } from '@shopfleet/platform/own-options'
import { runProgram } from '@shopfleet/platform/program'
import { createProgress } from '@shopfleet/platform/progress'
import { discardAside, parseTarget, restoreAll, undoRestore } from '@shopfleet/platform/restore'
import { discardDatabases, parseServices, restoreServices } from '@shopfleet/platform/restore-service'
import { findRunningCopy } from '@shopfleet/platform/running-copy'
import { keepSecrets } from '@shopfleet/platform/secrets'

/*
 * `npm run restore -- --to <time|latest>`: sets the databases of the shop back to a time.
 *   --service a,b   only those of these services; the shop, running or not, goes on
 *   --from folder   where the backups are (BACKUP_DIR, .data/backups)
 *   --undo          puts back what the last restore of everything has set aside
 *   --confirm       deletes what restores have set aside
 *   --no-backup     makes no new backup afterwards
 */

const now = () => new Date()

await runProgram(async () => {
  readEnvFile()
  const { values, rest } = takeOptions(process.argv.slice(2), {
    to: 'string',
    service: 'string',
    from: 'string',
    undo: 'boolean',
    confirm: 'boolean',
    'no-backup': 'boolean',
  })
  const options = readOptions(rest, process.env)
  if (values.from && !existsSync(values.from)) {
    throw new LauncherError(`${values.from} does not exist`, '--from is the folder backups are in.')
  }
  const backupDir = values.from ? resolve(values.from) : options.backupDir
  if (values.undo) return undo(options)
  if (values.confirm) return confirm(options)
  if (values.to === undefined) {
    throw new LauncherError(
      'To which time?',
      'npm run restore -- --to 2026-11-28T20:15:00Z, or --to latest. All backups: npm run backup -- --list',
    )
  }
  const target = parseTarget(values.to, now())
  const isWhole = values.service === undefined
  const own = Object.keys(namedUrls(process.env))
  if (own.length > 0) {
    throw new LauncherError(`${own.join(', ')} name databases of their own`, 'Restore those where they are kept.')
  }
  const progress = createProgress({ quiet: options.quiet })
  const common = { dataDir: options.dataDir, backupDir, target, progress, now: now() }

  if (isWhole && options.databaseUrl === undefined) {
    const { backup, recovered, aside, putBack, seconds } = await restoreAll(common)
    if (putBack.length > 0) console.log(`Put back from the backup: ${putBack.join(', ')}`)
    tellRecovered(recovered, target)
    console.log(`\nRestored from ${backup.name} in ${seconds.toFixed(1)} s.`)
    if (!values['no-backup']) await backUp(options, progress)
    if (aside)
      console.log(
        `\nWhat was there before is in ${aside}.\nAll is well: npm run restore -- --confirm. It is not: npm run restore -- --undo`,
      )
    console.log('Now: npm start. What happened at the payment provider after that time is reconciled then.')
    return
  }

  await withDatabases(options, process.env, async () => {
    if (isWhole && findRunningCopy(options.dataDir)) {
      throw new LauncherError('Shopfleet is running', 'Stop it before all of its databases are set back: npm stop.')
    }
    const adminUrl = options.databaseUrl ?? embeddedAdminUrl(options.dataDir)
    const names = isWhole ? databaseNames : parseServices(values.service!, databaseNames)
    const secrets = keepSecrets(options.dataDir, roleNames, process.env)
    const { backup, recovered, rows, aside, seconds } = await restoreServices({
      ...common,
      names,
      adminUrl,
      secrets,
      env: process.env,
    })
    tellRecovered(recovered, target)
    for (const [name, count] of Object.entries(rows)) console.log(`  ${name.padEnd(14)} ${count} rows`)
    console.log(`\n${names.join(', ')} restored from ${backup.name} in ${seconds.toFixed(1)} s.`)
    console.log(`What was there before is in ${aside.join(', ')}.\nAll is well: npm run restore -- --confirm`)
  })
})

function tellRecovered(
  { lastCommit, isBroken }: { lastCommit: string | undefined; isBroken: boolean },
  target: string,
) {
  console.log(`Its last transaction is of ${lastCommit ?? 'the time of the backup'}.`)
  if (isBroken && target === 'latest') {
    console.log('The kept log has a gap, or goes on after another restore: what came later is not in it.')
  }
}

async function backUp(options: Options, progress: ReturnType<typeof createProgress>): Promise<void> {
  const { dataDir, databaseUrl, backupDir } = options
  await withDatabases(options, process.env, async () => {
    const { backup, seconds } = await makeBackup({
      ...{ dataDir, databaseUrl, backupDir, progress, isFollowed: true, keep: keptByDefault },
      adminUrl: embeddedAdminUrl(dataDir),
    })
    console.log(`A new backup, from which later restores start: ${backup.name} (${seconds.toFixed(1)} s).`)
  })
}

function undo({ dataDir }: Options): Promise<void> {
  return undoRestore(dataDir, now()).then(({ back, aside }) => {
    console.log(`${back} is in its place again${aside ? `; what the restore made is in ${aside}` : ''}.`)
  })
}

async function confirm(options: Options): Promise<void> {
  const folders = options.databaseUrl === undefined ? discardAside(options.dataDir) : []
  const databases = await withDatabases(options, process.env, () =>
    discardDatabases(options.databaseUrl ?? embeddedAdminUrl(options.dataDir)),
  )
  const gone = [...folders.map(folder => basename(folder)), ...databases]
  console.log(gone.length > 0 ? `Deleted: ${gone.join(', ')}.` : 'No restore has set anything aside.')
}
