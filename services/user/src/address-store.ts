import type { SavedAddress } from '@shopfleet/contracts'
import type { Queryable, Tx } from '@shopfleet/database'

type Given = Pick<SavedAddress, 'address' | 'is_default'> & { label: string | null }

const columns = (sql: Queryable) => sql`id, label, address, is_default, created_at, updated_at`

export async function listAddresses(sql: Queryable, user_id: string): Promise<SavedAddress[]> {
  return sql<SavedAddress[]>`
    select ${columns(sql)} from addresses where user_id = ${user_id} order by is_default desc, id desc`
}

/** Makes whoever adds, changes or counts addresses of a person at once do so one after the other. */
export async function lockPerson(tx: Tx, user_id: string): Promise<boolean> {
  return (await tx`select 1 from users where id = ${user_id} and is_active for no key update`).count === 1
}

export async function unsetDefault(tx: Tx, user_id: string): Promise<void> {
  await tx`update addresses set is_default = false where user_id = ${user_id} and is_default`
}

/** Undefined: there are `limit` of them already. */
export async function insertAddress(
  tx: Tx,
  user_id: string,
  { label, address, is_default }: Given,
  limit: number,
): Promise<SavedAddress | undefined> {
  const [row] = await tx<SavedAddress[]>`
    insert into addresses (user_id, label, address, is_default)
    select ${user_id}, ${label}, ${address as never}::jsonb,
           ${is_default} or not exists (select 1 from addresses where user_id = ${user_id})
    where (select count(*) from addresses where user_id = ${user_id}) < ${limit}::int
    returning ${columns(tx)}`
  return row
}

export async function replaceAddress(
  tx: Tx,
  user_id: string,
  id: string,
  { label, address, is_default }: Given,
): Promise<SavedAddress | undefined> {
  const [row] = await tx<SavedAddress[]>`
    update addresses set label = ${label}, address = ${address as never}::jsonb, is_default = ${is_default}, updated_at = now()
    where id = ${id} and user_id = ${user_id} returning ${columns(tx)}`
  return row
}

export async function deleteAddress(sql: Queryable, user_id: string, id: string): Promise<boolean> {
  return (await sql`delete from addresses where id = ${id} and user_id = ${user_id}`).count === 1
}

export async function deleteAddressesOf(tx: Tx, user_id: string): Promise<void> {
  await tx`delete from addresses where user_id = ${user_id}`
  await tx`delete from known_devices where user_id = ${user_id}`
}
