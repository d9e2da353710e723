import { expiry, paying } from './flows.ts'
import { crashFlows } from './suite.ts'

crashFlows(['product', 'inventory', 'cart', 'order', 'payment'], [paying, expiry])
