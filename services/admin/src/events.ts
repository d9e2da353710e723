import { staffActed } from '@shopfleet/contracts'
import { type Handler, on } from '@shopfleet/messaging'
import * as audit from './audit-store.ts'
import { services } from './gather.ts'

export const handlers = (): Handler[] =>
  services.map(service =>
    on(staffActed(service), async (tx, action, { correlation_id }) => {
      if (action.phase === 'begun') await audit.insertBegun(tx, service, action, correlation_id)
      else await audit.insertEnded(tx, service, action, correlation_id)
    }),
  )
