import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { curlAs, EMAIL, type Installed, install, missing, PASSWORD, until } from './appliance'
import { launch, noBrowser, watch } from './browser'
import { faultsOf, looks } from './looks'
import { probeFrom } from './prober'

const IMPORT = `name,type,url,host,port
Second shop,http,shop.example.com,,
Ledger,tcp,,db.example.com,99999
Odd one,teleport,,,`

type Step = { path: string; act?: (page: Page) => Promise<void> }

describe.skipIf([...missing, ...noBrowser].length > 0)('the pages of monitors of every kind', () => {
  let xinex: Installed
  let browser: Browser
  let prober: ReturnType<typeof probeFrom>
  let site: ReturnType<typeof Bun.serve>
  const steps: Record<string, Step> = {}

  beforeAll(async () => {
    // The prober may not go where the appliance may: what stands there is down only from the prober.
    site = Bun.serve({ hostname: '127.0.0.2', port: 0, fetch: () => new Response('ok') })
    xinex = await install({ XINEX_ADMIN_EMAIL: EMAIL, XINEX_ADMIN_PASSWORD: PASSWORD })
    await xinex.start()
    const { text: token } = await xinex.run('admin', 'token', '--data', xinex.data, '--email', EMAIL, '--name', 'pages')
    const curl = curlAs(xinex.base, token)
    const attic = (await curl('POST', '/probers', { name: 'Attic', region: 'berlin-2' })).body
    await curl('POST', '/probers', { name: 'Cellar', region: 'oslo' })
    prober = probeFrom(xinex, attic.token, { XINEX_DENY_ADDRESSES: '127.0.0.2/32' })
    const common = { interval: 5, alert_threshold: 1, tags: ['web'] }
    const make = async (body: object) => (await curl('POST', '/monitors', { ...common, ...body })).body.id as string
    const closed = { type: 'tcp', settings: { host: '127.0.0.1', port: 9 } }
    const url = `http://127.0.0.2:${site.port}/`
    const router = await make({ name: 'Router', ...closed })
    await until('the router is down', 15_000, async () => (await curl('GET', '/incidents')).body.total > 0)
    const child = await make({ name: 'Ledger replica', ...closed, parents: [router] })
    const search = await make({ name: 'Search API', type: 'http', url, regions: ['local', 'berlin-2', 'oslo'] })
    const shop = await make({ name: 'Shop', type: 'group', settings: { members: [router, search] } })
    const push = await make({ name: 'Nightly backup', type: 'push', settings: {} })
    const manual = await make({ name: 'Supplier line', type: 'manual', settings: {} })
    const status = async (id: string) => (await curl('GET', `/monitors/${id}/status`)).body
    await until('one region sees it down', 30_000, async () => (await status(search)).down_only_from.length > 0)
    await until('an incident is held', 15_000, async () => (await status(child)).held)

    const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
    const pick = (page: Page, name: string) => page.getByRole('checkbox', { name, exact: true })
    Object.assign(steps, {
      'form of a database': { path: '/monitors/new/postgres' },
      'form of a group': { path: `/monitors/${shop}/edit` },
      'form of a push': { path: '/monitors/new/push' },
      'form with regions': { path: `/monitors/${search}/edit` },
      'tried before it is saved': {
        path: '/monitors/new/http',
        act: async (page) => {
          await page.getByLabel('URL', { exact: true }).fill(url)
          await button(page, 'Test now').locator('visible=true').first().click()
          await page.getByText('200 OK').first().waitFor()
        },
      },
      'refused by the server': {
        path: `/monitors/${router}/edit`,
        act: async (page) => {
          await page.getByRole('combobox', { name: 'Depends on' }).fill('Ledger')
          await page.getByRole('option', { name: /Ledger/ }).click()
          await page.keyboard.press('Escape')
          await button(page, 'Save monitor').click()
          await page.getByText('Already depends on it.').waitFor()
        },
      },
      'down only from one place': {
        path: `/monitors/${search}`,
        act: async (page) => {
          // On a busy machine the prober may be behind: then it is down from there again a moment later.
          for (let tries = 0; tries < 5; tries++) {
            await until('one region sees it down', 60_000, async () => (await status(search)).down_only_from.length > 0)
            await page.reload()
            const seen = page.getByText('Seen from', { exact: true }).waitFor({ timeout: 8_000 })
            if (
              await seen.then(
                () => true,
                () => false,
              )
            )
              return
          }
          throw new Error('It is not shown from where it is seen down')
        },
      },
      'checks of one region': { path: `/monitors/${search}?tab=checks&region=berlin-2` },
      'held by its parent': { path: `/monitors/${child}` },
      'with what depends on it': { path: `/monitors/${router}` },
      evidence: { path: `/monitors/${child}?tab=evidence` },
      group: { path: `/monitors/${shop}` },
      'settings of a group': { path: `/monitors/${shop}?tab=settings` },
      'push with its address': {
        path: `/monitors/${push}`,
        act: async (page) => {
          await button(page, 'New address').click()
          await button(page, 'Make new address').click()
          await page.getByText('Copy it now').waitFor()
        },
      },
      manual: { path: `/monitors/${manual}` },
      'held incidents': { path: '/incidents' },
      'import with mistakes': {
        path: '/monitors',
        act: async (page) => {
          // Phones have no button for it: tables are not pasted there.
          if (!(await button(page, 'Import').isVisible())) return
          await button(page, 'Import').click()
          await page.getByRole('textbox', { name: 'Monitors' }).fill(IMPORT)
          await button(page, 'Check').click()
          await page.getByText('2 rows cannot be imported').waitFor()
        },
      },
      'bulk edit': {
        path: '/monitors',
        act: async (page) => {
          if (!(await pick(page, 'Select Router').isVisible())) return
          await pick(page, 'Select Router').click()
          await pick(page, 'Select Search API').click()
          await page.getByRole('toolbar').getByRole('button', { name: 'Edit' }).click()
          for (const name of ['Interval', 'Severity', 'Regions', 'Depends on']) await pick(page, name).click()
        },
      },
    } satisfies Record<string, Step>)
    browser = await launch()
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await prober?.stop()
    await xinex?.stop()
    await site?.stop(true)
  })

  test.each(looks)(
    'at $width in $scheme have no serious fault, no overflow, no foreign request, no complaint',
    async ({ width, height, scheme }) => {
      const viewport = { width, height }
      const context = await browser.newContext({ viewport, colorScheme: scheme, reducedMotion: 'reduce' })
      const faults = watch(context, xinex.base)
      const page = await context.newPage()
      page.setDefaultTimeout(15_000)
      await page.goto(`${xinex.base}/sign-in`)
      await page.getByLabel('E-mail').fill(EMAIL)
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.waitForURL((there) => !there.pathname.includes('sign-in'))
      const found: string[] = []
      for (const [name, { path, act }] of Object.entries(steps)) {
        await page.goto(xinex.base + path)
        await page.locator('h1').first().waitFor()
        await act?.(page)
        found.push(...(await faultsOf(page, `monitor ${name}-${width}-${scheme}`)))
      }
      await context.close()
      expect([...found, ...faults]).toEqual([])
    },
    180_000,
  )
})
