import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { serverKeys } from '#channels/push.fixtures'
import { sealedFor, vapid } from '#channels/sealed-push'
import { EMAIL, freePort, type Installed, install, missing, PASSWORD, until } from './appliance'
import { asIn, noBrowser, watch } from './browser'
import { type PushBrowser, pushBrowser } from './push-browser'

const WORKER = join(import.meta.dir, '../../web/public/push-worker.js')
const signIn = (page: Page) =>
  page.evaluate(
    async (login) => {
      const headers = { 'content-type': 'application/json' }
      return (await fetch('/api/v1/auth/login', { method: 'POST', headers, body: JSON.stringify(login) })).status
    },
    { email: EMAIL, password: PASSWORD },
  )

async function onScreen({ desk, service }: PushBrowser, title: RegExp) {
  const told = () =>
    JSON.stringify({ shown: desk.shown(), delivered: service.delivered.length, refused: service.refused })
  return until(
    () => `“${title.source}” is on the screen: ${told()}`,
    15_000,
    async () => desk.shown().find((one) => title.test(one.title)),
  )
}

describe.skipIf([...missing, ...noBrowser].length > 0)('a browser that is told', () => {
  let xinex: Installed
  let browser: PushBrowser
  let page: Page
  let faults: string[]
  let ask: ReturnType<typeof asIn>
  const shown = (title: RegExp) => onScreen(browser, title)

  beforeAll(async () => {
    const port = await freePort()
    const url = `http://localhost:${port}`
    const admin = { XINEX_ADMIN_EMAIL: EMAIL, XINEX_ADMIN_PASSWORD: PASSWORD }
    xinex = await install({ ...admin, XINEX_PUBLIC_URL: url }, port)
    await xinex.start()
    browser = await pushBrowser(url)
    faults = watch(browser.context, url)
    page = await browser.context.newPage()
    page.setDefaultTimeout(15_000)
    await page.goto(url)
    expect(await signIn(page)).toBe(200)
    ask = asIn(page)
  }, 60_000)
  afterAll(async () => {
    await browser?.stop()
    await xinex?.stop()
  })

  test('is turned on with one button, and says so', async () => {
    await page.goto(`http://localhost:${xinex.port}/settings/notifications`)
    await page.getByRole('button', { name: 'Turn on here' }).click()
    await page.getByText('This browser', { exact: true }).waitFor()
    await page.getByText('no message yet').waitFor()
    expect(await page.getByRole('button', { name: 'Turn on here' }).count()).toBe(0)
    expect((await ask('GET', '/push-tokens')).body).toMatchObject({ total: 1, items: [{ platform: 'web' }] })
  }, 30_000)

  test('shows a test message that its maker’s push service could not read', async () => {
    await until('the browser listens', 15_000, async () => browser.service.connected())
    await page.getByRole('button', { name: /^Send a test to/ }).click()
    const message = await shown(/^Test message from Xinex$/)
    expect(message.body).toContain('messages about incidents will arrive here')
    expect(browser.service.refused).toEqual([])
    const [sent] = browser.service.delivered
    expect(sent?.headers.get('content-encoding')).toBe('aes128gcm')
    expect(sent?.body.includes('Test message')).toBe(false)
    await page.getByText('last message').waitFor()
  }, 30_000)

  test('shows what needs whoever is called, with a button; a click opens the incident', async () => {
    const { body: me } = await ask('GET', '/me')
    const steps = [{ delay_s: 300, targets: [{ type: 'user', id: me.id }] }]
    expect((await ask('POST', '/escalation-policies', { name: 'On call', steps, is_default: true })).status).toBe(201)
    const { body: incident } = await ask('POST', '/incidents', { title: 'Checkout is broken', severity: 'critical' })
    const message = await shown(/Checkout is broken/)
    expect(message.buttons.map(({ label }) => label)).toContain('Acknowledge')
    browser.desk.click(message)
    const address = `http://localhost:${xinex.port}/incidents/${incident.id}`
    await until('the incident is open in a page', 15_000, async () =>
      browser.context.pages().find((one) => one.url() === address),
    )
  }, 45_000)

  test('acknowledges with one tap', async () => {
    const { body: incident } = await ask('POST', '/incidents', { title: 'Search is slow', severity: 'high' })
    browser.desk.click(await shown(/Search is slow/), 'Acknowledge')
    // What the worker says of its tap, or the news of it that came a moment later.
    const done = await shown(/^Acknowledged$|acknowledged: Search is slow$/)
    expect(`${done.title} ${done.body}`).toContain('Search is slow')
    const { body } = await ask('GET', `/incidents/${incident.id}`)
    expect([body.status, body.acknowledged_by]).toEqual(['acknowledged', expect.stringContaining('by link')])
  }, 30_000)

  test('that is turned off hears nothing more, and the server knows', async () => {
    await page.getByRole('button', { name: /^More actions for/ }).click()
    await page.getByRole('menuitem', { name: 'Turn off here' }).click()
    await page.getByRole('button', { name: 'Turn on here' }).waitFor()
    expect((await ask('GET', '/push-tokens')).body.total).toBe(0)
    const left = await page.evaluate(async () => (await navigator.serviceWorker.ready).pushManager.getSubscription())
    expect(left).toBeNull()
    await page.getByRole('button', { name: 'Turn on here' }).click()
    await page.getByText('no message yet').waitFor()
  }, 30_000)

  test('that its push service no longer knows is forgotten', async () => {
    browser.service.forget()
    await page.getByRole('button', { name: /^Send a test to/ }).click()
    await page.getByText('no longer knows this browser').waitFor()
    await page.getByRole('button', { name: 'Turn on here' }).waitFor()
    expect((await ask('GET', '/push-tokens')).body.total).toBe(0)
  }, 30_000)

  test('complained about nothing', () => {
    expect(faults).toEqual([])
  })
})

