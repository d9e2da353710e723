/** What styles made in the browser show, so that they count (Content-Security-Policy). */
export const nonce = document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce
