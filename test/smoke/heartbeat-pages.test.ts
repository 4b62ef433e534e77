import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { curlAs, EMAIL, type Installed, install, missing, PASSWORD, until } from './appliance'
import { asIn, dialogOf, launch, noBrowser, watch } from './browser'
import { faultsOf, looks } from './looks'

type Step = { path: string; act?: (page: Page) => Promise<void> }
type Made = { id: string; url: string }

/** What somebody may send who knows an address; it must stay text wherever it is shown. */
const HOSTILE = '<script>window.__ran = true</script><img src=x onerror="window.__ran = true">\nlast line'

const button = (page: Page, name: string | RegExp) =>
  page
    .getByRole('button', { name, exact: typeof name === 'string' })
    .locator('visible=true')
    .first()

async function signIn(context: BrowserContext, base: string, email: string): Promise<Page> {
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  await page.goto(`${base}/sign-in`)
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await button(page, 'Sign in').click()
  await page.waitForURL((there) => !there.pathname.includes('sign-in'))
  return page
}

describe.skipIf([...missing, ...noBrowser].length > 0)('the pages of heartbeats', () => {
  let xinex: Installed
  let browser: Browser
  let curl: ReturnType<typeof curlAs>
  const steps: Record<string, Step> = {}

  const ping = async (url: string, body?: string) => {
    const answer = await fetch(url, body === undefined ? {} : { method: 'POST', body })
    expect(answer.status).toBe(200)
  }
  const make = async (body: object): Promise<Made> => {
    const { status, body: made } = await curl('POST', '/heartbeats', body)
    expect(status).toBe(201)
    return { id: made.id, url: made.ping_url }
  }

  /** Jobs in every state, with a past that is long enough to draw. */
  async function furnish() {
    const nightly = { kind: 'cron', cron: '15 3 * * *', timezone: 'Europe/Berlin', only: { except: ['12-25'] } }
    const numbers = [{ name: 'rows', min: 1 }]
    const backup = await make({ name: 'Nightly backup', schedule: nightly, numbers, tags: ['db', 'eu'] })
    for (let i = 0; i < 24; i++) {
      await ping(`${backup.url}/start?rid=${i}`)
      const body = i === 23 ? HOSTILE : `run ${i}\nall is fine`
      await ping(`${backup.url}/${i === 9 ? 3 : 0}?rid=${i}&rows=${i === 23 ? 0 : 1200 + i * 31}`, body)
    }
    const soon = { kind: 'interval', every_s: 10 }
    const ledger = await make({ name: 'Ledger import', schedule: soon, grace_s: 1, severity: 'critical' })
    await ping(ledger.url)
    const late = await make({ name: 'Search index', schedule: soon, grace_s: 86_400, tags: ['search'] })
    await ping(late.url)
    const hourly = { kind: 'oncalendar', oncalendar: 'hourly', timezone: 'UTC' }
    const running = await make({ name: 'Export to the warehouse', schedule: hourly, max_runtime_s: 7200 })
    await ping(`${running.url}/start?rid=x`)
    const paused = await make({ name: 'Old report', enabled: false })
    const fresh = await make({ name: 'Certificate renewal', description: 'Runs on the gateway.' })
    await until(
      'the import is down',
      30_000,
      async () => (await curl('GET', `/incidents?heartbeat_id=${ledger.id}`)).body.total > 0,
    )
    return { backup, ledger, late, running, paused, fresh }
  }

  beforeAll(async () => {
    xinex = await install({
      ...{ XINEX_ADMIN_EMAIL: EMAIL, XINEX_ADMIN_PASSWORD: PASSWORD, XINEX_REGISTRATION: 'invite' },
    })
    await xinex.start()
    const { text: token } = await xinex.run('admin', 'token', '--data', xinex.data, '--email', EMAIL, '--name', 'pages')
    curl = curlAs(xinex.base, token)
    const { backup, ledger, late, running, paused, fresh } = await furnish()
    const incident = (await curl('GET', `/incidents?heartbeat_id=${ledger.id}`)).body.items[0].id
    const fill = async (page: Page, label: string, text: string) => page.getByLabel(label, { exact: true }).fill(text)
    Object.assign(steps, {
      list: { path: '/heartbeats', act: (page) => page.getByText('Ledger import').first().waitFor() },
      'list with a filter': { path: '/heartbeats?status=problems' },
      'list without a match': { path: '/heartbeats?q=nothing' },
      'ping key': {
        path: '/heartbeats',
        act: async (page) => {
          await button(page, 'Ping key').click()
          await page.getByText('Moving from Healthchecks').waitFor()
          if (await page.getByText('There is no key yet').isVisible()) await button(page, 'Make a key').click()
          await page.getByText('nightly-backup').first().waitFor()
        },
      },
      'not as expected': { path: `/heartbeats/${backup.id}` },
      'not as expected, further down': {
        path: `/heartbeats/${backup.id}`,
        act: (page) => page.getByRole('heading', { name: 'Downtime' }).scrollIntoViewIfNeeded(),
      },
      down: { path: `/heartbeats/${ledger.id}` },
      late: { path: `/heartbeats/${late.id}`, act: (page) => page.getByText('Nobody is told yet').waitFor() },
      running: { path: `/heartbeats/${running.id}` },
      paused: { path: `/heartbeats/${paused.id}` },
      'new with its address': { path: `/heartbeats/${fresh.id}` },
      'calendar of a crontab': {
        path: `/heartbeats/${backup.id}?tab=calendar`,
        act: async (page) => {
          await button(page, 'Next month').click()
          await page.getByText('1 expected').first().waitFor({ state: 'attached' })
        },
      },
      'calendar of an interval': { path: `/heartbeats/${ledger.id}?tab=calendar` },
      pings: { path: `/heartbeats/${backup.id}?tab=pings` },
      'how to report': {
        path: `/heartbeats/${backup.id}?tab=report`,
        act: async (page) => {
          await page.getByRole('combobox', { name: 'Example for' }).click()
          await page.getByRole('option', { name: 'systemd' }).click()
          await page.getByText('OnCalendar=*-*-* 03:15:00 Europe/Berlin').waitFor()
        },
      },
      'incidents of one': { path: `/heartbeats/${ledger.id}?tab=incidents` },
      settings: { path: `/heartbeats/${backup.id}?tab=settings` },
      form: { path: '/heartbeats/new', act: (page) => page.getByText('every', { exact: false }).first().waitFor() },
      'form of a crontab, refused': {
        path: '/heartbeats/new',
        act: async (page) => {
          await button(page, 'Cron').click()
          await fill(page, 'Cron expression', '99 3 * * *')
          await page.locator('[aria-labelledby=preview] .text-down').waitFor()
          await button(page, 'Add heartbeat').click()
          await page.getByRole('alert').first().waitFor()
        },
      },
      'form with everything open': {
        path: `/heartbeats/${backup.id}/edit`,
        act: async (page) => {
          await page.locator('summary').first().waitFor()
          for (const summary of await page.locator('summary').all()) await summary.click()
          await button(page, 'Add rule').click()
          await page.getByLabel('Words of rule 1').fill('ERROR')
        },
      },
      'form, further down': {
        path: `/heartbeats/${backup.id}/edit`,
        act: async (page) => {
          await page.locator('summary').nth(1).click()
          await page.locator('summary').nth(2).click()
          await page.getByText('Only POST counts').waitFor({ state: 'detached' })
          await button(page, 'Add number').scrollIntoViewIfNeeded()
        },
      },
      overview: { path: '/overview', act: (page) => page.getByText('heartbeat is down').waitFor() },
      'incident about one': {
        path: `/incidents/${incident}`,
        act: (page) => page.getByRole('link', { name: 'Ledger import' }).first().waitFor(),
      },
      incidents: { path: '/incidents' },
    } satisfies Record<string, Step>)
    browser = await launch()
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await xinex?.stop()
  })

  test.each(looks)(
    'at $width in $scheme have no serious fault, no overflow, no foreign request, no complaint',
    async ({ width, height, scheme }) => {
      const viewport = { width, height }
      const context = await browser.newContext({ viewport, colorScheme: scheme, reducedMotion: 'reduce' })
      const faults = watch(context, xinex.base)
      const page = await signIn(context, xinex.base, EMAIL)
      const found: string[] = []
      for (const [name, { path, act }] of Object.entries(steps)) {
        await page.goto(xinex.base + path)
        await page.locator('h1').first().waitFor()
        await act?.(page)
        found.push(...(await faultsOf(page, `heartbeat ${name}-${width}-${scheme}`)))
      }
      await context.close()
      expect([...found, ...faults]).toEqual([])
    },
    180_000,
  )

  test('somebody adds one, sees when it is expected, pings it, reads what it said, pauses it and renews its address', async () => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })
    const faults = watch(context, xinex.base)
    const page = await signIn(context, xinex.base, EMAIL)
    const address = async () => (await page.locator('code', { hasText: '/api/v1/hb/' }).first().textContent()) ?? ''

    /** Some facts stand in two places, one for narrow windows. */
    const seen = (text: string) => page.getByText(text, { exact: true }).locator('visible=true').first().waitFor()

    await page.goto(`${xinex.base}/heartbeats`)
    await page.getByRole('link', { name: 'New heartbeat' }).waitFor()
    await page.keyboard.press('n')
    await page.getByLabel('Name', { exact: true }).fill('Weekly report')
    await button(page, 'Cron').click()
    await page.getByLabel('Cron expression', { exact: true }).fill('0 8 * * 1')
    await page.getByRole('combobox', { name: 'Time zone' }).fill('New_York')
    await page.getByRole('option', { name: 'America/New_York' }).click()
    const preview = page.locator('[aria-labelledby=preview]')
    await preview
      .getByText(/^Mon.*08:00 E[SD]T$/)
      .nth(9)
      .waitFor()
    await preview.getByText('08:05').first().waitFor()
    await button(page, 'Add heartbeat').click()

    // The page is open while the job reports: nobody reloads it.
    await page.getByRole('heading', { name: 'Weekly report', level: 1 }).waitFor()
    await page.getByText('No run so far').waitFor()
    const first = await address()
    await ping(`${first}/start?rid=1`)
    await seen('Under way')
    await ping(`${first}?rid=1&rows=7`, HOSTILE)
    await seen('Succeeded')
    await page.locator('main').getByText(/^Up/).first().waitFor()

    await page.getByRole('tab', { name: 'Pings' }).click()
    await button(page, /Body of ping 2/).click()
    const body = dialogOf(page).locator('pre')
    await body.waitFor()
    expect(await body.textContent()).toBe(HOSTILE)
    expect(await body.locator('*').count()).toBe(0)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download' }).click(),
    ])
    expect(await Bun.file(await download.path()).text()).toBe(HOSTILE)
    await page.keyboard.press('Escape')
    expect(await page.evaluate(() => '__ran' in window)).toBe(false)

    await page.getByRole('tab', { name: 'Overview' }).click()
    await button(page, 'Pause').click()
    await page
      .locator('main')
      .getByText(/^Paused/)
      .first()
      .waitFor()
    await button(page, 'Resume').click()
    await button(page, 'Pause').waitFor()

    await button(page, 'More actions').click()
    await page.getByRole('menuitem', { name: 'New address…' }).click()
    await button(page, 'Make new address').click()
    await until('the address is another one', 10_000, async () => (await address()) !== first)
    expect((await fetch(first)).status).toBe(404)
    await ping(await address())
    expect(faults).toEqual([])
    await context.close()
  }, 60_000)

  test('an edit that is not saved is asked about, and one that is refused says so at its field', async () => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })
    const page = await signIn(context, xinex.base, EMAIL)
    await page.goto(`${xinex.base}/heartbeats/new`)
    await page.getByLabel('Name', { exact: true }).fill('Odd one')
    await page.locator('summary', { hasText: 'Numbers of a run' }).click()
    await button(page, 'Add number').click()
    await page.getByLabel('Name of number 1').fill('rows')
    await page.getByLabel('Least of number 1').fill('9')
    await page.getByLabel('Most of number 1').fill('1')
    // What was refused opens by itself.
    await page.locator('summary', { hasText: 'Numbers of a run' }).click()
    await button(page, 'Add heartbeat').click()
    await page.getByText('Must not be less than min').waitFor()
    await page.getByRole('link', { name: 'Cancel' }).click()
    await page.getByText('Leave without saving?').waitFor()
    await button(page, 'Leave').click()
    await page.waitForURL((url) => url.pathname === '/heartbeats')
    await context.close()
  }, 60_000)

  test('a link to one of an agent leads to its own page', async () => {
    const context = await browser.newContext()
    const { id } = (await curl('POST', '/ai-heartbeats', { name: 'Support agent' })).body
    const page = await signIn(context, xinex.base, EMAIL)
    await page.goto(`${xinex.base}/heartbeats/${id}`)
    await page.waitForURL((url) => url.pathname === `/ai-heartbeats/${id}`)
    await page.getByRole('heading', { name: 'Support agent', level: 1 }).waitFor()
    await context.close()
  }, 60_000)

  test('who may only look sees neither addresses nor buttons', async () => {
    const owner = await browser.newContext()
    const invited = await asIn(await signIn(owner, xinex.base, EMAIL))('POST', '/invitations', {
      ...{ email: 'bob@example.test', role: 'viewer' },
    })
    const invitation = new URL(String(invited.body.url)).searchParams.get('token')
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    const faults = watch(context, xinex.base)
    const guest = await context.newPage()
    await guest.goto(`${xinex.base}/sign-in`)
    const account = { name: 'Bob', email: 'bob@example.test', password: PASSWORD, invitation }
    expect((await asIn(guest)('POST', '/auth/register', account)).status).toBe(201)
    await guest.goto(`${xinex.base}/heartbeats`)
    await guest.getByText('Certificate renewal').first().click()
    await guest.getByText('only shown to people who may change heartbeats').first().waitFor()
    expect(await guest.getByText('/api/v1/hb/').count()).toBe(0)
    for (const name of ['Pause', 'Edit', 'More actions', 'New address'])
      expect(await guest.getByRole('button', { name, exact: true }).count()).toBe(0)
    await guest.goto(`${xinex.base}/heartbeats`)
    await guest.getByText('Certificate renewal').first().waitFor()
    for (const name of ['Ping key', 'Actions for Certificate renewal'])
      expect(await guest.getByRole('button', { name, exact: true }).count()).toBe(0)
    expect(faults).toEqual([])
    await context.close()
    await owner.close()
  }, 60_000)
})
