import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { EMAIL, type Installed, install, missing, PASSWORD, until } from './appliance'
import { launch, noBrowser, watch } from './browser'
import { mailbox, nginx, webhookListener } from './peers'

const blocked = [...missing, ...noBrowser]

describe.skipIf(blocked.length > 0)('the story in a browser', () => {
  let xinex: Installed
  let target: Awaited<ReturnType<typeof nginx>>
  let hook: ReturnType<typeof webhookListener>
  let mail: Awaited<ReturnType<typeof mailbox>>
  let browser: Browser
  let page: Page
  let faults: string[]

  beforeAll(async () => {
    ;[target, mail] = await Promise.all([nginx(), mailbox()])
    hook = webhookListener()
    await target.start()
    xinex = await install({ XINEX_SMTP_URL: mail.url, XINEX_MAIL_FROM: 'Xinex <xinex@example.test>' })
    await xinex.start()
    browser = await launch()
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })
    faults = watch(context, xinex.base)
    page = await context.newPage()
    page.setDefaultTimeout(10_000)
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await xinex?.stop()
    await target?.stop()
    hook?.stop()
    await mail?.stop()
  })
  const button = (name: string | RegExp) => page.getByRole('button', { name })

  test('the printed link opens a short wizard that makes the first account', async () => {
    const link = xinex.output().match(/http:\/\/\S+\/setup\?token=\S+/)?.[0] ?? ''
    await page.goto(link)
    await button('Get started').click()
    await page.getByLabel('Your name').fill('Ada Lovelace')
    await page.getByLabel('E-mail').fill(EMAIL)
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByLabel('Workspace').fill('Engine room')
    await button('Create account').click()
    await page.getByRole('heading', { name: 'What should be watched?' }).waitFor()
  }, 30_000)

  test('the wizard checks an address before it adds it, and says who gets told', async () => {
    await page.getByLabel('Address').fill(target.url)
    await button('Run check').click()
    await page.getByText('200 OK').first().waitFor()
    await button('Create monitor').click()
    await page.getByRole('heading', { name: 'Who gets told?' }).waitFor()
    await page.getByLabel('Recipients').first().fill('oncall@example.test')
    await button('Send test').click()
    await until('the test mail arrives', 10_000, async () => mail.mails.length > 0)
    await button('Save channel').click()
    await page.getByRole('heading', { name: 'Xinex is ready' }).waitFor()
  }, 40_000)

  test('a webhook is added with the form made from its schema', async () => {
    await page.goto(`${xinex.base}/channels/new`)
    await page.getByText('Webhook', { exact: true }).first().click()
    await page.getByLabel('URL', { exact: true }).fill(hook.url)
    await button('Send test').click()
    await until('the test arrives', 10_000, async () => hook.received.some((r) => r.body.event === 'test'))
    await button('Add channel').click()
    await page.getByText('127.0.0.1').first().waitFor()
  }, 30_000)

  test('the monitor is made quicker in its form', async () => {
    await page.goto(`${xinex.base}/monitors`)
    await page
      .getByRole('link', { name: /127\.0\.0\.1/ })
      .first()
      .click()
    await page.getByRole('link', { name: /edit/i }).or(button(/^edit/i)).first().click()
    const interval = page.getByRole('textbox', { name: 'Interval' })
    await interval.fill('5')
    await interval.blur()
    await button(/^save/i).click()
    await page.waitForURL((url) => !url.pathname.endsWith('/edit'))
    await page.getByText('5 seconds', { exact: true }).first().waitFor()
  }, 30_000)

  test('a status page is made and shows the component', async () => {
    await page.goto(`${xinex.base}/status-pages/new`)
    await page.getByLabel('Title').fill('Engine room status')
    await button(/add (a )?component/i)
      .first()
      .click()
    await page.getByLabel(/^name/i).last().fill('The engine')
    await page
      .getByRole('combobox', { name: /monitors/i })
      .first()
      .fill('127')
    await page.getByRole('option').first().click()
    await page.keyboard.press('Escape')
    await button(/^(create|add|save)( status)? page/i).click()
    await until('the page is public', 10_000, async () =>
      (await fetch(`${xinex.base}/s/engine-room-status`)).text().then((html) => html.includes('The engine')),
    )
  }, 30_000)

  test('it breaks: the open screen turns by itself, and both are told within seconds', async () => {
    await page.goto(`${xinex.base}/overview`)
    await page.getByText('All systems are up').waitFor()
    await target.stop()
    await page
      .getByText(/1 monitor is down/i)
      .first()
      .waitFor({ timeout: 15_000 })
    await until('the webhook is told', 10_000, async () =>
      hook.received.some((r) => r.body.event === 'incident.created'),
    )
    await until('the mail arrives', 10_000, async () => mail.mails.some((m) => m.subject?.includes('is down')))
  }, 40_000)

  test('somebody acknowledges, repairs it, and sees the outage on the public page', async () => {
    await button('Acknowledge').first().click()
    await page
      .getByText(/acknowledged by/i)
      .first()
      .waitFor()
    const visitor = await page.context().newPage()
    await visitor.goto(`${xinex.base}/s/engine-room-status`)
    expect(await visitor.getByText('The engine').count()).toBeGreaterThan(0)
    expect(await visitor.locator('script').count()).toBe(0)
    await target.start()
    await page
      .getByText(/1 monitor is down/i)
      .first()
      .waitFor({ state: 'detached', timeout: 15_000 })
    await until('the webhook is told', 10_000, async () =>
      hook.received.some((r) => r.body.event === 'incident.resolved'),
    )
    await visitor.reload()
    await visitor.getByText('All systems operational').or(visitor.getByText('It works again.')).first().waitFor()
    expect(await visitor.getByText('Problem with The engine').count()).toBeGreaterThan(0)
    await visitor.close()
  }, 60_000)

  test('nothing came from another origin, and no page complained', () => {
    expect(faults).toEqual([])
  })
})
