import type { Message } from './journal.ts'
import type { Entry } from './mailbox.ts'

/** The mailbox for people: pages without script, readable on a telephone. */

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, letter => escapes[letter]!)

const style = `
  :root { color-scheme: light dark; --line: #d9dee5; --soft: #5b6675; --page: #f5f7fa; --paper: #fff; --ink: #16202c; --link: #0b57d0 }
  @media (prefers-color-scheme: dark) { :root { --line: #303a46; --soft: #9aa7b7; --page: #10151b; --paper: #181f27; --ink: #e8edf3; --link: #8ab4f8 } }
  * { box-sizing: border-box }
  body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif }
  main { max-width: 60rem; margin: 0 auto; padding: 1.25rem 1rem 3rem }
  h1 { font-size: 1.3rem; margin: 0 0 .25rem; overflow-wrap: anywhere }
  a { color: var(--link) }
  .soft { color: var(--soft) }
  form { display: flex; gap: .5rem; margin: 1rem 0 }
  input, button { font: inherit; padding: .45rem .7rem; border: 1px solid var(--line); border-radius: 8px; background: var(--paper); color: inherit }
  input { flex: 1; min-width: 0 }
  ul { list-style: none; margin: 0; padding: 0; background: var(--paper); border: 1px solid var(--line); border-radius: 12px; overflow: hidden }
  li + li { border-top: 1px solid var(--line) }
  li a { display: grid; grid-template-columns: 14rem 1fr auto; gap: 0 1rem; padding: .6rem 1rem; color: inherit; text-decoration: none }
  li a:hover, li a:focus-visible { background: var(--page) }
  li span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
  .mark { font-size: .75rem; border: 1px solid currentColor; border-radius: 99px; padding: 0 .5em; color: var(--soft) }
  dl { display: grid; grid-template-columns: auto 1fr; gap: .15rem 1rem; margin: 1rem 0; overflow-wrap: anywhere }
  dt { color: var(--soft) } dd { margin: 0 }
  iframe { width: 100%; height: 70vh; border: 1px solid var(--line); border-radius: 12px; background: #fff }
  pre { background: var(--paper); border: 1px solid var(--line); border-radius: 12px; padding: 1rem; white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.5 ui-monospace, monospace }
  details { margin: 1rem 0 } summary { cursor: pointer }
  .empty { padding: 3rem 1rem; text-align: center }
  @media (max-width: 40rem) { li a { grid-template-columns: 1fr auto } li .subject { grid-column: 1 / -1; grid-row: 2 } }`

const page = (title: string, body: string, refresh_s?: number) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
${refresh_s ? `<meta http-equiv="refresh" content="${refresh_s}">` : ''}
<title>${escapeHtml(title)}</title><style>${style}</style></head><body><main>${body}</main></body></html>`

const time = (at: string) =>
  `<time datetime="${escapeHtml(at)}">${escapeHtml(at.slice(0, 10))} ${escapeHtml(at.slice(11, 19))} UTC</time>`

const row = ({ n, at, to, subject, repeats }: Entry) => `<li><a href="/messages/${n}">
  <span>${escapeHtml(to.join(', '))}</span>
  <span class="subject">${escapeHtml(subject) || '<em class="soft">no subject</em>'}${repeats ? ` <span class="mark">repeats ${repeats}</span>` : ''}</span>
  <span class="soft">${time(at)}</span></a></li>`

/** Messages, newest first. The first page looks again by itself. */
export function listPage(view: { entries: Entry[]; hasMore: boolean; to: string | undefined; total: number }): string {
  const { entries, hasMore, to, total } = view
  const last = entries.at(-1)
  const query = to ? `&to=${encodeURIComponent(to)}` : ''
  const list = entries.length
    ? `<ul>${entries.map(row).join('')}</ul>`
    : `<ul><li class="empty soft">${to ? `Nothing for ${escapeHtml(to)}` : 'No mail yet. Whatever the shop sends appears here.'}</li></ul>`
  return page(
    'Mailbox',
    `<h1>Mailbox</h1>
    <div class="soft">Everything the shop sends ends here and goes nowhere else. ${total} ${total === 1 ? 'message' : 'messages'}.</div>
    <form><input type="search" name="to" aria-label="Recipient" placeholder="Recipient" value="${escapeHtml(to ?? '')}"><button>Find</button></form>
    ${list}
    ${hasMore && last ? `<p><a href="/?before=${last.n}${query}">Older</a></p>` : ''}`,
    10,
  )
}

/** One message: its HTML in a frame that can do nothing, its text, its headers. */
export function messagePage(message: Message): string {
  const { n, at, from, to, subject, headers, text, html, html_bytes, repeats } = message
  const facts = [
    ['From', escapeHtml(headers.from ?? from)],
    ['To', escapeHtml(to.join(', '))],
    ['Taken', `${time(at)}${repeats ? ` · repeats <a href="/messages/${repeats}">${repeats}</a>` : ''}`],
  ]
  const frame =
    html === undefined
      ? html_bytes > 0
        ? `<p class="soft">Its HTML (${html_bytes} bytes) was not kept.</p>`
        : ''
      : `<iframe title="The message" sandbox="allow-popups" src="/messages/${n}/html"></iframe>`
  return page(
    subject || 'no subject',
    `<p><a href="/">Mailbox</a></p>
    <h1>${escapeHtml(subject) || '<em class="soft">no subject</em>'}</h1>
    <dl>${facts.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`).join('')}</dl>
    ${frame}
    <details${frame ? '' : ' open'}><summary>Text</summary><pre>${linked(text)}</pre></details>
    <details><summary>Headers</summary><dl>${Object.entries(headers)
      .map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`)
      .join('')}</dl></details>`,
  )
}

/** Text with its addresses as links: someone tries out a reset from here. */
const linked = (text: string) =>
  escapeHtml(text).replace(/https?:\/\/[^\s<>]+/g, url => `<a href="${url}" rel="noreferrer">${url}</a>`)

export const notFoundPage = () => page('No such message', '<p><a href="/">Mailbox</a></p><h1>No such message</h1>')
