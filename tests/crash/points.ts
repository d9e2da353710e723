import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/*
 * The boundaries that are known, a file a flow: what is crashed is in the repository, and a boundary that is new or gone
 * is seen in a review.
 */

const folder = join(import.meta.dirname, 'points')
const fileOf = (flow: string) => join(folder, `${flow.replace(/\W+/g, '-')}.txt`)

/** `name #occurrence`, without the occurrence: how often the relay runs is chance. */
export const nameOf = (place: string) => place.replace(/ #\d+$/, '')

/** Fails if a flow passed a boundary that is not in its file, or did not pass one that is. */
export function compareWithKnown(flow: string, places: Record<string, string[]>): void {
  const observed = Object.entries(places)
    .flatMap(([service, list]) => [...new Set(list.map(nameOf))].sort().map(name => `${service}: ${name}`))
    .sort()
  const file = fileOf(flow)
  if (process.env.CRASH_POINTS) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, `${observed.join('\n')}\n`)
  }
  const known = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
  const fresh = observed.filter(line => !known.includes(line))
  const gone = known.filter(line => !observed.includes(line))
  const what = [...fresh.map(line => `  new:  ${line}`), ...gone.map(line => `  gone: ${line}`)].join('\n')
  assert.ok(
    fresh.length + gone.length === 0,
    `The boundaries of "${flow}" are not those of ${file}:\n${what}\n` +
      'Every one that is new was crashed in this run. If each of these lines is meant, record them with\n' +
      '  CRASH_POINTS=write npm test -- tests/crash\nand commit the file; if not, find out why a write or a call came or went.',
  )
}
