import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Unavailable } from '@shopfleet/contracts'
import { createBucketStore, createFolderStore, type FileStore, openFiles } from '../src/index.ts'
import { bucketKeys, startBucket, type TestBucket } from './bucket.ts'

let folder: string
let bucket: TestBucket
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shopfleet-files-'))
  bucket = await startBucket()
})
after(async () => {
  await bucket?.close()
  await rm(folder, { recursive: true, force: true })
})

const kinds: [string, () => FileStore][] = [
  ['a folder', () => createFolderStore(join(folder, 'made', 'later'))],
  ['a bucket', () => createBucketStore({ url: bucket.url, ...bucketKeys })],
]
for (const [kind, open] of kinds) {
  describe(kind, () => {
    test('gives back what was put in, byte by byte and with its type', async () => {
      const store = open()
      const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * i) % 256))
      await store.put('abc-640.webp', bytes)
      assert.deepEqual(await store.find('abc-640.webp'), { bytes, type: 'image/webp' })
      // Twice is once.
      await store.put('abc-640.webp', bytes)
      assert.deepEqual((await store.find('abc-640.webp'))?.bytes, bytes)
    })

    test('has nothing where nothing was put, and nothing any more where it was removed', async () => {
      const store = open()
      assert.equal(await store.find('nothing-1.webp'), undefined)
      await store.put('gone-1.png', Buffer.from('x'))
      await store.remove('gone-1.png')
      await store.remove('gone-1.png')
      assert.equal(await store.find('gone-1.png'), undefined)
    })

    test('is left by no name', async () => {
      const store = open()
      await writeFile(join(folder, 'secret.png'), 'x')
      for (const name of [
        '../secret.png',
        '../../secret.png',
        'a/../../secret.png',
        '..',
        '',
        '.png',
        'a.exe',
        'A.png',
      ]) {
        assert.equal(await store.find(name), undefined, name)
        await assert.rejects(store.put(name, Buffer.from('x')), TypeError, name)
        await assert.rejects(store.remove(name), TypeError, name)
      }
    })

    test('takes one name from many at once', async () => {
      const store = open()
      await Promise.all(Array.from({ length: 10 }, () => store.put('same-1.webp', Buffer.from('the same'))))
      assert.equal((await store.find('same-1.webp'))?.bytes.toString(), 'the same')
    })
  })
}

test('a folder that cannot be written is not available, and keeps no half of a file', async () => {
  await writeFile(join(folder, 'a-file'), '')
  await assert.rejects(createFolderStore(join(folder, 'a-file')).put('abc-1.webp', Buffer.from('x')), Unavailable)
  const store = createFolderStore(join(folder, 'whole'))
  await store.put('abc-1.webp', Buffer.from('x'))
  assert.deepEqual(await readdir(join(folder, 'whole', 'ab')), ['abc-1.webp'])
})

describe('a bucket that fails', () => {
  test('once is asked again', async () => {
    const store = createBucketStore({ url: `${bucket.url}/`, ...bucketKeys })
    bucket.faults.push(500, 503)
    await store.put('again-1.webp', Buffer.from('x'))
    assert.equal(bucket.objects.get('again-1.webp')?.type, 'image/webp')
  })

  test('for longer, hangs or cuts is not available: that is no "there is none"', async () => {
    const store = createBucketStore({ url: bucket.url, ...bucketKeys, timeout_ms: 200 })
    for (const faults of [[500, 500, 500], ['hang'], ['cut', 'cut', 'cut']] as TestBucket['faults'][]) {
      bucket.faults.splice(0, Infinity, ...faults)
      await assert.rejects(store.find('again-1.webp'), Unavailable, String(faults))
    }
    bucket.faults.length = 0
  })

  test('refuses a wrong key, and nothing is kept', async () => {
    const store = createBucketStore({ url: bucket.url, ...bucketKeys, secret_key: 'another' })
    await assert.rejects(store.put('never-1.webp', Buffer.from('x')), Unavailable)
    assert.equal(bucket.refusals, 1)
    assert.equal(bucket.objects.has('never-1.webp'), false)
  })
})

test('the settings choose: a bucket that is named, else the folder; a bucket without its key is an error at the start', async () => {
  const common = { FILES_DIR: join(folder, 'chosen'), FILES_BUCKET_REGION: bucketKeys.region }
  await openFiles(common).put('chosen-1.webp', Buffer.from('x'))
  assert.equal((await createFolderStore(common.FILES_DIR).find('chosen-1.webp'))?.bytes.toString(), 'x')
  const named = { ...common, FILES_BUCKET_URL: bucket.url }
  assert.throws(() => openFiles(named), /FILES_BUCKET_ACCESS_KEY/)
  const keys = { FILES_BUCKET_ACCESS_KEY: bucketKeys.access_key, FILES_BUCKET_SECRET_KEY: bucketKeys.secret_key }
  await openFiles({ ...named, ...keys }).put('chosen-2.webp', Buffer.from('y'))
  assert.equal(bucket.objects.get('chosen-2.webp')?.bytes.toString(), 'y')
})
