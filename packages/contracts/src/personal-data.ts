import { Type } from 'typebox'
import { Id } from './fields.ts'
import { operation, type ServiceName } from './operation.ts'

/** Services beside the user service that keep what belongs to a person. A new one that does is added here. */
export const personalDataServices = [
  'order',
  'cart',
  'review',
  'notification',
  'analytics',
] as const satisfies ServiceName[]
export type PersonalDataService = (typeof personalDataServices)[number]

/** By the name of a thing, all of them that belong to the person. */
export const PersonalData = Type.Record(Type.String(), Type.Array(Type.Unknown()))

/**
 * What every such service offers to the user service. The same everywhere, so they are made for a service when they are
 * called or mounted, and are in no list of a service's own operations.
 */
export function personalData(service: PersonalDataService) {
  return {
    exportPersonalData: operation({
      service,
      name: 'exportPersonalData',
      method: 'GET',
      path: '/internal/personal-data/:user_id',
      auth: { service: ['user', 'admin'] },
      summary: 'Everything kept here of a person',
      params: Type.Object({ user_id: Id }),
      replies: { 200: PersonalData },
    }),
    hasErased: operation({
      service,
      name: 'hasErased',
      method: 'GET',
      path: '/internal/personal-data/erasures/:event_id',
      auth: { service: ['user'] },
      summary: 'Whether what names the person of a user.erased was dropped here',
      params: Type.Object({ event_id: Id }),
      replies: { 200: Type.Object({ erased: Type.Boolean() }) },
    }),
  }
}
