import {
  type BodyOf,
  Problem,
  type ShopSettings,
  settingsChanged,
  shopId,
  type updateSettings,
} from '@shopfleet/contracts'
import { type Learn, outboxRow } from '@shopfleet/messaging'
import type { Ctx } from './service.ts'
import { insertLearnt, insertSettings, type NewSettings } from './settings-store.ts'

/** Sets the shop anew, over the version that was seen and no other; those who go by it are told. */
export async function changeSettings(
  ctx: Ctx,
  body: BodyOf<typeof updateSettings>,
  updated_by: string | null,
): Promise<ShopSettings> {
  const next = { ...body, version: body.version + 1, updated_by }
  const changed = await insertSettings(ctx.sql, next, outboxRow(settingsChanged, shopId, next))
  if (!changed) throw new Problem('changed-meanwhile', { detail: 'Somebody else has changed the settings.' })
  return changed
}

/** After its database was set back: versions that were said since, which others go by already. */
export const learnSettings: Learn = async (tx, messages) => {
  const versions: number[] = []
  for (const { name, payload, occurred_at } of messages) {
    if (name !== settingsChanged.name) continue
    const said = payload as NewSettings
    if (await insertLearnt(tx, said, occurred_at)) versions.push(said.version)
  }
  if (versions.length === 0) return []
  const how = `set the shop again as version ${versions.at(-1)} had it`
  return [{ aggregate_id: shopId, event_name: settingsChanged.name, how, evidence: { versions } }]
}
