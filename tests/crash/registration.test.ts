import { registration } from './flows.ts'
import { crashFlows } from './suite.ts'

crashFlows(['user'], [registration])
