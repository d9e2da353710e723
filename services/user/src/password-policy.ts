import { readFileSync } from 'node:fs'
import { Problem } from '@shopfleet/contracts'

/** The name of the shop is what people think of first. */
const shopName = 'shopfleet'

/**
 * Refuses passwords an attacker tries first: the commonest, and those made of the account itself. Length is in the
 * contract; kinds of characters are not asked for, they only make people write `Password1!`.
 */
export function createPasswordPolicy({ isOpen }: { isOpen: boolean }) {
  const text = readFileSync(new URL('../data/common-passwords.txt', import.meta.url), 'utf8')
  const common = new Set(text.split('\n').filter(Boolean))

  function faultOf(password: string, email: string | undefined): string | undefined {
    const plain = password.toLowerCase().trim()
    if (common.has(plain)) return 'is one of the commonest passwords'
    const local = email?.toLowerCase().split('@')[0]
    if (plain === email?.toLowerCase() || plain === local || plain === shopName) return 'is too easy to guess'
    if (new Set(plain).size < 3) return 'is too easy to guess'
    return undefined
  }

  return {
    /** Throws `validation-failed`. A local demonstration takes any: the brief registers with `password`. */
    check(password: string, email?: string): void {
      if (isOpen) return
      const detail = faultOf(password, email)
      if (detail) throw new Problem('validation-failed', { errors: [{ pointer: '/password', detail }] })
    },
  }
}
