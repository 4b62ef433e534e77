import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { curlAs, EMAIL, type Installed, install, missing, PASSWORD, until } from './appliance'
import { asIn, launch, noBrowser, watch } from './browser'
import { faultsOf, looks } from './looks'

const HOUR = 3_600_000
const VIEWER = 'bob@example.test'
/** What a hostile agent would say: it must come out as it went in, as text. */
const EVIL = '<img src=x onerror=globalThis.owned=true>'
/** Waves of a day, so that the charts have something to show; the same in every run of this test. */
const wave = (i: number, size: number) => 1 + size * Math.sin(i / 4) + (i % 7) * 0.03

type Step = { path: string; act?: (page: Page) => Promise<void> }

async function signIn(context: BrowserContext, base: string, email: string) {
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  await page.goto(`${base}/sign-in`)
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL((there) => !there.pathname.includes('sign-in'))
  return page
}
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

describe.skipIf([...missing, ...noBrowser].length > 0)('the pages of AI heartbeats', () => {
  let xinex: Installed
  let browser: Browser
  let curl: ReturnType<typeof curlAs>
  let triage = ''
  const steps: Record<string, Step> = {}

  /** As an agent without a token does it. */
  const report = async (address: string, run: object) => {
    const answer = await fetch(`${address}/run`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ status: 'ok', ...run }),
    })
    expect([answer.status, answer.ok ? '' : await answer.text()]).toEqual([201, ''])
  }
  /** Sixty runs of almost a week, an hour or several apart. */
  const reportWeek = async (address: string) => {
    const now = Date.now()
    for (let i = 0; i < 60; i++) {
      const ended = now - (60 - i) * 2.6 * HOUR
      const latency = Math.round(2400 * wave(i, 0.3))
      await report(address, {
        status: i % 19 === 11 ? 'error' : 'ok',
        started_at: new Date(ended - latency).toISOString(),
        ended_at: new Date(ended).toISOString(),
        model: i < 40 ? 'small-2' : 'small-3',
        provider: 'example',
        input_tokens: Math.round(1800 * wave(i, 0.4)),
        output_tokens: Math.round(420 * wave(i + 3, 0.3)),
        cost_usd: Number((0.012 * wave(i, 0.4)).toFixed(5)),
        quality_score: Number((0.88 - 0.05 * Math.sin(i / 5)).toFixed(2)),
        output_bytes: Math.round(3000 * wave(i, 0.1)),
        trace_id: `4bf92f3577b34da6a3ce929d0e0e${4000 + i}`,
        ...(i % 19 === 11 && { error: 'RateLimitError: 429 from the provider' }),
      })
    }
  }

  beforeAll(async () => {
    xinex = await install({ XINEX_ADMIN_EMAIL: EMAIL, XINEX_ADMIN_PASSWORD: PASSWORD, XINEX_REGISTRATION: 'invite' })
    await xinex.start()
    const { text: token } = await xinex.run('admin', 'token', '--data', xinex.data, '--email', EMAIL, '--name', 'pages')
    curl = curlAs(xinex.base, token)
    const make = async (body: object) => {
      const { status, body: made } = await curl('POST', '/ai-heartbeats', body)
      expect([status, made.details]).toEqual([201, undefined])
      return made as { id: string; ping_url: string }
    }
    const budgets = {
      ...{ max_cost_usd_per_day: 2, max_cost_usd_per_run: 0.05, max_tokens_per_run: 6000 },
      ...{ max_latency_p95_ms: 6000, min_success_rate: 0.9, min_quality_score: 0.7 },
    }
    const agent = await make({
      ...{
        name: 'Support triage',
        tags: ['support', 'prod'],
        budgets,
        runbook_url: 'https://wiki.example.test/triage',
      },
      description: 'Sorts incoming tickets and drafts an answer.',
    })
    triage = agent.id
    await reportWeek(agent.ping_url)
    await report(agent.ping_url, {
      ...{ model: 'large-1', cost_usd: 0.91, input_tokens: 61_000, output_tokens: 9000, latency_ms: 21_000 },
      ...{ quality_score: 0.81, metadata: { note: EVIL, 'gen_ai.request.model': 'large-1' } },
    })
    const quiet = await make({
      name: 'Weekly digest',
      expectation: { mode: 'fixed', schedule: { kind: 'cron', cron: '0 7 * * 1', timezone: 'Europe/Berlin' } },
    })
    const broken = await make({ name: 'Invoice reader', tags: ['finance'], failures: 1 })
    await report(broken.ping_url, { status: 'timeout', error: 'No answer within 60 s', model: 'vision-1' })
    const fine = await make({ name: 'Release notes', budgets: { max_cost_usd_per_day: 5 } })
    await report(fine.ping_url, { cost_usd: 0.42, latency_ms: 8200, model: 'small-3', input_tokens: 9000 })
    await until('the incident is open', 10_000, async () => {
      const { body } = await curl('GET', `/incidents?heartbeat_id=${broken.id}`)
      return body.total > 0
    })

    Object.assign(steps, {
      list: { path: '/ai-heartbeats' },
      'list without a match': { path: '/ai-heartbeats?q=nothing' },
      detail: {
        path: `/ai-heartbeats/${triage}`,
        act: (page) => page.locator('canvas').nth(4).waitFor(),
      },
      'a run opened': {
        path: `/ai-heartbeats/${triage}?tab=runs`,
        act: async (page) => {
          await page.getByRole('button', { name: 'Not as expected, details of the run' }).first().click()
          await page.getByText(EVIL).waitFor()
        },
      },
      incidents: { path: `/ai-heartbeats/${broken.id}?tab=incidents` },
      'how to report': {
        path: `/ai-heartbeats/${triage}?tab=report`,
        act: async (page) => {
          await button(page, 'LangChain').click()
          await page.getByText('class RunReporter(BaseCallbackHandler)').waitFor()
        },
      },
      down: { path: `/ai-heartbeats/${broken.id}`, act: (page) => button(page, 'Acknowledge').waitFor() },
      'not reported yet': { path: `/ai-heartbeats/${quiet.id}` },
      'form of a new one': { path: '/ai-heartbeats/new' },
      'form refused': {
        path: `/ai-heartbeats/${triage}/edit`,
        act: async (page) => {
          await page.getByLabel('Success rate', { exact: false }).fill('120')
          await button(page, 'Save AI heartbeat').click()
          await page.getByText('Check the marked field').waitFor()
        },
      },
      'does not exist': { path: '/ai-heartbeats/0197' },
    } satisfies Record<string, Step>)
    browser = await launch()
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await xinex?.stop()
  })

  test('an agent is made with a form, reports to its address, and is understood', async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
    const faults = watch(context, xinex.base)
    const page = await signIn(context, xinex.base, EMAIL)
    await page.goto(`${xinex.base}/ai-heartbeats`)
    await page.getByRole('listitem').filter({ hasText: 'Support triage' }).waitFor()
    await page.keyboard.press('n')
    await page.getByLabel('Name', { exact: true }).fill('Code reviewer')
    await page.getByLabel('Cost of a run', { exact: false }).fill('0.10')
    await page.getByRole('link', { name: 'AI heartbeats' }).first().click()
    await button(page, 'Cancel').click()
    await button(page, 'Add AI heartbeat').click()
    await page.getByRole('heading', { name: 'Code reviewer', exact: true }).waitFor()
    const address = String(
      await page
        .getByText(/\/api\/v1\/hb\/[\w-]+\/run$/)
        .first()
        .textContent(),
    )
    // What stands there is what an agent calls.
    await reportWeek(address.replace(/\/run$/, ''))
    await page.locator('canvas').nth(4).waitFor()
    const learned = page.getByRole('region', { name: 'What it has learned' })
    await learned
      .getByText(/every|usually/i)
      .first()
      .waitFor()
    await page.getByRole('region', { name: 'Over time' }).getByText('60, 3 failed (95% OK)').waitFor()

    await report(address.replace(/\/run$/, ''), { cost_usd: 1.5, metadata: { note: EVIL } })
    const odd = page.getByRole('region', { name: 'Not as expected' })
    await odd.getByText('$1.50', { exact: true }).first().waitFor()
    await odd.getByText('$0.10', { exact: true }).waitFor()
    await page.goto(`${xinex.base}/ai-heartbeats`)
    const row = page.getByRole('listitem').filter({ hasText: 'Code reviewer' })
    await row.getByText(/1\.5/).first().waitFor()
    expect(await row.textContent()).toContain('95%')
    await context.close()
    expect(faults).toEqual([])
  }, 90_000)

  test('what an agent says is text, whatever it says', async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
    const faults = watch(context, xinex.base)
    const page = await signIn(context, xinex.base, EMAIL)
    await page.goto(`${xinex.base}/ai-heartbeats/${triage}?tab=runs`)
    await page.getByRole('button', { name: 'Not as expected, details of the run' }).first().press('Enter')
    const said = page.locator('pre', { hasText: 'onerror' })
    expect(JSON.parse((await said.textContent()) ?? '')).toEqual({ note: EVIL, 'gen_ai.request.model': 'large-1' })
    expect(await page.locator('img[src=x]').count()).toBe(0)
    expect(await page.evaluate('globalThis.owned')).toBeUndefined()
    await context.close()
    expect(faults).toEqual([])
  }, 60_000)

  test('who may only look is not told where to report, and is offered nothing to change', async () => {
    const owner = await browser.newContext()
    const invite = asIn(await signIn(owner, xinex.base, EMAIL))
    const { body } = await invite('POST', '/invitations', { email: VIEWER, role: 'viewer' })
    await owner.close()
    const invitation = new URL(String(body.url)).searchParams.get('token')
    const account = { name: 'Bob', email: VIEWER, password: PASSWORD, invitation }
    const made = await fetch(`${xinex.base}/api/v1/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: xinex.base },
      body: JSON.stringify(account),
    })
    expect(made.status).toBe(201)
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
    const page = await signIn(context, xinex.base, VIEWER)
    await page.goto(`${xinex.base}/ai-heartbeats/${triage}?tab=report`)
    await page.getByText('only shown to those who may change heartbeats').waitFor()
    expect(await page.content()).not.toContain('/api/v1/hb/')
    for (const name of ['Pause', 'More actions', 'New address']) expect(await button(page, name).count()).toBe(0)
    expect(await page.getByRole('link', { name: 'Edit' }).count()).toBe(0)
    await context.close()
  }, 60_000)

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
        found.push(...(await faultsOf(page, `ai ${name}-${width}-${scheme}`)))
      }
      await context.close()
      expect([...found, ...faults]).toEqual([])
    },
    180_000,
  )
})
