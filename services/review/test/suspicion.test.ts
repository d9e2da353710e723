import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Suspicion } from '@shopfleet/contracts'
import { suspicionsIn } from '../src/suspicion.ts'

const found = (text: string, title: string | null = null) => suspicionsIn({ title, text })

const harmless = [
  'I have had it for three months, and it looks like new. 5 stars!',
  'The class of this glass surpasses what I assumed; the cocktail tastes better from it.',
  'Der Stoff ist schön dick, die Klasse passt, das Wasser perlt ab. Das Fagott klingt rein, der Kanal ist dicht.',
  'Die Tischplatte misst 120 x 80 x 4,5 cm und wiegt 23.500 g, die Scheibe 0,3 cm.',
  'It costs $1,299.00 elsewhere, 30 or 40 more. Model 0815 was worse, 2019-05-12 it broke.',
  'Very good value.And quick, too.At last.',
  'USB and HDMI at 4K: OK!',
  'Bought at 10:30, arrived in 24-48 hours, batch 12 345 678.',
]
for (const text of harmless) {
  test(`nothing is suspicious in: ${text.slice(0, 40)}…`, () => assert.deepEqual(found(text), []))
}

const suspicious: [Suspicion, string][] = [
  ['bad-words', 'What a piece of sh!t.'],
  ['bad-words', 'this fuuucking lamp'],
  ['bad-words', 'So ein Scheiß.'],
  ['bad-words', 'Der Verkäufer ist ein ARSCHLOCH'],
  ['link', 'Better ones at https://lamps.example/deal'],
  ['link', 'see www.lamps.example'],
  ['link', 'half the price at cheap-lamps.shop!'],
  ['email', 'Write to ada.lovelace@example.com for more'],
  ['email', 'ada (at) example (dot) org'],
  ['phone', 'Call me: +44 20 7946 0958'],
  ['phone', 'Ruft an: 0151/234 567 89'],
  ['phone', 'ring 0049 (30) 1234567'],
  ['shouting', 'THIS IS THE WORST LAMP I EVER BOUGHT!!!'],
]
for (const [suspicion, text] of suspicious) {
  test(`${suspicion}: ${text}`, () => assert.ok(found(text).includes(suspicion), `${found(text)}`))
}

test('a title is looked at like the text, and by itself', () => {
  assert.deepEqual(found('It gives a warm light.', 'Nice: lamps.shop'), ['link'])
  assert.deepEqual(found('it is nothing but a very quiet text', 'THE VERY BEST OF ALL LAMPS'), ['shouting'])
})
