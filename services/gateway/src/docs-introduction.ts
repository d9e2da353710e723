import { type Html, html } from './html.ts'

const code = (text: string): Html => html`<figure class="code"><pre tabindex="0"><code>${text}</code></pre></figure>`

/** What holds for every operation, said once before the list of them. */
export function introduction(baseUrl: string): Html {
  return html`<section class="intro" id="top">
<h1>Shopfleet API</h1>
<p class="lead">One address for the whole shop: catalogue, carts, orders, payments and what staff need to run them.
The examples can be pasted into a shell and work against this address.</p>
${code(`curl '${baseUrl}/api/products?limit=2'`)}
<p>Bodies are JSON with snake_case keys; camelCase spellings are understood on input. A field no operation knows is refused, not ignored.
<code>/api/v1/…</code> is the same as <code>/api/…</code>. For programs, the same reference is
<a href="/openapi.json">an OpenAPI 3.1 document</a>.</p>

<h2 id="sign-in">Signing in</h2>
<p><a href="#register">Register</a> or <a href="#login">sign in</a>, and send the <code>access_token</code> as a bearer token.
It lives for <code>expires_in</code> seconds; the <code>refresh_token</code> gets the <a href="#refreshSession">next pair</a>, once.
What is not yours answers 404, as if it did not exist.</p>
${code(`TOKEN=$(curl -s '${baseUrl}/api/auth/login' \\
  -H 'Content-Type: application/json' \\
  -d '{"email":"ada@example.com","password":"correct horse battery"}' \\
  | sed -n 's/.*"access_token":"\\([^"]*\\)".*/\\1/p')`)}
<p>Staff sign in the same way; which operations they may call follows from the permissions of their role.</p>

<h2 id="guests">Guests</h2>
<p>Nobody has to have an account to buy. A guest’s cart answers with a <code>cart_token</code>: send it back as <code>X-Cart-Token</code>.
A guest’s order answers with an <code>order_token</code>, once: send it as <code>X-Order-Token</code> to see, pay or cancel the order.</p>
${code(`CART_TOKEN=…   # the cart_token of your first answer
curl '${baseUrl}/api/cart' -H "X-Cart-Token: $CART_TOKEN"`)}

<h2 id="idempotency">Idempotency keys</h2>
<p>Networks fail between a request and its answer. Where an operation takes an <code>Idempotency-Key</code>, send one you made up for this
one intention (a UUID is good) and repeat the request with the same key as often as you like: it takes effect once, and you get the one
answer. The same key with another body is <a class="problem" href="#problem-idempotency-key-reused">idempotency-key-reused</a>.</p>

<h2 id="money">Money and times</h2>
<p>Amounts are decimal numbers of major units and stand beside a <code>currency</code> (<code>"price": 29.99, "currency": "USD"</code>), never with
more decimals than the currency has. Prices are always the catalogue’s, never the caller’s. Times are ISO 8601 in UTC; ids are UUIDs.</p>

<h2 id="errors">Errors</h2>
<p>Every refusal is an RFC 9457 problem. Decide by <code>type</code>, show <code>title</code> or <code>detail</code>,
and quote <code>correlation_id</code> when you ask for help. <a href="#problems">All of them</a> are listed below.</p>
${code(`{
  "type": "https://shopfleet.dev/problems/validation-failed",
  "title": "The request is not valid",
  "status": 400,
  "instance": "/api/orders",
  "correlation_id": "0199d2f0-8c1e-7b3a-9f42-5d6c7e8f9a0b",
  "errors": [{ "pointer": "/items/0/quantity", "detail": "must be >= 1" }]
}`)}
<p>A 4xx had no effect. On 503 wait for <code>Retry-After</code> seconds and try again; with an idempotency key that is always safe.</p>

<h2 id="paging">Lists and pages</h2>
<p>A list answers <code>items</code> and <code>next_cursor</code>. Pass that as <code>cursor</code> for the next page; on the last it is null.
<code>limit</code> is 20 unless you say, and at most 100. Keep filters and sort as they were while you turn pages.</p>

<h2 id="headers">Headers and limits</h2>
<table class="fields wide"><tbody>
<tr><th scope="row"><code>X-Correlation-Id</code></th><td>Yours or made for you; answered, and in every log line and event of the request</td></tr>
<tr><th scope="row"><code>traceparent</code></th><td>W3C trace context: passed on, or linked with the trace that the shop records</td></tr>
<tr><th scope="row"><code>Retry-After</code></th><td>With 503 and 429: seconds to wait</td></tr>
<tr><th scope="row"><code>Allow</code></th><td>With 405: the methods the address takes</td></tr>
<tr><th scope="row">Size</th><td>Bodies up to 256 KiB, unless an operation says otherwise</td></tr>
<tr><th scope="row">HEAD</th><td>Wherever there is GET</td></tr>
</tbody></table>
</section>`
}
