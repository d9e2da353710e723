import { checkout } from './checkout.ts'
import { events } from './events.ts'
import { machine } from './machine.ts'
import { platform } from './platform.ts'
import { shop } from './shop.ts'

/** The dashboards by the name of their file. `npm run generate` writes dashboards/*.json, which Grafana reads. */
export const dashboards: Record<string, object> = { shop, platform, checkout, events, machine }
