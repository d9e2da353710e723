import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { locales, messageTemplates } from '@shopfleet/contracts'
import { currentDictionary, packHtml, unpackHtml } from '../src/kept-html.ts'
import { renderKept, templates } from '../src/templates/index.ts'

test('the HTML of every letter comes back byte for byte, in a quarter of the room at most', () => {
  for (const name of messageTemplates) {
    for (const locale of locales) {
      const frame = { locale, shop: 'Lampe & Blatt 🫖', shop_url: 'https://lampe.example', support_email: null }
      const { html } = renderKept(name, templates[name].sample, frame)
      const packed = packHtml(html)
      assert.equal(unpackHtml(packed, currentDictionary), html)
      // Where the layout has become another one: a second dictionary, beside the first.
      assert.ok(packed.length < html.length / 4, `${name} ${locale}: ${packed.length} of ${html.length}`)
    }
  }
})

test('the dictionary letters were kept with is as it was then: with another nobody could read them', () => {
  const text = readFileSync(new URL('../data/kept-html-1.txt', import.meta.url), 'utf8').replaceAll('\r', '')
  const sha256 = createHash('sha256').update(text).digest('hex')
  assert.equal(sha256, '9519e4e4c671efa6a93462b2064b4c64fb5d77df51d766773d01440c77c04c4f')
})
