import type { Locale, MessageTemplate } from '@shopfleet/contracts'
import { accountTemplates } from './account.ts'
import type { Content, Frame, Template } from './content.ts'
import { renderHtml, renderText } from './layout.ts'
import { letterTemplates } from './letter.ts'
import { orderTemplates } from './order.ts'

export type { Frame } from './content.ts'
export type { OrderData } from './order.ts'

/** Every template there is, by name. */
export const templates: Record<MessageTemplate, Template<any>> = {
  ...accountTemplates,
  ...orderTemplates,
  ...letterTemplates,
}

export interface Rendered {
  subject: string
  html: string
  text: string
}

/** A message as it is sent. The same template, data and frame give the same bytes. */
export function render(name: MessageTemplate, data: unknown, frame: Frame): Rendered {
  const content = composed(name, data, frame.locale, frame)
  return { subject: content.subject, html: renderHtml(content, frame), text: renderText(content, frame) }
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
