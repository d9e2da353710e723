import { readOptions } from './config.ts'
import { createPaymentSimulator } from './simulator.ts'

const simulator = createPaymentSimulator(readOptions(process.env, process.argv.slice(2)))
const { url } = await simulator.start()
console.log(`payment simulator ready on ${url}`)

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => simulator.stop())
