import { type BodyOf, type createAddress, Problem, type SavedAddress } from '@shopfleet/contracts'
import { type Tx, transaction } from '@shopfleet/database'
import * as store from './address-store.ts'
import type { Ctx } from './service.ts'

/** Addresses somebody may keep. */
const limit = 50

type Given = BodyOf<typeof createAddress>

/** Under a lock of the person: there is one default, whoever else changes it at the same moment. */
function change<T>(ctx: Ctx, user_id: string, given: Given, write: (tx: Tx) => Promise<T>): Promise<T> {
  return transaction(ctx.sql, async tx => {
    if (!(await store.lockPerson(tx, user_id))) throw new Problem('invalid-token')
    if (given.is_default) await store.unsetDefault(tx, user_id)
    return write(tx)
  })
}

const asKept = ({ label, is_default = false, address }: Given) => ({ label: label ?? null, is_default, address })

/** The first address is the default one. */
export async function addAddress(ctx: Ctx, user_id: string, given: Given): Promise<SavedAddress> {
  return change(ctx, user_id, given, async tx => {
    const made = await store.insertAddress(tx, user_id, asKept(given), limit)
    // Thrown in here, and below: the default stays what it was.
    if (!made) throw new Problem('too-many', { detail: `Keep ${limit} addresses at most.` })
    return made
  })
}

export async function replaceAddress(ctx: Ctx, user_id: string, id: string, given: Given): Promise<SavedAddress> {
  return change(ctx, user_id, given, async tx => {
    const changed = await store.replaceAddress(tx, user_id, id, asKept(given))
    if (!changed) throw new Problem('not-found')
    return changed
  })
}
