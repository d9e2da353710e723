import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cookieOf, formatsOf, pickLanguage } from '../src/language.ts'

test('what was chosen counts before what the browser prefers, and English where we speak none of it', () => {
  assert.equal(pickLanguage('', 'de-CH,de;q=0.9,en;q=0.8'), 'de')
  assert.equal(pickLanguage('a=1; language=en; b=2', 'de'), 'en')
  assert.equal(pickLanguage('language=xx', 'de'), 'de')
  assert.equal(pickLanguage('', 'fr, en;q=0.2, de;q=0.7'), 'de')
  assert.equal(pickLanguage('', 'de;q=0, fr'), 'en')
  assert.equal(pickLanguage(), 'en')
  assert.equal(pickLanguage('', 'fr', 'de'), 'de')
  assert.equal(pickLanguage('language=en', 'fr', 'de'), 'en')
  assert.equal(cookieOf('language2=de; language=en', 'language'), 'en')
})

test('money, numbers and words for many follow the language', () => {
  const [en, de] = [formatsOf('en'), formatsOf('de')]
  assert.equal(en.money(1299.5, 'USD'), '$1,299.50')
  assert.equal(de.money(1299.5, 'USD').replaceAll('\u00a0', ' '), '1.299,50 $')
  assert.equal(en.money(1300, 'JPY'), '¥1,300')
  assert.equal(en.roundMoney(20, 'USD'), '$20')
  assert.equal(en.roundMoney(20.5, 'USD'), '$20.50')
  assert.equal(de.number(1234), '1.234')
  assert.deepEqual([en.plural(1, 'one', 'other'), en.plural(0, 'one', 'other')], ['one', 'other'])
})
