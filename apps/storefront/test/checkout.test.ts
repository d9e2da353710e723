import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placeOrder } from '@shopfleet/contracts'
import { compileValidator } from '@shopfleet/service-kit'
import { countriesIn, countryName, likelyCountry } from '../src/checkout/countries.ts'
import { addressOf, complaintsAbout, emptyDraft } from '../src/checkout/draft.ts'

const filled = () => {
  const draft = emptyDraft('GB')
  draft.email = ' ada@example.com '
  Object.assign(draft.address, { name: ' Ada ', line1: '12 St James Square', postal_code: 'SW1Y 4JH', city: 'London' })
  return draft
}
const guest = { isGuest: true, hasSavedAddress: false }

test('what is missing is named as the platform names it', () => {
  assert.deepEqual(complaintsAbout(emptyDraft(''), guest), {
    email: 'required',
    'shipping_address.name': 'required',
    'shipping_address.line1': 'required',
    'shipping_address.postal_code': 'required',
    'shipping_address.city': 'required',
    'shipping_address.country': 'required',
  })
  assert.deepEqual(complaintsAbout(filled(), guest), {})
  assert.deepEqual(complaintsAbout({ ...filled(), email: 'ada' }, guest), { email: 'bad-email' })
})

test('a customer with a saved address need not fill in anything', () => {
  assert.deepEqual(complaintsAbout(emptyDraft(''), { isGuest: false, hasSavedAddress: true }), {})
})

test('the address is sent without what was left empty, and the platform takes it', () => {
  const shipping_address = addressOf(filled().address)
  assert.deepEqual(shipping_address, {
    name: 'Ada',
    line1: '12 St James Square',
    postal_code: 'SW1Y 4JH',
    city: 'London',
    country: 'GB',
  })
  const items = [{ product_id: '0198c0de-0000-7000-8000-000000000001', quantity: 1 }]
  compileValidator(placeOrder.body!, 'body')({ items, shipping_address })
})

test('every country has a name of its own in every language, in the order of that language', () => {
  for (const language of ['en', 'de'] as const) {
    const countries = countriesIn(language)
    assert.equal(countries.length, 245)
    assert.equal(new Set(countries.map(one => one.name)).size, 245)
    for (const { code } of countries) assert.match(code, /^[A-Z]{2}$/)
  }
  assert.equal(countryName('DE', 'en'), 'Germany')
  assert.equal(countryName('DE', 'de'), 'Deutschland')
  const german = countriesIn('de').map(one => one.code)
  assert.ok(german.indexOf('AT') < german.indexOf('PL'), 'Österreich stands with O')
})

test('the country is guessed from the languages of the browser, and not made up', () => {
  assert.equal(likelyCountry(['de-AT', 'en-US']), 'AT')
  assert.equal(likelyCountry(['de', 'en-GB']), 'GB')
  assert.equal(likelyCountry(['de', 'x', 'en-ZZ']), '')
})
