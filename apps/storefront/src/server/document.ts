import { randomBytes } from 'node:crypto'
import type { BuiltFiles } from '@shopfleet/web-server'
import { colorSchemeAttribute, themeKey } from '../theme-keys.ts'

/** The HTML document around a rendered page. */

export interface Parts {
  language: string
  head: string
  styles: string
  body: string
  /** JSON with every `<` escaped. */
  state: string
  /** Source files of the page, whose scripts are wanted at once. */
  files: readonly string[]
}

export type Document = (parts: Parts) => string | Promise<string>

/** Stands in kept HTML where each answer has its own nonce. Nobody outside knows it, so no text of a product can have it. */
export const nonceMark = randomBytes(16).toString('hex')

/** Before anything is painted: the colours that were chosen, or those of the system. */
const themeScript = `(function(){try{var m=localStorage.getItem(${JSON.stringify(themeKey)})}catch(e){}
var d=m==='dark'||m!=='light'&&matchMedia('(prefers-color-scheme: dark)').matches
document.documentElement.setAttribute(${JSON.stringify(colorSchemeAttribute)},d?'dark':'light')})()`

export function documentHtml({ language, head, styles, body, state }: Parts, scripts: string): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${head}
<script nonce="${nonceMark}">${themeScript}</script>
<meta name="color-scheme" content="light dark">
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="manifest" href="/manifest.webmanifest">
${scripts}
${styles}
</head>
<body>
<div id="app">${body}</div>
<script type="application/json" id="state">${state}</script>
</body>
</html>`
}

/** The document of a build. */
export function readDocument(files: BuiltFiles): Document {
  const common = [
    ...files.fonts.map(file => `<link rel="preload" href="${file}" as="font" type="font/woff2" crossorigin>`),
    // Small enough to ride along: nothing is painted before it is there.
    `<style nonce="${nonceMark}">${files.styles}</style>`,
    `<script type="module" src="${files.entry}" nonce="${nonceMark}"></script>`,
  ]
  return parts => {
    const preloads = files.scriptsOf(parts.files).map(file => `<link rel="modulepreload" href="${file}">`)
    return documentHtml(parts, [...common, ...preloads].join('\n'))
  }
}
