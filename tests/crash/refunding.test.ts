import { lineRefund } from './flows.ts'
import { crashFlows } from './suite.ts'

crashFlows(['product', 'inventory', 'cart', 'order', 'payment'], [lineRefund])
