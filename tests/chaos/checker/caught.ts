import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inMemory } from './evidence.ts'
import { type MadeUpRun, makeUpRun } from './made-up-run.ts'
import { guarantees, judge } from './verdict.ts'

/** One thing that is changed in a sound run, and the checks that must find it. */
export type Wrong = [check: string, what: string, change: (run: MadeUpRun) => void]

/** A test for each: that check, of that guarantee, finds it. */
export function catches(guarantee: number, list: Wrong[]): void {
  for (const [check, what, change] of list) {
    test(`${guarantee}. ${guarantees[guarantee]}: ${what}`, () => {
      const run = makeUpRun()
      change(run)
      const { outcome, violations } = judge(inMemory(run.files))
      const found = violations.filter(one => one.guarantee === guarantee).map(one => one.check)
      assert.ok(found.includes(check), `found by ${[...new Set(found)].join('; ') || 'nobody'}, not by: ${check}`)
      assert.equal(outcome, 'violations')
    })
  }
}

/** Names of the checks of a guarantee, to see that each is known to find something. */
export function checksOf(guarantee: number): string[] {
  const { guarantees: verdicts } = judge(inMemory(makeUpRun().files))
  return verdicts.find(one => one.guarantee === guarantee)!.checks.map(check => check.name)
}

/** Every check of the guarantee is among those that must find something: one that never fails would prove nothing. */
export function coversAll(guarantee: number, list: Wrong[]): void {
  test(`${guarantee}. ${guarantees[guarantee]}: each of its checks is known to find something`, () => {
    const tried = new Set(list.map(([check]) => check))
    assert.deepEqual(
      checksOf(guarantee).filter(name => !tried.has(name)),
      [],
    )
  })
}

export function find<T extends Record<string, any>>(rows: T[], where: Partial<T>): T {
  const row = rows.find(one => Object.entries(where).every(([name, value]) => one[name] === value))
  if (!row) throw new Error(`no row with ${JSON.stringify(where)}`)
  return row
}

export function remove<T extends Record<string, any>>(rows: T[], where: Partial<T>): void {
  rows.splice(rows.indexOf(find(rows, where)), 1)
}