/** The worker alone, with a server that answers what the test wants. */
describe.skipIf(noBrowser.length > 0)('the button of a notification', () => {
  let browser: PushBrowser
  let subscription: { endpoint: string; keys: { p256dh: string; auth: string } }
  const keys = serverKeys()
  const posted: { path: string; cookie: string | null }[] = []
  let reply: (() => Response) | undefined
  const serve = (port: number) =>
    Bun.serve({
      ...{ port, hostname: '127.0.0.1' },
      fetch: (request) => {
        const { pathname } = new URL(request.url)
        if (request.method === 'POST') {
          posted.push({ path: pathname, cookie: request.headers.get('cookie') })
          const message = `Acknowledged by Ada, by link: Alarm ${count}`
          return reply?.() ?? Response.json({ outcome: 'done', message })
        }
        if (pathname === '/push-worker.js') return new Response(Bun.file(WORKER))
        const headers = { 'content-type': 'text/html', 'set-cookie': 'session=s3cret; Path=/' }
        return new Response('<!doctype html><title>Page</title>', { headers })
      },
    })
  let server: ReturnType<typeof serve>
  let base = ''
  let count = 0

  beforeAll(async () => {
    server = serve(0)
    base = `http://localhost:${server.port}`
    browser = await pushBrowser(base)
    const page = await browser.context.newPage()
    await page.goto(`${base}/page`)
    const told = await page.evaluate(async (applicationServerKey) => {
      const registration = await navigator.serviceWorker.register('/push-worker.js')
      await navigator.serviceWorker.ready
      return (await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey })).toJSON()
    }, keys.public_key)
    // Safe: a subscription that was just made has all of these.
    subscription = told as typeof subscription
    await until('the browser listens', 15_000, async () => browser.service.connected())
  }, 60_000)
  afterAll(async () => {
    await browser?.stop()
    await server?.stop(true)
  })

  async function send(text: string) {
    const { endpoint } = subscription
    const authorization = await vapid(keys, endpoint, 'mailto:ops@example.test', Date.now())
    const body = new Uint8Array(sealedFor(subscription.keys, Buffer.from(text)))
    const answer = await fetch(endpoint, { method: 'POST', body, headers: { authorization, ttl: '60' } })
    expect(answer.status).toBe(201)
  }
  const shown = (title: string) => onScreen(browser, new RegExp(`^${title}$`))
  const alarm = async () => {
    const [title, tag] = [`Alarm ${++count}`, `inc_${count}`]
    const actions = [{ action: 'acknowledge', title: 'Acknowledge', url: `${base}/a/token-${count}` }]
    const about = { kind: 'down', urgent: true, severity: 'critical', at: '2026-05-01T12:00:00.000Z' }
    await send(JSON.stringify({ ...about, title, body: 'HTTP 503', url: `${base}/incidents/${tag}`, tag, actions }))
    return shown(title)
  }

  test('acknowledges with one tap, without opening a page and without anybody’s cookies', async () => {
    const pages = browser.context.pages().length
    browser.desk.click(await alarm(), 'Acknowledge')
    const done = await shown('Acknowledged')
    expect(done.body).toEndWith(`Acknowledged by Ada, by link: Alarm ${count}`)
    expect(done.buttons.map(({ label }) => label)).not.toContain('Acknowledge')
    expect(posted.at(-1)).toEqual({ path: `/a/token-${count}`, cookie: null })
    expect(browser.context.pages().length).toBe(pages)
  }, 30_000)

  test('says who was quicker', async () => {
    reply = () => Response.json({ outcome: 'already', message: 'It was already acknowledged by Ben' })
    browser.desk.click(await alarm(), 'Acknowledge')
    expect((await shown('Already acknowledged')).body).toContain('by Ben')
  }, 30_000)

  test.each([
    [
      'with its reason',
      () => Response.json({ error: 'This link does not work any more' }, { status: 404 }),
      'any more',
    ],
    ['without one', () => new Response('<h1>Bad gateway</h1>', { status: 502 }), 'Alarm '],
  ] as const)(
    'says so when it was refused %s',
    async (_, refusal, words) => {
      reply = refusal
      browser.desk.click(await alarm(), 'Acknowledge')
      await until('it says so', 15_000, async () =>
        browser.desk.shown().some(({ title, body }) => title === 'Not done: Acknowledge' && body.includes(words)),
      )
    },
    30_000,
  )

  test('says so when the server cannot be reached, and can be tried again', async () => {
    reply = undefined
    const message = await alarm()
    const { port } = server
    await server.stop(true)
    browser.desk.click(message, 'Acknowledge')
    const failed = await shown('Not done yet: Acknowledge')
    server = serve(Number(port))
    browser.desk.click(failed, 'Acknowledge')
    await until('it is done', 15_000, async () => posted.at(-1)?.path === `/a/token-${count}`)
    const done = await until('it says so', 15_000, async () =>
      browser.desk.shown().find(({ title, body }) => title === 'Acknowledged' && body.endsWith(`Alarm ${count}`)),
    )
    expect(done.title).toBe('Acknowledged')
  }, 30_000)

  test('news about the same thing take the place of the alarm', async () => {
    await alarm()
    const news = { kind: 'up', urgent: false, severity: 'critical', at: '2026-05-01T12:05:00.000Z', actions: [] }
    const tag = `inc_${count}`
    await send(
      JSON.stringify({ ...news, title: 'All is well again', body: 'ok', url: `${base}/incidents/${tag}`, tag }),
    )
    await shown('All is well again')
    expect(browser.desk.shown().map(({ title }) => title)).not.toContain(`Alarm ${count}`)
  }, 30_000)

  test.each(['nonsense', '{}', '[]', '{"title":7}'])(
    'a message that cannot be read is shown as news, which lead to the start page: %s',
    async (text) => {
      const starts = () => browser.context.pages().filter((page) => page.url() === `${base}/`)
      for (const page of starts()) await page.close()
      await send(text)
      browser.desk.click(await shown('Xinex has news'))
      await until('the start page is open', 15_000, async () => starts().length === 1)
      await until('the message is gone', 15_000, async () =>
        browser.desk.shown().every(({ title }) => title !== 'Xinex has news'),
      )
    },
    30_000,
  )
})
