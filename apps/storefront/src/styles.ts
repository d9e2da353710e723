import createCache, { type EmotionCache } from '@emotion/cache'

/** Where the styles of components go. `nonce` is what the page's policy lets pass. */
export const createStyles = (nonce?: string): EmotionCache => createCache({ key: 'sf', nonce, prepend: true })
