import { cancelling, partRefund, wholeRefund } from './flows.ts'
import { crashFlows } from './suite.ts'

crashFlows(['product', 'inventory', 'cart', 'order', 'payment'], [cancelling, partRefund, wholeRefund])
