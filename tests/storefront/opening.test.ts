import assert from 'node:assert/strict'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { isBuilt as isPanelBuilt } from '@shopfleet/admin-panel/builds'
import { planPorts, takenPlaces } from '@shopfleet/platform/ports'
import { buildFolder, isBuilt } from '@shopfleet/storefront/builds'
import { freePortBase } from '@shopfleet/testing'
import { runScript, type Script } from '../../packages/platform/test/launched.ts'

/* `npm start` as a person does it, with the web apps. Where they are not built yet a start takes a minute: browsers' tests build them. */

const areBuilt = isBuilt(buildFolder()) && isPanelBuilt()
const unlessBuilt = { skip: areBuilt ? false : 'the web apps are not built (npm start builds them)' }

describe('npm start opens the storefront and the admin panel', unlessBuilt, () => {
  let folder: string
  let base: number
  let shop: Script
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shopfleet-storefront-'))
    await chmod(folder, 0o711)
    base = await freePortBase()
  })
  after(async () => {
    await runScript('stop.ts', ['--data-dir', join(folder, 'data')]).ended
    await rm(folder, { recursive: true, force: true })
  })
  const url = () => `http://localhost:${base + 2}`

  test('its address is the first one told, and it shows pages and the platform under one roof', async () => {
    shop = runScript('start.ts', ['--data-dir', join(folder, 'data'), '--port-base', String(base), '--no-demo'])
    const said = await shop.until(/Stop with Ctrl-C/)
    const addresses = [...said.matchAll(/http:\/\/localhost:(\d+)/g)].map(match => Number(match[1]))
    assert.equal(addresses[0], base + 2)
    const page = await fetch(url(), { headers: { 'accept-language': 'de' } })
    assert.equal(page.status, 200)
    assert.match(await page.text(), /<html lang="de">[\s\S]*Gute Dinge/)
    assert.deepEqual(await (await fetch(`${url()}/api/products`)).json(), { items: [], next_cursor: null })
    assert.equal((await fetch(`${url()}/docs`)).status, 200)
    assert.equal((await fetch(`${url()}/health/ready`)).status, 200)
  })

  test('its session cookies are set for its own address, and a page elsewhere may not use them', async () => {
    const register = (origin: string) =>
      fetch(`${url()}/api/auth/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-session-mode': 'cookie', origin },
        body: JSON.stringify({ email: 'ada@example.com', password: 'correct horse battery' }),
      })
    assert.equal((await register('https://elsewhere.example')).status, 403)
    const answer = await register(url())
    assert.equal(answer.status, 201)
    const cookies = answer.headers.getSetCookie()
    assert.equal(cookies.length, 2)
    for (const cookie of cookies) assert.match(cookie, /^__Host-\w+=.+; Path=\/; HttpOnly; Secure; SameSite=Lax/)
    assert.equal(((await answer.json()) as { access_token?: string }).access_token, undefined)
  })

  test('the admin panel opens beside it, and the administrator who is told signs in there', async () => {
    const panel = `http://localhost:${base + 3}`
    const said = await shop.until(/Stop with Ctrl-C/)
    assert.ok(said.includes(panel))
    assert.ok(said.includes(join(folder, 'data', 'admin.json')))
    const credentials = JSON.parse(await readFile(join(folder, 'data', 'admin.json'), 'utf8'))
    const page = await fetch(`${panel}/orders`)
    assert.equal(page.status, 200)
    const html = await page.text()
    assert.match(html, new RegExp(`<meta name="shop-url" content="${url()}">`))
    const script = /<script type="module" src="(\/assets\/[^"]+)"/.exec(html)?.[1]
    assert.equal((await fetch(panel + script)).status, 200)
    assert.match(page.headers.get('content-security-policy') ?? '', /script-src 'self' 'nonce-/)
    const answer = await fetch(`${panel}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-session-mode': 'cookie', origin: panel },
      body: JSON.stringify({ email: credentials.email, password: credentials.password }),
    })
    assert.equal(answer.status, 200)
    for (const cookie of answer.headers.getSetCookie()) assert.match(cookie, /^__Host-panel-\w+=.+; Path=\/; HttpOnly/)
  })

  test('it stops with the rest', async () => {
    shop.signal('SIGTERM')
    assert.equal(await shop.ended, 0)
    assert.deepEqual(await takenPlaces(planPorts({}, { base }).all), [])
  })
})
