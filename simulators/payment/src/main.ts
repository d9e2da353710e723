import { readOptions } from './config.ts'
import { createPaymentSimulator } from './simulator.ts'

const simulator = createPaymentSimulator(readOptions(process.env, process.argv.slice(2)))
const { url } = await simulator.start()
console.log(`payment simulator ready on ${url}`)

const stop = () => void simulator.stop().then(() => process.exit())
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop)
// The program that started it, if one did, waits for the word, and may be killed: then nobody else would stop this one.
process.once('disconnect', stop)
process.send?.({ ready: 'payment-simulator' })
