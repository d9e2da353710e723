/** Where the channel is, on the gateway and behind the proxies of the web apps. */
export const realtimePath = '/ws'

/** Why the server closes a socket, and what a client does about it. What is not listed: connect again, later each time. */
export const closings = {
  restart: { code: 1001, what: 'The gateway stops. Connect again and resume.' },
  binary: { code: 1003, what: 'Messages are text.' },
  'too-big': { code: 1009, what: 'A message was larger than is taken.' },
  'log-set-back': { code: 1012, what: 'Positions count anew. Connect again, and read afresh what is shown.' },
  unavailable: { code: 1013, what: 'A part that is needed is away. Connect again later.' },
  'session-over': {
    code: 4401,
    what: 'The access token has expired, was taken back or is none. Renew the session, then connect and resume.',
  },
  'too-slow': {
    code: 4408,
    what: 'More was to be sent than was read. Nothing is lost: connect again and resume.',
  },
  'too-many': { code: 4429, what: 'Too many messages or sockets. Wait before connecting again.' },
} as const satisfies Record<string, { code: number; what: string }>
export type Closing = keyof typeof closings
