import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { curlAs, EMAIL, type Installed, install, missing, PASSWORD, until } from './appliance'
import { launch, noBrowser, watch } from './browser'
import { faultsOf, looks } from './looks'
import { nginx } from './peers'

describe.skipIf([...missing, ...noBrowser].length > 0)('every page', () => {
  let xinex: Installed
  let target: Awaited<ReturnType<typeof nginx>>
  let browser: Browser
  const paths: Record<string, string> = {}

  beforeAll(async () => {
    target = await nginx()
    await target.start()
    xinex = await install({ XINEX_ADMIN_EMAIL: EMAIL, XINEX_ADMIN_PASSWORD: PASSWORD })
    await xinex.start()
    const { text: token } = await xinex.run('admin', 'token', '--data', xinex.data, '--email', EMAIL, '--name', 'pages')
    const curl = curlAs(xinex.base, token)
    const common = { interval: 5, alert_threshold: 1, tags: ['web', 'eu'] }
    const up = (await curl('POST', '/monitors', { ...common, name: 'Checkout API', type: 'http', url: target.url }))
      .body
    const settings = { host: '127.0.0.1', port: 9 }
    const down = (await curl('POST', '/monitors', { ...common, name: 'Ledger replica', type: 'tcp', settings })).body
    await curl('POST', '/monitors', { ...common, name: 'Old host', type: 'tcp', settings, enabled: false })
    const hook = { name: 'Ops hook', type: 'webhook', is_default: true, settings: { url: 'http://127.0.0.1:9/hook' } }
    const channel = (await curl('POST', '/notification-channels', hook)).body
    const components = [
      { name: 'Checkout', group: 'Shop', monitor_ids: [up.id], show_uptime: true, show_response_time: true },
      { name: 'Ledger', group: 'Shop', monitor_ids: [down.id], show_uptime: true, show_response_time: false },
    ]
    const page = (await curl('POST', '/status-pages', { slug: 'acme', title: 'Acme status', components })).body
    const incident = await until(
      'an incident is open',
      15_000,
      async () => (await curl('GET', '/incidents')).body.items[0],
    )
    Object.assign(paths, {
      overview: '/overview',
      monitors: '/monitors',
      'monitor up': `/monitors/${up.id}`,
      'monitor down': `/monitors/${down.id}`,
      'monitor checks': `/monitors/${down.id}?tab=checks`,
      'type of monitor': '/monitors/new',
      'new monitor': '/monitors/new/http',
      'edit monitor': `/monitors/${up.id}/edit`,
      incidents: '/incidents',
      incident: `/incidents/${incident.id}`,
      channels: '/channels',
      'new channel': '/channels/new',
      channel: `/channels/${channel.id}`,
      'status pages': '/status-pages',
      'new status page': '/status-pages/new',
      'status page': `/status-pages/${page.id}`,
      profile: '/settings/profile',
      security: '/settings/security',
      sessions: '/settings/sessions',
      notifications: '/settings/notifications',
      tokens: '/settings/tokens',
      members: '/settings/members',
      workspace: '/settings/workspace',
      appearance: '/settings/appearance',
      'consent wrong': '/consent?problem=redirect_mismatch',
      'consent over': '/consent?request=none',
      public: '/s/acme',
      'nothing here': '/nothing-here',
    })
    browser = await launch()
  }, 90_000)
  afterAll(async () => {
    await browser?.close()
    await xinex?.stop()
    await target?.stop()
  })

  test.each(looks)(
    'at $width in $scheme has no serious fault, no overflow, no foreign request, no complaint',
    async ({ width, height, scheme }) => {
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme: scheme,
        reducedMotion: 'reduce',
      })
      const faults = watch(context, xinex.base)
      const page = await context.newPage()
      await page.goto(`${xinex.base}/sign-in`)
      await page.getByLabel('E-mail').fill(EMAIL)
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.waitForURL((url) => !url.pathname.includes('sign-in'))
      const found: string[] = []
      for (const [name, path] of Object.entries(paths)) {
        await page.goto(xinex.base + path)
        found.push(...(await faultsOf(page, `${name}-${width}-${scheme}`)))
      }
      await context.close()
      expect([...found, ...faults]).toEqual([])
    },
    180_000,
  )

  test.each(looks)(
    'before anybody signed in, and every step of the wizard, at $width in $scheme too',
    async ({ width, height, scheme }) => {
      const fresh = await install({ XINEX_REGISTRATION: 'open' })
      await fresh.start()
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme: scheme,
        reducedMotion: 'reduce',
      })
      const faults = watch(context, fresh.base)
      const page = await context.newPage()
      const found: string[] = []
      const look = async (name: string) => found.push(...(await faultsOf(page, `${name}-${width}-${scheme}`)))
      const click = (name: string) => page.getByRole('button', { name }).click()
      const heading = (name: string) => page.getByRole('heading', { name }).waitFor()
      try {
        await page.goto(fresh.output().match(/http:\/\/\S+\/setup\?token=\S+/)?.[0] ?? '')
        await look('wizard welcome')
        await click('Get started')
        await heading('Your account')
        await page.getByLabel('Your name').fill('Ada')
        await page.getByLabel('E-mail').fill(EMAIL)
        await page.getByLabel('Workspace').fill('Acme')
        await page.getByLabel('Password', { exact: true }).fill('short')
        await click('Create account')
        await page.getByText('Must have at least 10 characters').waitFor()
        await look('wizard account')
        await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
        await click('Create account')
        await heading('What should be watched?')
        await look('wizard monitor')
        await click('Skip for now')
        await heading('Who gets told?')
        await look('wizard channel')
        await click('Skip for now')
        await heading('Xinex is ready')
        await look('wizard ready')
        await page.goto(`${fresh.base}/overview`)
        await look('empty overview')
        for (const path of ['monitors', 'incidents', 'channels', 'status-pages']) {
          await page.goto(`${fresh.base}/${path}`)
          await look(`empty ${path}`)
        }
        await context.clearCookies()
        for (const path of ['sign-in', 'register', 'setup']) {
          await page.goto(`${fresh.base}/${path}`)
          await look(`signed out ${path}`)
        }
        expect([...found, ...faults]).toEqual([])
      } finally {
        await context.close()
        await fresh.stop()
      }
    },
    90_000,
  )
})
