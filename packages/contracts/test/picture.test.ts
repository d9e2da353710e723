import assert from 'node:assert/strict'
import { test } from 'node:test'
import { largestUrl, pictureName, pictureSizes, smallerUrl, srcSetOf } from '../src/index.ts'

const hash = '0123456789abcdef0123456789abcdef'
const at = `/api/images/${hash}`

test('the sizes of an uploaded picture follow from the address of its largest', () => {
  const url = largestUrl(at, { width: 1000, height: 400 })
  assert.equal(url, `${at}-1000x400.webp`)
  assert.deepEqual(pictureSizes(url), {
    width: 1000,
    height: 400,
    sizes: [
      { url: smallerUrl(at, 320), width: 320 },
      { url: smallerUrl(at, 640), width: 640 },
      { url, width: 1000 },
    ],
  })
  assert.equal(srcSetOf(url), `${at}-320.webp 320w, ${at}-640.webp 640w, ${url} 1000w`)
  for (const size of pictureSizes(url)!.sizes) assert.match(size.url.slice('/api/images/'.length), pictureName)
})

test('a small one has one size, and one from elsewhere none that is known', () => {
  const small = largestUrl(at, { width: 320, height: 9 })
  assert.equal(pictureSizes(small)?.sizes.length, 1)
  assert.equal(srcSetOf(small), undefined)
  for (const url of [
    '/api/images/lamp-paper.svg',
    `https://example.com/${hash}.webp`,
    `${at}-640.webp`,
    '',
    `${at}-0x0.webp`,
  ]) {
    assert.equal(pictureSizes(url), undefined, url)
  }
})
