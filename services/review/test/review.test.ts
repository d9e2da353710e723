import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authorName, type Standing, standingAfterEdit, standingOf, standingWithPhoto, wordsOf } from '../src/review.ts'

test('a name is the first one and an initial, and nobody is named by the last one alone', () => {
  assert.equal(authorName('Ada', 'Lovelace'), 'Ada L.')
  assert.equal(authorName(' Zoë ', 'öztürk'), 'Zoë Ö.')
  assert.equal(authorName('Ada', null), 'Ada')
  assert.equal(authorName('Ada', ' '), 'Ada')
  assert.equal(authorName(null, 'Lovelace'), null)
  assert.equal(authorName(' ', 'Lovelace'), null)
})

test('words are kept without space around them, and an empty title is none', () => {
  assert.deepEqual(wordsOf({ stars: 4, title: ' ', text: ' good\n' }), { stars: 4, title: null, text: 'good' })
})

const words = { stars: 4, title: null, text: 'good' }
const other = { ...words, text: 'better' }
const published: Standing = { status: 'published', suspicions: [] }
const rejected: Standing = { status: 'rejected', suspicions: ['link'] }

test('a review is published unless something is to be looked at', () => {
  assert.deepEqual(standingOf([]), published)
  assert.deepEqual(standingOf(['link']), { status: 'pending', suspicions: ['link'] })
})

test('an edit is looked at anew', () => {
  assert.deepEqual(standingAfterEdit({ ...words, ...published }, other, ['email']), {
    status: 'pending',
    suspicions: ['email'],
  })
  assert.deepEqual(standingAfterEdit({ ...words, ...standingOf(['link']) }, other, []), published)
})

test('other stars alone change nothing, whatever there is to see in the words', () => {
  for (const before of [published, rejected, standingOf(['link'])])
    assert.deepEqual(standingAfterEdit({ ...words, ...before }, { ...words, stars: 1 }, ['link']), before)
})

test('what was rejected waits for staff however it reads now, and goes on waiting', () => {
  const waits: Standing = { status: 'pending', suspicions: ['rejected-before'] }
  assert.deepEqual(standingAfterEdit({ ...words, ...rejected }, other, []), waits)
  assert.deepEqual(standingAfterEdit({ ...other, ...waits }, { ...words, text: 'best' }, []), waits)
  const pardoned: Standing = { status: 'published', suspicions: ['rejected-before'] }
  assert.deepEqual(standingAfterEdit({ ...other, ...pardoned }, words, []), published)
})

test('a picture is looked at before it is shown, and no edit of the words gets past that', () => {
  const waits: Standing = { status: 'pending', suspicions: ['photo'] }
  assert.deepEqual(standingWithPhoto(published, true), waits)
  assert.deepEqual(standingAfterEdit({ ...words, ...waits }, other, []), waits)
  assert.deepEqual(standingAfterEdit({ ...words, ...waits }, other, ['link']), {
    status: 'pending',
    suspicions: ['link', 'photo'],
  })
  assert.deepEqual(standingWithPhoto(standingOf(['link']), true), { status: 'pending', suspicions: ['link', 'photo'] })
  assert.deepEqual(standingWithPhoto(rejected, true), { status: 'pending', suspicions: ['rejected-before', 'photo'] })
})

test('in a shop that does without, a picture changes nothing of where a review stands, but for a rejected one', () => {
  assert.deepEqual(standingWithPhoto(published, false), published)
  assert.deepEqual(standingWithPhoto(standingOf(['link']), false), standingOf(['link']))
  assert.deepEqual(standingWithPhoto(rejected, false), { status: 'pending', suspicions: ['rejected-before'] })
})
