import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCode, explainFileError } from '@shopfleet/database'
import { environmentOf, type LaunchPlan } from './environment.ts'
import type { Fleet } from './fleet.ts'
import { services } from './services.ts'

export interface Administrator {
  email: string
  password: string
  file: string
  /** Made by this start. */
  isNew: boolean
}

const email = 'admin@shopfleet.local'

function readKept(file: string): { email: string; password: string } | undefined {
  try {
    const { email, password } = JSON.parse(readFileSync(file, 'utf8'))
    return typeof email === 'string' && typeof password === 'string' ? { email, password } : undefined
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined
    throw explainFileError(error, file)
  }
}

/**
 * Makes the first administrator when the shop has none, and keeps the credentials in `admin.json`, for the owner's eyes
 * only. Undefined when there is an administrator whose password is not known here.
 */
export async function keepAdministrator(
  plan: LaunchPlan,
  urls: Record<string, string>,
  fleet: Fleet,
): Promise<Administrator | undefined> {
  const file = join(plan.options.dataDir, 'admin.json')
  const kept = readKept(file)
  const wanted = kept ?? { email, password: randomBytes(12).toString('base64url') }
  if (!kept) {
    // Written first: a start that is killed between the two leaves no administrator whose password nobody knows.
    try {
      writeFileSync(file, `${JSON.stringify(wanted, null, 2)}\n`, { mode: 0o600, flush: true })
    } catch (error) {
      throw explainFileError(error, file)
    }
  }
  const isNew = await ensure(wanted, plan, urls, fleet)
  if (!isNew && !kept) {
    rmSync(file, { force: true })
    return undefined
  }
  return { ...wanted, file, isNew }
}

async function ensure(
  wanted: { email: string; password: string },
  plan: LaunchPlan,
  urls: Record<string, string>,
  fleet: Fleet,
): Promise<boolean> {
  const { createUserService, ensureAdministrator, UserConfig } = await import('@shopfleet/user')
  type UserService = Awaited<ReturnType<typeof createUserService>>
  const running = fleet.service('user') as UserService | undefined
  if (running) return ensureAdministrator(running.ctx, wanted)

  const { readConfig } = await import('@shopfleet/service-kit')
  const entry = services.find(service => service.name === 'user')!
  // Its tools without its door: it is never started, the one that serves is another process.
  const service = await createUserService(readConfig(UserConfig, 'user', environmentOf(entry, plan, urls)))
  try {
    return await ensureAdministrator(service.ctx, wanted)
  } finally {
    await service.stop()
  }
}
