import {
  clientMessages,
  closings,
  maxFollowed,
  realtimeChannels,
  realtimePath,
  serverMessages,
} from '@shopfleet/contracts'
import type { KnownIds } from './curl.ts'
import { type Html, html, join } from './html.ts'
import { type Schema, whoMayCall } from './reference.ts'
import { sample } from './schema-text.ts'

/** The realtime channel in the reference, made from its contract. Pure. */

const words = { id: 's1', position: 'order:4711', event: 'order.shipped', access_token: 'ACCESS_TOKEN' }

/** A message as it might be, in one line. */
const exampleOf = (schema: unknown, ids: Record<string, string> = {}) =>
  html`<code>${JSON.stringify(sample(schema as Schema, '', { ...words, ...ids }))}</code>`

const row = (name: Html, what: Html) => html`<tr><th scope="row">${name}</th><td>${what}</td></tr>`

const messageRows = (messages: Record<string, unknown>) =>
  join(
    Object.entries(messages).map(([type, schema]) => {
      const { description } = schema as Schema
      return row(
        html`<code>${type}</code>`,
        html`${exampleOf(schema)}${description && html`<small>${description}</small>`}`,
      )
    }),
  )

/** What is heard on the socket, by whom, and what to do when it is closed. */
export function realtimeSection(baseUrl: string, { product_id = 'PRODUCT_ID' }: KnownIds): Html {
  const url = `${baseUrl.replace(/^http/, 'ws')}${realtimePath}`
  const subscription = { id: 's1', channel: 'products', product_ids: [product_id] }
  const example = `node -e '
  const socket = new WebSocket("${url}")
  socket.onmessage = ({ data }) => console.log(data)
  socket.onopen = () => socket.send(JSON.stringify(
    { type: "subscribe", subscriptions: [${JSON.stringify(subscription)}] }))'`
  const channelRows = Object.entries(realtimeChannels).map(([name, { auth, summary, schema }]) =>
    row(html`<code>${name}</code>`, html`${summary}. <em>${whoMayCall(auth)}</em><small>${exampleOf(schema)}</small>`),
  )
  const closingRows = Object.entries(closings).map(([name, { code, what }]) =>
    row(html`<b class="status bad">${code}</b>`, html`<code>${name}</code><small>${what}</small>`),
  )
  return html`<section class="intro" id="realtime">
<h2>Realtime</h2>
<p>A WebSocket at <code>${realtimePath}</code> tells what happens as it happens: stock and prices, orders, and for staff every order of the shop.
Messages are JSON text. Sign in with the session cookie of a web app (and the <code>Origin</code> of one of its pages), with an
<code>Authorization</code> header, or with an <code>authenticate</code> message; whoever follows products needs none of them.
One socket follows at most ${maxFollowed} things.</p>
<figure class="code"><pre tabindex="0"><code>${example}</code></pre></figure>
<p>After a break nothing is lost: keep the highest <code>position</code> of each topic (the part before the colon), also of heartbeats,
and send them as <code>after</code> with the first <code>subscribe</code> of the next connection. <code>resumed: true</code> means that everything
since follows; otherwise read afresh what you show. Connect again with a random delay that grows.</p>
<h3>What can be followed</h3><table class="fields wide"><tbody>${join(channelRows)}</tbody></table>
<h3>What you send</h3><table class="fields wide"><tbody>${messageRows(clientMessages)}</tbody></table>
<h3>What you hear</h3><table class="fields wide"><tbody>${messageRows(serverMessages)}</tbody></table>
<h3>Why a socket is closed</h3><table class="fields wide"><tbody>${join(closingRows)}</tbody></table>
</section>`
}
