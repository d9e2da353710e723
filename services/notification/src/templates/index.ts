import type { Locale, MessageTemplate } from '@shopfleet/contracts'
import { accountTemplates } from './account.ts'
import { cartTemplates } from './cart.ts'
import type { Block, Content, Frame, Template } from './content.ts'
import { renderHtml, renderText } from './layout.ts'
import { letterTemplates } from './letter.ts'
import { orderTemplates } from './order.ts'
import { wishlistTemplates } from './wishlist.ts'

export type { CartData } from './cart.ts'
export type { Frame } from './content.ts'
export type { OrderData } from './order.ts'

/** Every template there is, by name. */
export const templates: Record<MessageTemplate, Template<any>> = {
  ...accountTemplates,
  ...orderTemplates,
  ...letterTemplates,
  ...wishlistTemplates,
  ...cartTemplates,
}

export interface Rendered {
  subject: string
  html: string
  text: string
}

/** A message as it is sent. The same template, data and frame give the same bytes. */
export const render = (name: MessageTemplate, data: unknown, frame: Frame): Rendered =>
  renderContent(composed(name, data, frame.locale, frame), frame)

/**
 * The same to be kept and looked at by others than its receiver: no link in it opens anything. Whatever stands behind the
 * path of a link is left out, whether a template of today has a secret there or not.
 */
export function renderKept(name: MessageTemplate, data: unknown, frame: Frame): Rendered {
  const content = composed(name, data, frame.locale, frame)
  const { unsubscribe_url } = frame
  return renderContent(
    { ...content, blocks: content.blocks.map(withoutSecret) },
    // Its secret is the end of the path.
    { ...frame, ...(unsubscribe_url ? { unsubscribe_url: unsubscribe_url.replace(/[^/]*$/, '…') } : {}) },
  )
}

const renderContent = (content: Content, frame: Frame): Rendered => ({
  subject: content.subject,
  html: renderHtml(content, frame),
  text: renderText(content, frame),
})

function withoutSecret(block: Block): Block {
  if (block.kind === 'button') return { ...block, url: block.url.replace(/([?#]).*$/s, '$1…') }
  // A picture is a link too, and whoever looks at what is kept loads none.
  return block.kind === 'lines'
    ? { ...block, rows: block.rows.map(row => ({ ...row, picture_url: row.picture_url && null })) }
    : block
}

/** The few words for SMS and push; undefined where the template does not go there. */
export function renderShort(name: MessageTemplate, data: unknown, frame: Frame): string | undefined {
  return templates[name].short?.[frame.locale](data, frame)
}

function composed(name: MessageTemplate, data: unknown, locale: Locale, frame: Frame): Content {
  const content = templates[name][locale](data, frame)
  // A header has one line; what a subject is made of comes from outside.
  return { ...content, subject: content.subject.replace(/[\r\n]+/g, ' ').slice(0, 200) }
}
