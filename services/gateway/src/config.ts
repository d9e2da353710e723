import { baseSettings, busSettings } from '@shopfleet/service-kit'
import { type Static, Type } from 'typebox'

// Not the common settings as a whole: nobody is a direct caller here.
const { DEMO_OPEN: _d, ...common } = baseSettings

export const GatewayConfig = Type.Object({
  ...common,
  PORT: Type.Integer({ default: 8080, minimum: 0, maximum: 65_535, description: 'Port to listen on' }),
  METRICS_HOST: Type.String({
    default: '127.0.0.1',
    description: "Address of the operators' listener; not that of HOST, which may be open to everyone",
  }),
  METRICS_PORT: Type.Integer({
    default: 8081,
    minimum: 0,
    maximum: 65_535,
    description: 'Port of /metrics and /health for the operators; never published',
  }),
  CORS_ORIGINS: Type.String({
    default: 'http://localhost:3000,http://localhost:3001',
    description: 'Origins of web pages that may call the API, with commas between',
  }),
  TRUSTED_PROXIES: Type.String({
    default: '',
    description:
      'Addresses or networks (10.0.0.0/8) of proxies in front whose X-Forwarded-* are believed, with commas between',
  }),
  REDIS_URL: Type.String({
    default: '',
    description: 'Redis or Valkey that several gateways share their rate limits in; without one each counts by itself',
    secret: true,
  }),
  // Of a role that may read what is told outside; without any there is no realtime channel.
  ...busSettings,
  REALTIME_SOCKETS: Type.Integer({
    default: 10_000,
    minimum: 1,
    description: 'Sockets of the realtime channel at most',
  }),
  REALTIME_SOCKETS_ADDRESS: Type.Integer({ default: 100, minimum: 1, description: 'The same from one address' }),
  REALTIME_SOCKETS_USER: Type.Integer({ default: 20, minimum: 1, description: 'The same of one signed-in user' }),
  REALTIME_MESSAGES: Type.Integer({
    default: 10,
    minimum: 1,
    description: 'Messages a second taken from one socket; twice as many at once',
  }),
  REALTIME_HEARTBEAT_MS: Type.Integer({
    default: 25_000,
    minimum: 50,
    description: 'Milliseconds between two heartbeats; a socket that answers none of two is ended',
  }),
  REALTIME_REPLAY: Type.Integer({
    default: 10_000,
    minimum: 1,
    maximum: 1_000_000,
    description: 'Events of each topic kept in memory for sockets that come back; who was away for more reads afresh',
  }),
  REALTIME_BUFFER_BYTES: Type.Integer({
    default: 65_536,
    minimum: 1024,
    description: 'Bytes that may wait to be taken by one socket before what follows is held back and collapsed',
  }),
  REALTIME_HELD_BACK: Type.Integer({
    default: 1000,
    minimum: 1,
    description: 'Messages held back for one socket at most; one more, and it is closed and may resume',
  }),
  REALTIME_PATIENCE_MS: Type.Integer({
    default: 15_000,
    minimum: 50,
    description: 'Milliseconds messages may be held back for one socket before it is closed; it may resume',
  }),
  CACHE_MB: Type.Integer({
    default: 64,
    minimum: 0,
    maximum: 4096,
    description: 'Memory for answers of public reads, in megabytes; 0 keeps none',
  }),
  LIMIT_WINDOW_S: Type.Integer({
    default: 900,
    minimum: 1,
    maximum: 86_400,
    description: 'Seconds the limits below are for',
  }),
  LIMIT_ADDRESS: Type.Integer({
    default: 100,
    minimum: 1,
    description: 'Requests of one address that is not signed in; public reads are not counted',
  }),
  LIMIT_USER: Type.Integer({ default: 1000, minimum: 1, description: 'Requests of one signed-in user' }),
  LIMIT_SIGN_IN_ADDRESS: Type.Integer({
    default: 20,
    minimum: 1,
    description: 'Sign-ins, registrations and password resets from one address',
  }),
  LIMIT_SIGN_IN_ACCOUNT: Type.Integer({
    default: 30,
    minimum: 1,
    description: 'The same for one e-mail address, from everywhere',
  }),
  LIMIT_WEBHOOK: Type.Integer({ default: 100_000, minimum: 1, description: 'Webhooks from one address' }),
  MAX_IN_FLIGHT: Type.Integer({
    default: 400,
    minimum: 1,
    description: 'Requests under way at once; from half of it on lists are refused, then browsing, checkouts last',
  }),
  MAX_LOOP_DELAY_MS: Type.Integer({
    default: 400,
    minimum: 10,
    description: 'The same by how late the event loop is, in milliseconds',
  }),
  RESTART_PATIENCE_MS: Type.Integer({
    default: 3000,
    minimum: 0,
    maximum: 30_000,
    description:
      'Milliseconds requests wait for a service that refuses connections, as in a restart; then they are refused at once',
  }),
  TLS_CERT_PATH: Type.String({
    default: '',
    description: 'Certificate chain (PEM); with it the listener speaks HTTPS',
  }),
  TLS_KEY_PATH: Type.String({ default: '', description: 'Its private key (PEM)' }),
})
export type GatewayConfig = Static<typeof GatewayConfig>
