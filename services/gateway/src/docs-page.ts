import { type Operation, type ProblemName, problems } from '@shopfleet/contracts'
import { curlExample, type KnownIds } from './curl.ts'
import { introduction } from './docs-introduction.ts'
import { realtimeSection } from './docs-realtime.ts'
import { type Html, html, join, raw } from './html.ts'
import { type Chapter, chaptersOf, needsSignIn, problemsOf, type Schema, shapesOf, whoMayCall } from './reference.ts'
import { type FieldRow, fieldRows, sample, typeText } from './schema-text.ts'

/** The API reference as one page to read, made from the contracts. Pure. */

export interface DocsOptions {
  /** The address the reader came by, for examples that work as pasted. */
  baseUrl: string
  ids: KnownIds
}

export function docsPage(operations: readonly Operation[], options: DocsOptions): string {
  const chapters = chaptersOf(operations)
  const shapes = shapesOf(operations)
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="Every public operation of Shopfleet: what it takes, what it answers, and a line to try it.">
<title>Shopfleet API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/style.css">
<script src="/docs/script.js" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="top">
  <a class="brand" href="#top">Shopfleet <span>API</span></a>
  <p class="top-links"><a href="/openapi.json">OpenAPI 3.1</a></p>
</header>
<div class="frame">
${navigation(chapters)}
<main id="main">
${introduction(options.baseUrl)}
${realtimeSection(options.baseUrl, options.ids)}
${join(chapters.map(chapter => chapterSection(chapter, options)))}
${shapesSection(shapes)}
${problemsSection()}
</main>
</div>
</body>
</html>
`.text
}

function navigation(chapters: Chapter[]): Html {
  const links = chapters.map(
    ({ service, title, operations }) => html`<li><a class="chapter" href="#${service}">${title}</a>
<ul>${join(operations.map(o => html`<li><a href="#${o.name}">${verb(o)}<span>${o.name}</span></a></li>`))}</ul></li>`,
  )
  return html`<nav aria-label="Reference"><ul>
<li><a class="chapter" href="#top">Introduction</a>
<ul class="plain">
<li><a href="#sign-in">Signing in</a></li><li><a href="#guests">Guests</a></li>
<li><a href="#idempotency">Idempotency keys</a></li><li><a href="#money">Money and times</a></li>
<li><a href="#errors">Errors</a></li><li><a href="#paging">Lists and pages</a></li><li><a href="#headers">Headers and limits</a></li>
<li><a href="#realtime">Realtime</a></li>
</ul></li>
${join(links)}
<li><a class="chapter" href="#shapes">Shapes</a></li>
<li><a class="chapter" href="#problems">Problems</a></li>
</ul></nav>`
}

const verb = ({ method }: Operation) => html`<b class="verb ${method.toLowerCase()}">${method}</b>`

function chapterSection({ service, title, about, operations }: Chapter, options: DocsOptions): Html {
  return html`<section class="chapter-body" id="${service}">
<h2>${title}</h2>
<p class="about">${about}</p>
${join(operations.map(operation => operationArticle(operation, options)))}
</section>`
}

function operationArticle(operation: Operation, options: DocsOptions): Html {
  const { name, path, summary, description, aliases = [], auth } = operation
  const params = operation.params as Schema | undefined
  const query = operation.query as Schema | undefined
  const body = operation.body as Schema | undefined
  return html`<article id="${name}">
<header>
<h3><a href="#${name}">${summary}</a></h3>
<p class="address">${verb(operation)} <code>${pathHtml(path)}</code></p>
<p class="facts"><span class="who ${needsSignIn(auth) ? 'closed' : 'open'}">${whoMayCall(auth)}</span>${
    operation.idempotent && html` <a class="fact" href="#idempotency">takes an Idempotency-Key</a>`
  }${operation.demo_open && html` <span class="fact">open to a local demonstration</span>`} <code class="fact">${name}</code></p>
</header>
<div class="columns">
<div class="words">
${description && html`<p>${withCode(description)}</p>`}
${aliases.length > 0 && html`<p class="also">The same: ${join(aliases.map(alias => html`<code>${alias}</code> `))}</p>`}
${params && fieldTable('In the path', fieldRows(params))}
${query && fieldTable('In the query', fieldRows(query))}
${body && fieldTable(operation.body_optional ? 'Body (may be left out)' : 'Body', fieldRows(body))}
${repliesTable(operation)}
${refusals(operation)}
</div>
<div class="try">
${curlBlock(operation, options)}
${answerSample(operation)}
</div>
</div>
</article>`
}

const pathHtml = (path: string) =>
  join(path.split(/(:[a-z_]+)/).map(part => (part.startsWith(':') ? html`<i>{${part.slice(1)}}</i>` : html`${part}`)))

/** Text with its \`words\` set as code. */
const withCode = (text: string) =>
  join(text.split('`').map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : html`${part}`)))

/** Long words may break after dots, underscores and slashes. */
const breakable = (text: string) => join(text.split(/(?<=[./_|])/).map(part => html`${part}<wbr>`))

const typeCell = ({ type, shape }: FieldRow) => {
  if (shape === undefined) return html`${type}`
  const [before = '', after = ''] = type.split(shape)
  return html`${before}<a href="#shape-${shape}">${shape}</a>${after}`
}

function fieldTable(title: string, rows: FieldRow[]): Html {
  const lines = rows.map(row => {
    const notes = [row.description, ...row.bounds].filter(note => note !== '')
    return html`<tr><th scope="row"><code>${breakable(row.name)}</code>${row.required && html`<em>required</em>`}</th>
<td><span class="type">${typeCell(row)}</span>${notes.length > 0 && html`<small>${breakable(notes.join(' · '))}</small>`}</td></tr>`
  })
  return html`<h4>${title}</h4><table class="fields"><tbody>${join(lines)}</tbody></table>`
}

function repliesTable(operation: Operation): Html {
  const rows = Object.entries(operation.replies).map(([status, reply]) => {
    const schema = reply as Schema
    if (schema.type === 'null')
      return html`<tr><th scope="row"><b class="status good">${status}</b></th><td>Done, without a body</td></tr>`
    if (operation.reply_type) {
      return html`<tr><th scope="row"><b class="status good">${status}</b></th><td><code>${operation.reply_type}</code></td></tr>`
    }
    const [row] = fieldRows({ properties: { reply: schema } })
    const whole = row!.shape === undefined ? html`${typeText(schema)} of:` : typeCell(row!)
    const later = status === '202' && html`<small>accepted, but not settled yet: ask again</small>`
    const inner = row!.shape === undefined && schema.properties ? fieldRows(schema) : []
    return html`<tr><th scope="row"><b class="status good">${status}</b></th><td><span class="type">${whole}</span>${later}${
      inner.length > 0 &&
      html`<ul class="inner">${join(inner.map(r => html`<li><code>${breakable(r.name)}</code> <span class="type">${typeCell(r)}</span></li>`))}</ul>`
    }</td></tr>`
  })
  return html`<h4>Answers</h4><table class="fields"><tbody>${join(rows)}</tbody></table>`
}

function refusals(operation: Operation): Html {
  const rows = [...problemsOf(operation)].map(([status, names]) => {
    const links = names.map(
      name => html`<a class="problem" href="#problem-${name}" title="${problems[name].title}">${name}</a> `,
    )
    return html`<tr><th scope="row"><b class="status bad">${status}</b></th><td>${join(links)}</td></tr>`
  })
  return html`<h4>Problems</h4><table class="fields problems"><tbody>${join(rows)}</tbody></table>`
}

function curlBlock(operation: Operation, { baseUrl, ids }: DocsOptions): Html {
  const { text, placeholders } = curlExample(operation, baseUrl, ids)
  const notes = [
    needsSignIn(operation.auth) && html`<a href="#sign-in">Sign in</a> first to have <code>$TOKEN</code>.`,
    placeholders.length > 0 &&
      html`Put your own in place of ${join(placeholders.map((word, i) => html`${i > 0 && ', '}<code>${word}</code>`))}.`,
    operation.name === 'receiveWebhook' && html`Without the provider’s signature this is refused.`,
  ].filter(note => note !== false)
  return html`<figure class="code"><figcaption>Try it</figcaption><pre tabindex="0"><code>${text}</code></pre></figure>
${notes.length > 0 && html`<p class="note">${join(notes.map(note => html`${note} `))}</p>`}`
}

function answerSample(operation: Operation): Html {
  const [status, reply] = Object.entries(operation.replies)[0]!
  const schema = reply as Schema
  if (schema.type === 'null' || operation.reply_type) return raw('')
  const text = JSON.stringify(sample(schema), null, 2)
  return html`<details class="code" open><summary>What ${status} looks like</summary><pre tabindex="0"><code>${text}</code></pre></details>`
}

function shapesSection(shapes: Map<string, Schema>): Html {
  const articles = [...shapes].map(
    ([name, schema]) => html`<article class="shape" id="shape-${name}"><h3><a href="#shape-${name}">${name}</a></h3>
<table class="fields"><tbody>${join(
      fieldRows(schema).map(
        row => html`<tr><th scope="row"><code>${breakable(row.name)}</code></th>
<td><span class="type">${typeCell(row)}</span>${
          (row.description !== '' || row.bounds.length > 0) &&
          html`<small>${breakable([row.description, ...row.bounds].filter(Boolean).join(' · '))}</small>`
        }</td></tr>`,
      ),
    )}</tbody></table></article>`,
  )
  return html`<section id="shapes"><h2>Shapes</h2><p class="about">What several operations take or answer.</p>
<div class="shapes">${join(articles)}</div></section>`
}

function problemsSection(): Html {
  const rows = (Object.keys(problems) as ProblemName[]).map(
    name => html`<tr id="problem-${name}"><th scope="row"><b class="status bad">${problems[name].status}</b></th>
<td><code>${name}</code><small>${problems[name].title}</small></td></tr>`,
  )
  return html`<section id="problems"><h2>Problems</h2>
<p class="about">Every refusal there is. The <code>type</code> on the wire is <code>https://shopfleet.dev/problems/</code> and the name.</p>
<table class="fields wide"><tbody>${join(rows)}</tbody></table></section>`
}
