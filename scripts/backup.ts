import { resolve } from 'node:path'
import { LauncherError } from '@shopfleet/database'
import { catchUp, embeddedAdminUrl, keptByDefault, makeBackup } from '@shopfleet/platform/backup'
import { listBackups, verifyBackup } from '@shopfleet/platform/backup-folder'
import { withDatabases } from '@shopfleet/platform/data-folder'
import { namedUrls } from '@shopfleet/platform/databases'
import { readEnvFile } from '@shopfleet/platform/launch'
import { readOptions } from '@shopfleet/platform/options'
import { takeOptions } from '@shopfleet/platform/own-options'
import { runProgram } from '@shopfleet/platform/program'
import { createProgress } from '@shopfleet/platform/progress'

/*
 * `npm run backup`: a backup of the whole shop, while it runs or while it is stopped.
 *   --to folder     a copy by itself, somewhere else; without it in BACKUP_DIR (.data/backups), followed by the log
 *   --keep n        how many backups stay (7)
 *   --list          what there is
 *   --verify        reads all of them again
 *   --log           only brings the kept log up to now (a running shop does that by itself)
 */

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`

await runProgram(async () => {
  readEnvFile()
  const { values, rest } = takeOptions(process.argv.slice(2), {
    to: 'string',
    keep: 'string',
    list: 'boolean',
    verify: 'boolean',
    log: 'boolean',
  })
  const options = readOptions(rest, process.env)
  const keep = Number(values.keep ?? keptByDefault)
  if (!Number.isInteger(keep) || keep < 1) {
    throw new LauncherError(`--keep is a whole number from 1 on, not ${values.keep}`, 'npm run backup -- --keep 7')
  }
  const isFollowed = values.to === undefined
  const backupDir = isFollowed ? options.backupDir : resolve(String(values.to))

  if (values.list || values.verify) {
    const backups = listBackups(backupDir)
    if (backups.length === 0) console.log(`There is no backup in ${backupDir} yet. Make one: npm run backup`)
    for (const backup of backups) {
      const { finished_at, database_bytes, files, postgres_version } = backup.manifest
      const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0)
      console.log(
        `${backup.name}  finished ${finished_at.replace(/\.\d+/, '')}  ${megabytes(bytes)} (${megabytes(database_bytes)} of data, PostgreSQL ${postgres_version})`,
      )
      if (values.verify)
        console.log(`  whole: ${(await verifyBackup(backup)).files} files of the databases are as they were`)
    }
    return
  }

  const own = Object.keys(namedUrls(process.env))
  if (own.length > 0) {
    console.log(`Not in this backup: ${own.join(', ')}, whose databases are named by a URL of their own.`)
  }
  const progress = createProgress({ quiet: options.quiet })
  await withDatabases(options, process.env, async () => {
    const adminUrl = options.databaseUrl ?? embeddedAdminUrl(options.dataDir)
    if (values.log) {
      await progress.step('log up to now', () => catchUp(adminUrl, backupDir))
      return
    }
    const { backup, seconds, bytes, deleted } = await makeBackup({
      ...{
        dataDir: options.dataDir,
        databaseUrl: options.databaseUrl,
        backupDir,
        adminUrl,
        keep,
        progress,
        isFollowed,
      },
    })
    for (const name of deleted) console.log(`Deleted, as more than ${keep} were there: ${name}`)
    console.log(
      `\nBackup ${backup.folder}\n${megabytes(backup.manifest.database_bytes)} of data in ${megabytes(bytes)}, made and verified in ${seconds.toFixed(1)} s.`,
    )
    console.log(
      isFollowed
        ? `Any time from ${backup.manifest.finished_at} on can be restored, while a running shop keeps the log: npm run restore -- --to <time>`
        : `It holds the shop as of ${backup.manifest.finished_at}: npm run restore -- --from ${backupDir} --to latest`,
    )
  })
})
