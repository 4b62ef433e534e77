import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import type { Browser, Page } from 'playwright-core'
import { blackHole, type Listening, listening } from '../probing'
import { curlAs, EMAIL, type Installed, install, missing, PASSWORD, until } from './appliance'
import { asIn, dialogOf, launch, noBrowser, watch } from './browser'
import { faultsOf, looks } from './looks'
import { probeFrom } from './prober'

type Made = { id: string; token: string }

/** Asks as a prober does that is in trouble: a wrong clock, results that wait, no way to its anchors. */
async function report(base: string, { token }: Made, seq: number) {
  const authorization = `Bearer ${token}`
  const headers = { authorization, 'content-type': 'application/json' }
  const facts = { version: '0.1.0', hostname: 'roof', platform: 'linux-arm64' }
  if (seq === 0)
    await fetch(`${base}/api/v1/probers/register`, { method: 'POST', headers, body: JSON.stringify(facts) })
  const sent_at = new Date().toISOString()
  const anchors = [{ anchor: 'gate.example:53', ok: false, message: 'timed out after 2000 ms' }]
  const stats = { lag_ms: 9_400, running: 3, buffered: 1_240, uplink: { state: 'down', since: sent_at, anchors } }
  const body = JSON.stringify({ boot: 'roof', seq, sent_at, clock_offset_ms: -8_000, results: [], stats })
  const timestamp = String(Math.floor(Date.now() / 1000))
  const key = new Bun.CryptoHasher('sha256').update(token).digest()
  const signature = createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex')
  const signed = { 'x-xinex-timestamp': timestamp, 'x-xinex-signature-256': `sha256=${signature}` }
  const answer = await fetch(`${base}/api/v1/probers/results`, {
    method: 'POST',
    headers: { ...headers, ...signed },
    body,
  })
  expect(answer.status).toBe(200)
}

