import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { processTree, type Shop } from './shop.ts'

/* What each process of a shop used, read from Linux's scheduler. */

/** Processor time in ms of each role: all threads, and for PostgreSQL all processes and those that have ended. */
export function cpuByRole(shop: Shop): Record<string, number> {
  const roles: Record<string, number> = { driver: process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000 }
  for (const { pid, command } of processTree(shop.pid)) {
    if (/postgres/.test(command)) continue
    const role = /run\.mjs/.test(command)
      ? 'wrapper'
      : /simulators\/payment/.test(command)
        ? 'payment simulator'
        : /simulators\/mail/.test(command)
          ? 'mail catcher'
          : 'platform'
    roles[role] = (roles[role] ?? 0) + cpuOf(pid)
  }
  const postmaster = Number(readFileSync(join(shop.dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n', 1)[0])
  let postgres = 0
  for (const { pid, command } of processTree(postmaster)) {
    postgres += cpuOf(pid)
    const kind = /postgres: (\S+ ?\S*)/.exec(command)?.[1] ?? 'postmaster'
    const name = `  postgres ${kind.replace(/^shopfleet_(\S+).*/, '$1')}`
    roles[name] = (roles[name] ?? 0) + cpuOf(pid)
  }
  roles.postgres = postgres + endedChildrenOf(postmaster)
  return roles
}

function cpuOf(pid: number): number {
  let ns = 0
  try {
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      ns += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ', 1)[0])
    }
  } catch {
    // It has just ended.
  }
  return ns / 1e6
}

/** Time of children that have ended, in ms: of the postmaster, of each connection and worker that is gone. */
function endedChildrenOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[13]) + Number(fields[14])) * 10
}

/** What was used between two looks. */
export const less = (a: Record<string, number>, b: Record<string, number>) =>
  Object.fromEntries(Object.entries(a).map(([role, ms]) => [role, ms - (b[role] ?? 0)]))
