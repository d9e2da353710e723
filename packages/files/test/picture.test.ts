import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { crc32, deflateSync } from 'node:zlib'
import { Problem, pictureName, pictureSizes } from '@shopfleet/contracts'
import sharp from 'sharp'
import { keepPicture, picturesWithin, renderPicture } from '../src/index.ts'
import { createMemoryStore } from './memory-store.ts'

const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: { r: 200, g: 40, b: 40 } } })

/** A black drawing, a bit a point. */
function emptyPng(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const typed = Buffer.concat([Buffer.from(type), data])
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    check.writeUInt32BE(crc32(typed))
    return Buffer.concat([length, typed, check])
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.writeUInt8(1, 8)
  const points = deflateSync(Buffer.alloc((width / 8 + 1) * height))
  const start = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
  return Buffer.concat([start, chunk('IHDR', head), chunk('IDAT', points), chunk('IEND', Buffer.alloc(0))])
}

async function refusalOf(bytes: Uint8Array): Promise<[string, string]> {
  try {
    await renderPicture(bytes)
  } catch (error) {
    assert.ok(error instanceof Problem, String(error))
    return [error.problem, error.errors?.[0]?.detail ?? error.detail ?? '']
  }
  throw new Error('it was taken')
}

describe('a picture', () => {
  test('of each type becomes WebP in the widths below its own', async () => {
    const made: Record<string, Buffer> = {
      jpeg: await plain(1000, 500).jpeg().toBuffer(),
      png: await plain(1000, 500).ensureAlpha(0.5).png().toBuffer(),
      'png of 16 bits': await plain(1000, 500).toColourspace('rgb16').png().toBuffer(),
      'grey jpeg': await plain(1000, 500).greyscale().jpeg().toBuffer(),
      'cmyk jpeg': await plain(1000, 500).toColourspace('cmyk').jpeg().toBuffer(),
      webp: await plain(1000, 500).webp().toBuffer(),
      avif: await plain(1000, 500).avif({ effort: 0 }).toBuffer(),
      gif: await plain(1000, 500).gif().toBuffer(),
    }
    for (const [type, bytes] of Object.entries(made)) {
      const { width, height, sizes } = await renderPicture(bytes)
      assert.deepEqual([width, height], [1000, 500], type)
      assert.deepEqual(
        sizes.map(size => size.width),
        [1000, 640, 320],
        type,
      )
      for (const size of sizes) {
        const found = await sharp(size.bytes).metadata()
        assert.deepEqual([found.format, found.width, found.height], ['webp', size.width, size.width / 2], type)
        assert.equal(found.hasAlpha, type === 'png', type)
      }
    }
  })

  test('larger than a screen is made smaller, a small one is not made larger', async () => {
    const large = await renderPicture(await plain(3000, 4000).jpeg().toBuffer())
    assert.deepEqual([large.width, large.height], [1440, 1920])
    assert.deepEqual(
      large.sizes.map(size => size.width),
      [1440, 1280, 640, 320],
    )
    const small = await renderPicture(await plain(1, 1).png().toBuffer())
    assert.deepEqual(
      small.sizes.map(size => size.width),
      [1],
    )
  })

  test('stands upright, and says nothing of where and with what it was taken', async () => {
    const marked = await sharp({ create: { width: 80, height: 40, channels: 3, background: 'white' } })
      .composite([{ input: await plain(40, 40).png().toBuffer(), left: 0, top: 0 }])
      .withExif({ IFD0: { Make: 'Camera of Ada' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer()
    assert.ok(marked.includes('Camera of Ada'))
    const { width, height, sizes } = await renderPicture(marked)
    assert.deepEqual([width, height], [40, 80], 'turned by a quarter')
    const { exif, orientation, xmp, icc } = await sharp(sizes[0]!.bytes).metadata()
    assert.deepEqual(
      { exif, orientation, xmp, icc },
      { exif: undefined, orientation: undefined, xmp: undefined, icc: undefined },
    )
    const top = await sharp(sizes[0]!.bytes).extract({ left: 20, top: 10, width: 1, height: 1 }).raw().toBuffer()
    assert.ok(top[0]! > 150 && top[1]! < 90, 'what was on the left is on top')
  })

  test('that moves is kept as its first frame', async () => {
    const frames = await Promise.all(
      ['red', 'blue', 'green'].map(background =>
        sharp({ create: { width: 60, height: 60, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    )
    const moving = await sharp(frames, { join: { animated: true } })
      .gif({ delay: [50, 50, 50] })
      .toBuffer()
    assert.equal((await sharp(moving).metadata()).pages, 3)
    const { height, sizes } = await renderPicture(moving)
    assert.equal(height, 60)
    assert.equal((await sharp(sizes[0]!.bytes).metadata()).pages ?? 1, 1)
    const [r, , b] = await sharp(sizes[0]!.bytes).raw().toBuffer()
    assert.ok(r! > 200 && b! < 60)
  })
})

describe('refused is', () => {
  test('what is no picture by its content, whatever it is called', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'
    for (const text of [svg, `<?xml version="1.0"?>${svg}`, '%PDF-1.7', '<html>', 'GIF', 'II*\0', '']) {
      assert.equal((await refusalOf(Buffer.from(text, 'latin1')))[0], 'unsupported-media-type', text)
    }
    const tiff = await plain(9, 9).tiff().toBuffer()
    assert.equal((await refusalOf(tiff))[0], 'unsupported-media-type')
  })

  test('what only begins like one', async () => {
    for (const start of ['\xff\xd8\xff', '\x89PNG\r\n\x1a\n', 'RIFF\0\0\0\0WEBP', '\0\0\0 ftypavif', 'GIF89a']) {
      const [problem, detail] = await refusalOf(Buffer.from(`${start}${'x'.repeat(200)}`, 'latin1'))
      assert.deepEqual([problem, detail], ['validation-failed', 'cannot be read as a picture'], start)
    }
  })

  test('what ends too early', async () => {
    const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const
    const busy = sharp({ create: { width: 600, height: 600, channels: 3, background: 'white', noise } })
    for (const format of ['jpeg', 'png', 'webp'] as const) {
      const bytes = await busy.clone().toFormat(format).toBuffer()
      const half = bytes.subarray(0, bytes.length / 2)
      assert.equal((await refusalOf(half))[0], 'validation-failed', format)
    }
  })

  test('a small file that would unpack to gigabytes, before it is unpacked', async () => {
    const bomb = emptyPng(16_000, 16_000)
    assert.ok(bomb.length < 1_000_000)
    const began = performance.now()
    const [problem, detail] = await refusalOf(bomb)
    assert.equal(problem, 'validation-failed')
    assert.match(detail, /256 million points; 50 million points are allowed/)
    assert.ok(performance.now() - began < 1000)
  })

  test('too many bytes', async () => {
    assert.equal((await refusalOf(Buffer.alloc(12 * 1024 * 1024 + 1)))[0], 'body-too-large')
  })
})

test('a kept picture is found by its name in all sizes, the same one has the same name, and an owner has their own', async () => {
  const store = createMemoryStore()
  const bytes = await plain(700, 350).jpeg().toBuffer()
  const { name, width, height } = await keepPicture(store, bytes)
  assert.deepEqual([width, height], [700, 350])
  assert.match(name, pictureName)
  assert.deepEqual(
    pictureSizes(`/api/images/${name}`)?.sizes.map(size => size.width),
    [320, 640, 700],
  )
  assert.equal(store.files.size, 3)
  assert.deepEqual([...store.files.keys()].sort(), picturesWithin(name).sort())
  for (const one of picturesWithin(name)) assert.match(one, pictureName)
  assert.equal((await keepPicture(store, bytes)).name, name)
  assert.notEqual((await keepPicture(store, bytes, { owner: 'ada' })).name, name)
})

test('a drawing of few points that is made like the large one is taken', async () => {
  assert.equal((await renderPicture(emptyPng(800, 80))).width, 800)
})

test('many at once all come out, a few at a time', async () => {
  const bytes = await plain(900, 900).jpeg().toBuffer()
  const all = await Promise.all(Array.from({ length: 12 }, () => renderPicture(bytes)))
  for (const { sizes } of all) assert.equal(sizes.length, 3)
})