describe.skipIf([...missing, ...noBrowser].length > 0)('the pages of probers and of our own network', () => {
  let xinex: Installed
  let browser: Browser
  let prober: ReturnType<typeof probeFrom>
  let there: Listening
  let hole: Listening
  let roof: Made
  let beat: ReturnType<typeof setInterval>
  const ids: Record<string, string> = {}

  beforeAll(async () => {
    there = await listening((socket) => socket.end())
    hole = await blackHole()
    xinex = await install({ XINEX_ADMIN_EMAIL: EMAIL, XINEX_ADMIN_PASSWORD: PASSWORD })
    await xinex.start()
    const { text: token } = await xinex.run('admin', 'token', '--data', xinex.data, '--email', EMAIL, '--name', 'pages')
    const curl = curlAs(xinex.base, token)
    const make = async (name: string, region: string, anchors: string[] = []): Promise<Made> => {
      const { body } = await curl('POST', '/probers', { name, region, anchors })
      ids[name] = body.id
      return body
    }
    const attic = await make('Attic', 'berlin-2', [`127.0.0.1:${there.port}`])
    const cellar = await make('Cellar', 'ulm')
    await make('Loft', 'oslo')
    roof = await make('Roof', 'paris', ['gate.example:53'])
    const settings = { host: '127.0.0.1', port: there.port }
    for (const [name, regions] of Object.entries({ Ledger: ['local'], Shop: ['local', 'berlin-2'], Till: ['ulm'] }))
      await curl('POST', '/monitors', { name, type: 'tcp', settings, interval: 5, regions })
    // Heard once, and then not any more.
    const headers = { authorization: `Bearer ${cellar.token}`, 'content-type': 'application/json' }
    await fetch(`${xinex.base}/api/v1/probers/register`, { method: 'POST', headers, body: '{"version":"0.1.0"}' })
    prober = probeFrom(xinex, attic.token)
    let seq = 0
    await report(xinex.base, roof, seq++)
    beat = setInterval(() => void report(xinex.base, roof, seq++), 5_000)
    const status = async (name: string) => (await curl('GET', `/probers/${ids[name]}`)).body
    await until('a prober is there and sees', 30_000, async () => (await status('Attic')).uplink?.state === 'up')
    await until('another one is offline', 60_000, async () => (await status('Cellar')).status === 'offline')
    browser = await launch()
  }, 120_000)
  afterAll(async () => {
    clearInterval(beat)
    await browser?.close()
    await prober?.stop()
    await xinex?.stop()
    there?.close()
    hole?.close()
  })

  async function signedIn(page: Page) {
    await page.goto(`${xinex.base}/sign-in`)
    await page.getByLabel('E-mail').fill(EMAIL)
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL((url) => !url.pathname.includes('sign-in'))
  }

  test.each(looks)(
    'at $width in $scheme have no serious fault, no overflow, no foreign request, no complaint',
    async ({ width, height, scheme }) => {
      const viewport = { width, height }
      const context = await browser.newContext({ viewport, colorScheme: scheme, reducedMotion: 'reduce' })
      const faults = watch(context, xinex.base)
      const page = await context.newPage()
      page.setDefaultTimeout(15_000)
      const found: string[] = []
      const look = async (name: string) => found.push(...(await faultsOf(page, `${name}-${width}-${scheme}`)))
      const dialog = dialogOf(page)
      const button = (name: string) => page.getByRole('button', { name, exact: true })
      const menu = async (prober: string, item: string) => {
        await button(`More actions for ${prober}`).click()
        await page.getByRole('menuitem', { name: item }).click()
      }
      await signedIn(page)

      await page.goto(`${xinex.base}/settings/probers`)
      await page.getByText('Its clock is', { exact: false }).or(page.getByText('its clock is')).first().waitFor()
      await look('probers')
      await menu('Cellar', 'Delete')
      await page.getByText('1 monitor is checked from ulm only').waitFor()
      await look('prober delete')
      await page.keyboard.press('Escape')
      await page.getByRole('alertdialog').waitFor({ state: 'hidden' })

      await button('New prober').click()
      await look('prober new')
      await dialog.getByLabel('Name').fill('Shed')
      await dialog.getByLabel('Region').fill('Not A Region')
      await page.keyboard.press('Enter')
      await dialog.locator('input[aria-invalid=true]').waitFor()
      await look('prober new refused')
      await dialog.getByLabel('Region').fill('shed')
      await page.keyboard.press('Enter')
      await page.getByText('Waiting for Shed to come').waitFor()
      await look('prober join systemd')
      await button('Docker').click()
      await look('prober join docker')
      await button('Program').click()
      const token = (await dialog.locator('code').first().textContent()) ?? ''
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const facts = JSON.stringify({ version: '0.1.0', hostname: 'shed', platform: 'linux-x64' })
      await fetch(`${xinex.base}/api/v1/probers/register`, { method: 'POST', headers, body: facts })
      await page.getByText('Shed is here: version 0.1.0 on shed (linux-x64)').waitFor()
      await look('prober join done')
      await button('Done').click()
      // Two dialogs followed each other; the focus is where the first was opened.
      await button('New prober').and(page.locator(':focus')).waitFor()

      await page.getByRole('link', { name: 'Shed', exact: true }).click()
      await page.getByRole('heading', { name: 'Shed' }).waitFor()
      await button('Edit').click()
      await button('Add an anchor').click()
      await dialog.getByRole('textbox', { name: 'Anchor 1' }).fill('http://nowhere/')
      await page.keyboard.press('Tab')
      await dialog.getByText('Must be host:port').waitFor()
      await dialog.getByRole('textbox', { name: 'Anchor 1' }).fill('a b')
      await button('Save prober').click()
      await dialog.getByText('Check the marked field').waitFor()
      await look('prober edit refused')
      await dialog.getByRole('textbox', { name: 'Anchor 1' }).fill(`127.0.0.1:${there.port}`)
      await button('Save prober').click()
      await dialog.waitFor({ state: 'hidden' })
      await menu('Shed', 'New token')
      await button('Make new token').click()
      await page.getByText('Waiting until it comes with the new token').waitFor()
      await look('prober new token')
      await button('Done').click()
      await menu('Shed', 'Delete')
      await button('Delete prober').click()
      await page.waitForURL((url) => url.pathname === '/settings/probers')
      for (const name of ['Attic', 'Cellar', 'Loft', 'Roof']) {
        await page.goto(`${xinex.base}/settings/probers/${ids[name]}`)
        await page.getByRole('heading', { name, exact: true }).waitFor()
        await look(`prober ${name}`)
      }

      await page.goto(`${xinex.base}/settings/network`)
      await page.getByText('Every failure is believed').waitFor()
      await look('network none')
      await button('Home or office').click()
      await button('Closed network').click()
      await button('Add an anchor').click()
      await page.getByRole('textbox', { name: 'Anchor 1' }).fill(`127.0.0.1:${hole.port}`)
      await button('Test anchor 1').click()
      await page.getByText('Does not answer.').waitFor()
      await button('Save anchors').click()
      await page.getByText('Our own network seems down').waitFor()
      await look('network down')
      for (const path of ['overview', 'monitors', 'incidents']) {
        await page.goto(`${xinex.base}/${path}`)
        await page.getByText('Our own network seems down since').waitFor()
        await page.getByText('Cellar (ulm) is offline since').waitFor()
        await look(`blind ${path}`)
      }
      await page.goto(`${xinex.base}/settings/network`)
      await page.getByRole('textbox', { name: 'Anchor 1' }).fill(`127.0.0.1:${there.port}`)
      await button('Save anchors').click()
      await page.getByText('Our own network works').waitFor()
      await look('network works')
      expect((await asIn(page)('PUT', '/admin/uplink', { anchors: [] })).status).toBe(200)
      await context.close()
      expect([...found, ...faults]).toEqual([])
    },
    180_000,
  )
})
