import { type Static, Type } from 'typebox'
import { type Compose, template, text } from './content.ts'

/** What staff write themselves. Both languages are one: the writer chose the words. */

const LetterData = Type.Object(
  { subject: Type.String({ maxLength: 150 }), text: Type.String({ maxLength: 5000 }) },
  { additionalProperties: false },
)
type LetterData = Static<typeof LetterData>

const letter: Compose<LetterData> = data => ({
  subject: data.subject,
  preview: data.text.slice(0, 100),
  heading: data.subject,
  blocks: data.text
    .split(/\n\s*\n/)
    .map(paragraph => paragraph.trim())
    .filter(Boolean)
    .map(text),
})

export const letterTemplates = {
  message: template({
    category: 'order',
    data: LetterData,
    sample: { subject: 'Your question about order SF-100001', text: 'Hello Ada,\n\nyes, the teapot comes in blue.' },
    en: letter,
    de: letter,
  }),
  announcement: template({
    category: 'news',
    data: LetterData,
    sample: { subject: 'New teas are here', text: 'The first flush has arrived.\n\nCome and see.' },
    en: letter,
    de: letter,
  }),
}
