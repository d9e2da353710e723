import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPictures } from '../src/server/pictures.ts'

const picture = (text: string) => ({ body: Buffer.from(text), headers: { 'content-type': 'image/webp' } })

test('a picture is asked for once by all who want it, and again after an hour', async () => {
  let now = 0
  let asked = 0
  const find = createPictures(
    async name => picture(`${name} ${++asked}`),
    () => now,
  )
  const all = await Promise.all([find('a.webp'), find('a.webp'), find('a.webp')])
  assert.deepEqual(new Set(all.map(one => one!.body.toString())), new Set(['a.webp 1']))
  now = 3_600_001
  assert.equal((await find('a.webp'))!.body.toString(), 'a.webp 2')
})

test('that there is none, or no answer, is not kept', async () => {
  const answers = [async () => undefined, async () => Promise.reject(new Error('away')), async () => picture('here')]
  const find = createPictures(() => answers.shift()!())
  assert.equal(await find('a.svg'), undefined)
  await assert.rejects(find('a.svg'))
  assert.equal((await find('a.svg'))!.body.toString(), 'here')
})

test('no more is kept than there is room for: the oldest go', async () => {
  const asked: string[] = []
  const find = createPictures(async name => {
    asked.push(name)
    return { body: Buffer.alloc(20 * 1024 * 1024), headers: {} }
  })
  for (const name of ['a', 'b', 'c', 'c', 'b', 'a']) await find(name)
  assert.deepEqual(asked, ['a', 'b', 'c', 'a'])
})
