import type { Locale } from '@shopfleet/contracts'
import type { Block, Content, Frame } from './content.ts'

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, letter => escapes[letter]!)

/** A link that may stand in a mail: to the web, and nothing that could be run. */
const isWebUrl = (url: string) => /^https?:\/\//i.test(url)

const words: Record<Locale, { why: string; ask: string; unsubscribe: string }> = {
  en: {
    why: 'You receive this message because of your account or order at',
    ask: 'Questions?',
    unsubscribe: 'Unsubscribe',
  },
  de: {
    why: 'Sie erhalten diese Nachricht wegen Ihres Kontos oder Ihrer Bestellung bei',
    ask: 'Fragen?',
    unsubscribe: 'Abbestellen',
  },
}

/**
 * Said twice, and not on each element, which made a fifth of a message: on the outermost cell all else inherits it from,
 * and in the style sheet for Outlook, which lets no table inherit.
 */
const font = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
const paragraph = 'margin:0 0 16px;font-size:16px;line-height:1.55'

/** Mail programs know tables and inline styles; dark mode and small screens are a courtesy of the newer ones. */
const style = `
  body { margin: 0; padding: 0; width: 100% }
  a { color: #0b57d0 }
  .ink, .soft, .button { ${font} }
  @media (max-width: 620px) { .sheet { width: 100% !important; border-radius: 0 !important } .pad { padding: 24px 20px !important } }
  @media (prefers-color-scheme: dark) {
    body, .page { background: #10151b !important } .sheet { background: #181f27 !important }
    .ink { color: #e8edf3 !important } .soft { color: #9aa7b7 !important } .rule { border-color: #303a46 !important }
    .facts { background: #10151b !important } a:not(.button) { color: #8ab4f8 !important }
  }`

function htmlOf(block: Block): string {
  switch (block.kind) {
    case 'text':
      return `<p class="ink" style="${paragraph};color:#16202c">${escapeHtml(block.text).replaceAll('\n', '<br>')}</p>`
    case 'note':
      return `<p class="soft" style="${paragraph};font-size:13px;color:#5b6675">${escapeHtml(block.text)}</p>`
    case 'button':
      return isWebUrl(block.url)
        ? `<table role="presentation" cellpadding="0" cellspacing="0" style="margin:8px 0 24px"><tr><td style="border-radius:8px;background:#0b57d0">
<a class="button" href="${escapeHtml(block.url)}" style="display:inline-block;padding:13px 26px;font-size:16px;font-weight:600;color:#ffffff;text-decoration:none">${escapeHtml(block.label)}</a></td></tr></table>`
        : ''
    case 'facts':
      return `<table class="facts" role="presentation" width="100%" cellpadding="0" cellspacing="0" style="margin:0 0 20px;background:#f5f7fa;border-radius:10px;padding:8px 16px">${block.rows
        .map(
          ([name, value]) =>
            `<tr><td class="soft" style="padding:6px 12px 6px 0;font-size:14px;color:#5b6675;vertical-align:top;white-space:nowrap">${escapeHtml(name)}</td><td class="ink" style="padding:6px 0;font-size:14px;color:#16202c">${escapeHtml(value).replaceAll('\n', '<br>')}</td></tr>`,
        )
        .join('')}</table>`
    case 'lines': {
      const cell = `padding:12px 0;border-bottom:1px solid #e3e8ee;font-size:15px;line-height:1.4`
      const rows = block.rows.map(
        ({ name, detail, amount, picture_url }) =>
          `<tr>${picture_url === undefined ? '' : `<td class="rule" width="56" style="${cell};width:56px;padding-right:16px">${pictureOf(picture_url)}</td>`}<td class="ink rule" style="${cell};color:#16202c">${escapeHtml(name)}<br><span class="soft" style="font-size:13px;color:#5b6675">${escapeHtml(detail)}</span></td><td class="ink rule" align="right" style="${cell};color:#16202c;white-space:nowrap;vertical-align:${picture_url === undefined ? 'top' : 'middle'}">${escapeHtml(amount)}</td></tr>`,
      )
      const names = block.rows.some(row => row.picture_url !== undefined) ? ' colspan="2"' : ''
      const sums = block.sums.map(({ name, amount, total }) => {
        const sum = `padding:${total ? '12px' : '6px'} 0 ${total ? '0' : '6px'};font-size:${total ? '18px;font-weight:700' : '14px'}`
        return `<tr><td${names} class="${total ? 'ink' : 'soft'}" style="${sum};color:${total ? '#16202c' : '#5b6675'}">${escapeHtml(name)}</td><td class="ink" align="right" style="${sum};color:#16202c;white-space:nowrap">${escapeHtml(amount)}</td></tr>`
      })
      return `<table width="100%" cellpadding="0" cellspacing="0" style="margin:0 0 24px;border-collapse:collapse">${rows.join('')}${sums.join('')}</table>`
    }
  }
}

