/** Style and script of the reference: served beside the page, so that its policy needs no inline exceptions. */

export const docsStyle = `
:root {
  --ink: #1c2430; --soft: #566072; --line: #e0e4ea; --paper: #fff; --shade: #f6f7f9; --accent: #0b5cad; --accent-soft: #e8f1fb;
  --code-paper: #f2f4f7; --get: #0b6b45; --post: #0b5cad; --put: #8a5300; --delete: #b3261e; --good: #0b6b45; --bad: #a3271f;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e4e8ee; --soft: #9ba6b6; --line: #2b3340; --paper: #12161d; --shade: #181d26; --accent: #7cb8ff; --accent-soft: #17283d;
    --code-paper: #1b212b; --get: #59c798; --post: #7cb8ff; --put: #e3b25f; --delete: #ff8f86; --good: #59c798; --bad: #ff9b92;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 72px; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; }
a { color: var(--accent); text-underline-offset: 2px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
code, pre { font-family: var(--mono); font-size: .875em; }
pre code { font-size: 1em; }
p { margin: 0 0 12px; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 12px; top: 12px; z-index: 3; background: var(--paper); padding: 8px 12px; }

.top { position: sticky; top: 0; z-index: 2; height: 56px; display: flex; align-items: center; justify-content: space-between; padding: 0 32px; background: var(--paper); border-bottom: 1px solid var(--line); }
.brand { color: var(--ink); font-weight: 700; font-size: 18px; letter-spacing: -.01em; text-decoration: none; }
.brand span { color: var(--soft); font-weight: 400; }
.top-links { margin: 0; font-size: 14px; }

.frame { display: grid; grid-template-columns: 272px minmax(0, 1fr); max-width: 1480px; margin: 0 auto; }
nav { position: sticky; top: 56px; height: calc(100vh - 56px); overflow-y: auto; padding: 24px 12px 48px 20px; border-right: 1px solid var(--line); font-size: 13.5px; scrollbar-width: thin; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li ul { margin: 2px 0 16px; }
nav a { display: flex; align-items: baseline; gap: 8px; padding: 3px 12px; border-radius: 6px; color: var(--soft); text-decoration: none; }
nav a:hover { background: var(--shade); color: var(--ink); }
nav a.here { background: var(--accent-soft); color: var(--ink); }
nav a.chapter { color: var(--ink); font-weight: 650; font-size: 14px; }
nav .verb { flex: 0 0 46px; background: none; padding: 0; font-size: 10.5px; text-align: left; }
nav span { overflow-wrap: anywhere; }

main { padding: 36px 40px 96px; min-width: 0; }
h1 { font-size: 36px; line-height: 1.15; letter-spacing: -.02em; margin: 0 0 12px; }
h2 { font-size: 26px; line-height: 1.25; letter-spacing: -.015em; margin: 0 0 8px; }
h3 { font-size: 19px; line-height: 1.3; margin: 0 0 8px; letter-spacing: -.01em; }
h3 a { color: inherit; text-decoration: none; }
h3 a:hover { text-decoration: underline; }
h4 { font-size: 13px; margin: 22px 0 4px; color: var(--soft); font-weight: 650; }
.intro { max-width: 800px; }
.intro h2 { font-size: 21px; margin: 40px 0 8px; }
.intro code:not(pre code), .words p code, .about code, .note code { background: var(--code-paper); padding: 1px 5px; border-radius: 4px; overflow-wrap: anywhere; }
.lead { font-size: 19px; line-height: 1.5; color: var(--soft); margin-bottom: 20px; }
.about { color: var(--soft); max-width: 720px; margin-bottom: 8px; }
section + section { margin-top: 72px; padding-top: 40px; border-top: 1px solid var(--line); }

article { padding: 32px 0 36px; border-top: 1px solid var(--line); }
.about + article { border-top: 0; padding-top: 20px; }
.address { margin: 0 0 10px; display: flex; gap: 10px; align-items: baseline; }
.address code { font-size: 15px; overflow-wrap: anywhere; }
.address i { font-style: normal; color: var(--accent); }
.verb { font: 700 11.5px/1.6 var(--mono); letter-spacing: .02em; padding: 1px 7px; border-radius: 4px; background: var(--code-paper); flex: none; }
.verb.get { color: var(--get); } .verb.post { color: var(--post); } .verb.put, .verb.patch { color: var(--put); } .verb.delete { color: var(--delete); }
.facts { margin: 0; display: flex; flex-wrap: wrap; gap: 6px 14px; font-size: 13.5px; color: var(--soft); align-items: baseline; }
.who { font-weight: 600; color: var(--ink); }
.who::before { content: ""; display: inline-block; width: 8px; height: 8px; border-radius: 50%; margin-right: 7px; background: var(--put); }
.who.open::before { background: var(--good); }
.fact { color: var(--soft); }
.columns { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 40px; margin-top: 16px; }
.words > p:first-child { margin-top: 4px; }
.also { color: var(--soft); font-size: 14px; }
.try { min-width: 0; position: sticky; top: 76px; align-self: start; }

table { border-collapse: collapse; width: 100%; }
.fields { font-size: 14.5px; table-layout: fixed; }
.fields th { width: 38%; text-align: left; font-weight: 400; vertical-align: top; padding: 8px 16px 8px 0; overflow-wrap: break-word; }
.fields td { vertical-align: top; padding: 8px 0; overflow-wrap: break-word; }
.fields tr { border-top: 1px solid var(--line); }
.fields th code { font-weight: 600; }
.fields th em { display: block; font: 600 11.5px/1.4 inherit; font-size: 12px; font-style: normal; color: var(--soft); }
.fields small { display: block; font-size: 13px; line-height: 1.45; color: var(--soft); margin-top: 1px; }
.fields th:has(.status) { width: 64px; padding-right: 12px; }
.problems td { line-height: 1.75; }
.wide { max-width: 800px; }
.status { font: 600 13px/1.5 var(--mono); }
.status.good { color: var(--good); } .status.bad { color: var(--bad); }
.problem { font: 13px/1.5 var(--mono); white-space: nowrap; }
td .problem { margin-right: 8px; }
.inner { list-style: none; margin: 6px 0 0; padding: 0; font-size: 13.5px; }
.inner li { padding: 2px 0; color: var(--soft); }
.inner code { color: var(--ink); }

.code { margin: 0 0 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--code-paper); position: relative; }
.code figcaption, .code summary { padding: 8px 14px; font-size: 13px; font-weight: 600; color: var(--soft); border-bottom: 1px solid var(--line); }
.code summary { cursor: pointer; border-bottom: 0; }
.code[open] summary { border-bottom: 1px solid var(--line); }
.code pre { margin: 0; padding: 12px 14px; line-height: 1.55; white-space: pre-wrap; overflow-wrap: anywhere; }
.code > pre:first-child { padding-right: 76px; }
details.code pre { max-height: 380px; overflow: auto; scrollbar-width: thin; }
.code button { position: absolute; top: 4px; right: 6px; font: 600 12px/1 inherit; font-family: inherit; font-size: 12.5px; padding: 6px 10px; border: 1px solid transparent; border-radius: 6px; background: var(--code-paper); color: var(--soft); cursor: pointer; }
.code button:hover { color: var(--ink); border-color: var(--line); background: var(--paper); }
.note { font-size: 13.5px; color: var(--soft); margin: -2px 0 16px; }
.columns .code { position: relative; }
.intro .code { margin: 4px 0 16px; }

.shapes { columns: 2 420px; column-gap: 48px; }
.shape { break-inside: avoid; padding: 20px 0; border-top: 0; }
.shape h3 { margin-bottom: 6px; font-family: var(--mono); font-size: 16px; }
:target > th, :target > td { background: var(--accent-soft); }

@media (max-width: 1180px) { .columns { grid-template-columns: minmax(0, 1fr); gap: 8px; } .try { grid-row: 1; margin-top: 4px; position: static; } }
@media (max-width: 800px) {
  html { scroll-padding-top: 112px; }
  .top { padding: 0 16px; height: 52px; }
  .frame { display: block; }
  nav { top: 52px; z-index: 1; height: auto; padding: 0; border-right: 0; border-bottom: 1px solid var(--line); background: var(--paper); overflow-x: auto; overflow-y: hidden; scrollbar-width: none; }
  nav > ul { display: flex; padding: 6px 10px; white-space: nowrap; }
  nav ul ul { display: none; }
  nav a.chapter { font-weight: 500; padding: 8px 12px; }
  main { padding: 24px 16px 72px; }
  h1 { font-size: 29px; } h2 { font-size: 23px; } .lead { font-size: 17px; }
  section + section { margin-top: 48px; padding-top: 32px; }
  .fields th { width: 44%; }
  .code pre { font-size: 14px; }
  .shapes { columns: 1; }
}
@media print { nav, .top, .code button { display: none; } .frame { display: block; } }
`

export const docsScript = `
for (const block of document.querySelectorAll('.code')) {
  if (block.tagName === 'DETAILS') continue
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = 'Copy'
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(block.querySelector('code').textContent)
    button.textContent = 'Copied'
    setTimeout(() => { button.textContent = 'Copy' }, 1500)
  })
  block.append(button)
}
if (matchMedia('(max-width: 800px)').matches) for (const sample of document.querySelectorAll('details.code')) sample.open = false
const links = new Map([...document.querySelectorAll('nav a')].map(a => [a.hash.slice(1), a]))
let here
const seen = new IntersectionObserver(entries => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue
    here?.classList.remove('here')
    here?.removeAttribute('aria-current')
    here = links.get(entry.target.id)
    here?.classList.add('here')
    here?.setAttribute('aria-current', 'true')
    here?.scrollIntoView({ block: 'nearest' })
  }
}, { rootMargin: '-80px 0px -75% 0px' })
for (const id of links.keys()) {
  const target = document.getElementById(id)
  if (target && target.tagName !== 'SECTION') seen.observe(target)
}
`
