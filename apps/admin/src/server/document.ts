import type { BuiltFiles } from '@shopfleet/web-server'
import { colorSchemeAttribute, modeKey } from '../theme-keys.ts'

/** The one HTML document of the panel; everything else happens in the browser. */

/** Before anything is painted: the colours that were chosen, or those of the system. */
const themeScript = `(function(){try{var m=localStorage.getItem(${JSON.stringify(modeKey)})}catch(e){}
var d=m==='dark'||m!=='light'&&matchMedia('(prefers-color-scheme: dark)').matches
document.documentElement.setAttribute(${JSON.stringify(colorSchemeAttribute)},d?'dark':'light')})()`

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')

export function documentHtml(parts: { nonce: string; shopUrl: string; head: string }): string {
  const { nonce, shopUrl, head } = parts
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Admin</title>
<meta name="robots" content="noindex, nofollow">
<meta name="shop-url" content="${escaped(shopUrl)}">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<script nonce="${nonce}">${themeScript}</script>
${head}
</head>
<body>
<div id="app"></div>
<noscript>The admin panel needs JavaScript.</noscript>
</body>
</html>`
}

/** What the document of a build has in its head. */
export const builtHead = (files: BuiltFiles, nonce: string): string =>
  [
    ...files.fonts.map(file => `<link rel="preload" href="${file}" as="font" type="font/woff2" crossorigin>`),
    `<style nonce="${nonce}">${files.styles}</style>`,
    ...files.scriptsOf([]).map(file => `<link rel="modulepreload" href="${file}">`),
    `<script type="module" src="${files.entry}" nonce="${nonce}"></script>`,
  ].join('\n')
