import { setTimeout as sleep } from 'node:timers/promises'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'
import type { Fault, Faults } from './faults.ts'
import type { NewLine } from './journal.ts'
import type { Mailbox } from './mailbox.ts'
import { readBody, readHead, toRaw } from './message.ts'

const maxBytes = 10 * 1024 * 1024

/** The door mail comes in by. Takes everything, from anyone, for anyone; never sends anything on. */
export function createSmtp({
  mailbox,
  faults,
  keepHtml,
  slowMs,
  hangMs,
}: {
  mailbox: Mailbox
  faults: Faults
  keepHtml: boolean
  slowMs: number
  hangMs: number
}) {
  const stopping = new AbortController()
  const server = new SMTPServer({
    banner: 'Shopfleet mail catcher: nothing is sent on',
    disabledCommands: ['STARTTLS'],
    // Whoever wants to sign in may: any name and password will do, as the client's settings are what is tried.
    authOptional: true,
    allowInsecureAuth: true,
    onAuth: (auth, _session, done) => done(null, { user: auth.username }),
    disableReverseLookup: true,
    size: maxBytes,
    closeTimeout: 500,
    logger: false,
    onData(stream, session, done) {
      receive(stream, session).then(
        reply => done(null, reply),
        error => done(error),
      )
    },
  })
  // A client that goes away in the midst is its own affair.
  server.on('error', () => {})

  const destroy = (session: SMTPServerSession) => {
    for (const connection of server.connections) if (connection.id === session.id) connection._socket.destroy()
  }
  const wait = (ms: number) => sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined)

  async function receive(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<string> {
    const bytes = await readAll(stream)
    if (stream.sizeExceeded) throw refusal(552, 'The message is too large')
    const message = await toLine(toRaw(bytes), session, keepHtml)
    const fault = faults.choose(message.to, message.message_id, mailbox.hasTaken(message.message_id))
    return take(message, session, fault)
  }

  async function take(message: NewLine, session: SMTPServerSession, fault: Fault | undefined) {
    if (fault === 'temporary') throw refusal(451, 'Try again later (a fault that was asked for)')
    if (fault === 'permanent') throw refusal(550, 'No such mailbox (a fault that was asked for)')
    if (fault === 'hang') {
      await wait(hangMs)
      destroy(session)
      throw refusal(421, 'gone')
    }
    if (fault === 'slow') await wait(slowMs)
    const { n } = await mailbox.take(message)
    if (fault === 'drop') destroy(session)
    return `Taken as ${n}`
  }

  return {
    listen(port: number, host: string): Promise<number> {
      return new Promise((resolve, reject) => {
        server.server.once('error', reject)
        server.listen(port, host, () => {
          const address = server.server.address()
          resolve(typeof address === 'object' && address ? address.port : port)
        })
      })
    },
    async stop() {
      stopping.abort()
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      // A message on its way is answered, or will be sent again; an idle connection must not hold up the stop.
      for (const connection of server.connections) connection.close()
      await closed
    },
  }
}

function refusal(responseCode: number, text: string) {
  return Object.assign(new Error(text), { responseCode })
}

/** What is too large is read to its end and forgotten on the way. */
function readAll(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = []
  return new Promise((resolve, reject) => {
    stream.on('data', chunk => {
      if (!stream.sizeExceeded) chunks.push(chunk)
    })
    stream.on('end', () => resolve(Buffer.concat(chunks)))
    stream.on('error', reject)
    // The sender went away in the midst; after the end it says nothing.
    stream.on('close', () => reject(new Error('the message did not end')))
  })
}

async function toLine(raw: string, session: SMTPServerSession, keepHtml: boolean): Promise<NewLine> {
  const { mailFrom, rcptTo } = session.envelope
  const head = {
    at: new Date().toISOString(),
    from: mailFrom ? mailFrom.address : '',
    to: rcptTo.map(({ address }) => address),
    ...(await readHead(raw)),
  }
  if (keepHtml) return { ...head, raw }
  const { html: _, ...body } = await readBody(raw)
  return { ...head, ...body }
}
