import { baseSettings } from '@shopfleet/service-kit'
import { type Static, Type } from 'typebox'

const { HOST, LOG_LEVEL, LOG_FORMAT, SHUTDOWN_TIMEOUT_MS } = baseSettings

export const StorefrontConfig = Type.Object({
  HOST,
  LOG_LEVEL,
  LOG_FORMAT,
  SHUTDOWN_TIMEOUT_MS,
  PORT: Type.Integer({ default: 3000, minimum: 0, maximum: 65_535, description: 'Port to listen on' }),
  GATEWAY_URL: Type.String({
    default: 'http://127.0.0.1:8080',
    pattern: '^https?://',
    description:
      'Where the gateway answers: what pages are made of comes from there, and /api and /ws are passed on to it',
  }),
  PUBLIC_URL: Type.String({
    default: '',
    description:
      'Scheme and host the shop is known by (https://shop.example), for canonical addresses and the sitemap; without it those of the request',
  }),
  TRUSTED_PROXIES: Type.String({
    default: '',
    description:
      'Addresses or networks (10.0.0.0/8) of proxies in front whose X-Forwarded-* are believed, with commas between',
  }),
  PAGE_CACHE_S: Type.Integer({
    default: 5,
    minimum: 0,
    maximum: 3600,
    description: 'Seconds a page that was made is shown to others who ask for the same; nothing of a person is in it',
  }),
  PAGE_TIMEOUT_MS: Type.Integer({
    default: 4000,
    minimum: 100,
    description: 'What the gateway may take for all a page needs, before the shell is shown with an honest word',
  }),
  BUILD_DIR: Type.String({
    default: '',
    description: 'Folder of a build made elsewhere; without it that of the sources as they are',
  }),
  DEVELOPMENT: Type.Boolean({
    default: false,
    description: 'Makes pages from the sources, with hot reload (npm run dev)',
  }),
})
export type StorefrontConfig = Static<typeof StorefrontConfig>
