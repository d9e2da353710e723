import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { buildFolder, isBuilt } from '@shopfleet/storefront/builds'

/* What a first visit has to fetch before the page does what is pressed, as it is sent to browsers. */

const folder = process.env.BUILD_DIR || buildFolder()
const unlessBuilt = { skip: isBuilt(folder) ? false : 'the storefront is not built (npm start builds it)' }
const most_bytes = 150_000

interface Made {
  file: string
  imports?: string[]
}

/** The scripts of a page: its own, those of the frame, and all they need. */
function scriptsOf(page: string): string[] {
  const manifest = JSON.parse(readFileSync(join(folder, 'client/.vite/manifest.json'), 'utf8')) as Record<string, Made>
  const seen = new Set<string>()
  const follow = (key: string) => {
    if (seen.has(key)) return
    seen.add(key)
    for (const one of manifest[key]!.imports ?? []) follow(one)
  }
  for (const key of ['src/client.tsx', page]) follow(key)
  return [...seen].map(key => manifest[key]!.file)
}

const pages = [
  'src/home/home-page.tsx',
  'src/catalogue/category-page.tsx',
  'src/catalogue/search-page.tsx',
  'src/product/product-page.tsx',
]
for (const page of pages) {
  test(`the JavaScript of ${page} is at most ${most_bytes / 1000} KB`, unlessBuilt, () => {
    const sizes = scriptsOf(page).map(file => [file, statSync(join(folder, 'client', `${file}.br`)).size] as const)
    const sum = sizes.reduce((total, [, size]) => total + size, 0)
    assert.ok(sum <= most_bytes, `${sum} bytes: ${sizes.map(one => one.join(' ')).join(', ')}`)
  })
}

test('what is sent has nothing of the schemas, and no operation of staff', unlessBuilt, () => {
  for (const file of scriptsOf('src/home/home-page.tsx')) {
    const code = readFileSync(join(folder, 'client', file), 'utf8')
    // Not by `doesNotMatch`: it would print the whole file.
    assert.equal(/.{0,40}(setUserRole|replayDeadLetter|ISO 4217).{0,40}/.exec(code)?.[0], undefined, file)
  }
})
