import { baseSettings } from '@shopfleet/service-kit'
import { type Static, Type } from 'typebox'

// Not the common settings as a whole: the door to the outside neither signs nor verifies tokens, so it does not
// hold the secret services show each other.
const { SERVICE_SECRET: _s, TOKEN_ISSUER: _i, TOKEN_AUDIENCE: _a, DEMO_OPEN: _d, ...common } = baseSettings

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
})
export type GatewayConfig = Static<typeof GatewayConfig>
