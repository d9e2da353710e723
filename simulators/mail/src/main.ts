import { createMailCatcher } from './catcher.ts'
import { readOptions } from './config.ts'

const catcher = createMailCatcher(readOptions(process.env, process.argv.slice(2)))
const { url, smtpUrl } = await catcher.start()
console.log(`mail catcher ready on ${smtpUrl}, mailbox on ${url}`)

const stop = () => void catcher.stop().then(() => process.exit())
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop)
// The program that started it, if one did, waits for the word, and may be killed: then nobody else would stop this one.
process.once('disconnect', stop)
process.send?.({ ready: 'mail-catcher' })
