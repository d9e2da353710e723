import { baseSettings } from '@shopfleet/service-kit'
import { type Static, Type } from 'typebox'

const { HOST, LOG_LEVEL, LOG_FORMAT, SHUTDOWN_TIMEOUT_MS } = baseSettings

export const AdminPanelConfig = Type.Object({
  HOST,
  LOG_LEVEL,
  LOG_FORMAT,
  SHUTDOWN_TIMEOUT_MS,
  PORT: Type.Integer({ default: 3001, minimum: 0, maximum: 65_535, description: 'Port to listen on' }),
  GATEWAY_URL: Type.String({
    default: 'http://127.0.0.1:8080',
    pattern: '^https?://',
    description: 'Where the gateway answers: /api and /ws are passed on to it',
  }),
  SHOP_URL: Type.String({
    default: 'http://localhost:3000',
    pattern: '^https?://',
    description: 'Where the storefront is open: links of the panel to pages of the shop lead there',
  }),
  TRUSTED_PROXIES: Type.String({
    default: '',
    description:
      'Addresses or networks (10.0.0.0/8) of proxies in front whose X-Forwarded-* are believed, with commas between',
  }),
  BUILD_DIR: Type.String({
    default: '',
    description: 'Folder of a build made elsewhere; without it that of the sources as they are',
  }),
  DEVELOPMENT: Type.Boolean({
    default: false,
    description: 'Serves the sources, with hot reload (npm run dev)',
  }),
})
export type AdminPanelConfig = Static<typeof AdminPanelConfig>
