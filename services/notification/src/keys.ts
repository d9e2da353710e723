import { randomBytes } from 'node:crypto'
import type { Sql } from '@shopfleet/database'
import webPush from 'web-push'
import * as store from './preferences-store.ts'

export interface VapidKeys {
  publicKey: string
  privateKey: string
}

export type Keys = ReturnType<typeof createKeys>

/** What this service made for itself on first start; all instances share it through the database. */
export function createKeys(sql: Sql) {
  const kept = new Map<string, Promise<any>>()

  function keep<Value extends object>(name: string, make: () => Value): Promise<Value> {
    let value: Promise<Value> | undefined = kept.get(name)
    if (!value) {
      value = store.findKey<Value>(sql, name).then(found => found ?? store.keepKey(sql, name, make()))
      kept.set(name, value)
      value.catch(() => kept.delete(name))
    }
    return value
  }

  return {
    /** Signs links that unsubscribe. */
    linkSecret: async () => (await keep('links', () => ({ secret: randomBytes(32).toString('base64url') }))).secret,
    /** What browsers know this shop by. */
    vapid: () => keep<VapidKeys>('vapid', () => webPush.generateVAPIDKeys()),
  }
}