/** Its name stands beside it, so it has no text of its own. */
const pictureOf = (url: string | null) =>
  `<div class="facts" style="width:56px;height:56px;overflow:hidden;border-radius:8px;background:#f5f7fa">${
    url && isWebUrl(url)
      ? `<img src="${escapeHtml(url)}" alt="" width="56" height="56" style="display:block;width:56px;height:56px;object-fit:cover">`
      : ''
  }</div>`

/** The message as HTML: one sheet with the shop's name, the heading, the blocks and why one gets it. */
export function renderHtml(
  content: Content,
  { locale, shop, support_email, shop_url, unsubscribe_url }: Frame,
): string {
  const { why, ask, unsubscribe } = words[locale]
  const shopLink = `<a class="soft" href="${escapeHtml(shop_url)}" style="color:#5b6675">${escapeHtml(shop)}</a>`
  return `<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(content.subject)}</title><style>${style}</style></head>
<body style="margin:0;background:#eef1f5">
<div style="display:none;max-height:0;overflow:hidden;opacity:0">${escapeHtml(content.preview)}</div>
<table class="page" role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#eef1f5"><tr><td align="center" style="padding:24px 0 40px;${font}">
<table class="sheet" role="presentation" width="600" cellpadding="0" cellspacing="0" style="width:600px;max-width:100%;background:#ffffff;border-radius:14px">
<tr><td class="pad" style="padding:32px 40px 28px">
<p class="ink" style="margin:0 0 28px;font-size:15px;font-weight:700;letter-spacing:.02em;color:#16202c">${escapeHtml(shop)}</p>
<h1 class="ink" style="margin:0 0 20px;font-size:26px;line-height:1.25;color:#16202c">${escapeHtml(content.heading)}</h1>
${content.blocks.map(htmlOf).join('\n')}
</td></tr></table>
<p class="soft" style="margin:20px 24px 0;font-size:12px;line-height:1.5;color:#5b6675">${why} ${shopLink}.${
    support_email
      ? ` ${ask} <a class="soft" href="mailto:${escapeHtml(support_email)}" style="color:#5b6675">${escapeHtml(support_email)}</a>`
      : ''
  }${
    unsubscribe_url
      ? ` <a class="soft" href="${escapeHtml(unsubscribe_url)}" style="color:#5b6675">${unsubscribe}</a>`
      : ''
  }</p>
</td></tr></table></body></html>`
}

function textOf(block: Block): string {
  switch (block.kind) {
    case 'text':
    case 'note':
      return block.text
    case 'button':
      return isWebUrl(block.url) ? `${block.label}:\n${block.url}` : ''
    case 'facts':
      return block.rows.map(([name, value]) => `${name}: ${value.replaceAll('\n', ', ')}`).join('\n')
    case 'lines':
      return [
        ...block.rows.map(({ name, detail, amount }) => `- ${name} (${detail}): ${amount}`),
        '',
        ...block.sums.map(({ name, amount }) => `${name}: ${amount}`),
      ].join('\n')
  }
}

/** The message as plain text, with everything the HTML says. */
export function renderText(
  content: Content,
  { locale, shop, support_email, shop_url, unsubscribe_url }: Frame,
): string {
  const { why, ask, unsubscribe } = words[locale]
  const foot = `-- \n${why} ${shop} (${shop_url}).${support_email ? `\n${ask} ${support_email}` : ''}${unsubscribe_url ? `\n${unsubscribe}: ${unsubscribe_url}` : ''}`
  return `${[content.heading, ...content.blocks.map(textOf), foot].filter(Boolean).join('\n\n')}\n`
}
