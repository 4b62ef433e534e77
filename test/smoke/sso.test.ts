import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContext } from 'playwright-core'
import { identityProvider, type Provider } from '../../src/modules/sso/idp.fixtures'
import { EMAIL, freePort, type Installed, install, missing, PASSWORD } from './appliance'
import { launch, noBrowser } from './browser'

type Sp = { id: string; entity_id: string; acs_url: string; metadata: string }

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/"/g, '&quot;')

/** The pages of an identity provider on another site: whoever comes with a request is signed in as `person` at once. */
function pages(idp: Provider, port: number, sp: () => Sp, person: () => string) {
  return Bun.serve({
    ...{ hostname: 'localhost', port },
    async fetch(request) {
      const { id, relay } = await idp.read(request.url, sp().metadata)
      const SAMLResponse = await idp.answer({ id }, sp(), { subject: person() }, { sign: 'both', encrypt: true })
      const fields = Object.entries({ SAMLResponse, RelayState: relay })
      const inputs = fields.map(([name, value]) => `<input type="hidden" name="${name}" value="${escaped(value)}">`)
      const page = `<form method="post" action="${escaped(sp().acs_url)}">${inputs.join('')}</form><script>document.forms[0].submit()</script>`
      return new Response(page, { headers: { 'content-type': 'text/html' } })
    },
  })
}

describe.skipIf(missing.length > 0)('single sign-on with the binary', () => {
  let xinex: Installed
  let idp: Provider
  let site: ReturnType<typeof pages>
  let sp: Sp
  let person = 'ann@example.test'

  /** Asks as the owner, with the cookie of a session. */
  let owner: (method: string, path: string, body?: object) => Promise<{ status: number; body: Record<string, unknown> }>
  const api = (path: string, init: RequestInit = {}) =>
    fetch(`${xinex.base}/api/v1${path}`, { redirect: 'manual', ...init })

  beforeAll(async () => {
    xinex = await install({ XINEX_ADMIN_EMAIL: EMAIL, XINEX_ADMIN_PASSWORD: PASSWORD })
    await xinex.start()
    const port = await freePort()
    idp = await identityProvider(
      Date.now,
      `http://localhost:${port}/metadata`,
      `http://localhost:${port}/sso?app=xinex`,
    )
    site = pages(
      idp,
      port,
      () => sp,
      () => person,
    )
    const json = { 'content-type': 'application/json' }
    const login = { method: 'POST', headers: json, body: JSON.stringify({ email: EMAIL, password: PASSWORD }) }
    const signedIn = await api('/auth/login', login)
    const cookie = signedIn.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ')
    const { csrf_token } = (await signedIn.json()) as { csrf_token: string }
    owner = async (method, path, body) => {
      const headers = { ...json, cookie, 'x-csrf-token': csrf_token }
      const answer = await api(path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
      const text = await answer.text()
      return { status: answer.status, body: text ? JSON.parse(text) : {} }
    }
  }, 60_000)
  afterAll(async () => {
    await site?.stop(true)
    await xinex?.stop()
  })

  /** The way of a browser up to the answer that waits to be posted. */
  async function begin() {
    const begun = await api('/sso/login?email=ann@example.test&return_to=/monitors')
    expect(begun.status).toBe(302)
    const { relay, ...request } = await idp.read(begun.headers.get('location') ?? '', sp.metadata)
    const cookie = (begun.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    const SAMLResponse = await idp.answer(request, sp, { subject: person }, { sign: 'both', encrypt: true })
    return { cookie, form: new URLSearchParams({ SAMLResponse, RelayState: relay }) }
  }
  const post = (body: URLSearchParams) => api(`/sso/acs/${sp.id}`, { method: 'POST', body })
  const fetchIt = (path: string, cookie: string) =>
    fetch(`${xinex.base}${path}`, { redirect: 'manual', headers: { cookie } })

  test('is set up from the metadata of the provider', async () => {
    const { status, body } = await owner('PUT', '/sso/connection', { metadata_xml: idp.metadata(), enabled: true })
    expect(status).toBe(200)
    const ours = body.sp as Sp & { metadata_url: string }
    sp = { ...ours, id: String(body.id), metadata: await (await fetch(ours.metadata_url)).text() }
    const { body: domain } = await owner('POST', '/sso/domains', { domain: 'example.test' })
    expect((await owner('POST', `/sso/domains/${domain.id}/verify`)).body).toMatchObject({ verified: true })
  })

  test('makes an account from an encrypted answer, to a request from before the power failed', async () => {
    const { cookie, form } = await begin()
    await xinex.kill()
    await xinex.start()
    const answered = await post(form)
    expect(answered.headers.get('set-cookie')).toBeNull()
    await xinex.kill()
    await xinex.start()
    const arrived = await fetchIt(answered.headers.get('location') ?? '', cookie)
    expect(arrived.headers.get('location')).toBe('/monitors')
    const session = arrived.headers.getSetCookie().find((line) => line.startsWith('xinex_session=')) ?? ''
    const me = await (await fetchIt('/api/v1/me', session.split(';')[0] ?? '')).json()
    expect(me).toMatchObject({ email: person, role: 'member', session: { method: 'saml', mfa: true, bound: true } })
    expect((await post(form)).headers.get('location')).toBe('/sign-in?problem=expired')
  }, 60_000)

  test('sends a stranger back to the sign-in page', async () => {
    const { status, headers } = await api('/sso/login?email=eve@nowhere.test')
    expect([status, headers.get('location')]).toEqual([303, '/sign-in?problem=no_sso'])
  })

  describe.skipIf(noBrowser.length > 0)('in a browser', () => {
    let browser: Browser
    let context: BrowserContext
    beforeAll(async () => {
      browser = await launch()
      context = await browser.newContext()
    }, 60_000)
    afterAll(async () => {
      await browser?.close()
    })
    const me = async () => (await context.request.get(`${xinex.base}/api/v1/me`)).json()

    test('goes to the provider on another site and comes back signed in', async () => {
      person = 'bea@example.test'
      const page = await context.newPage()
      await page.goto(`${xinex.base}/api/v1/sso/login?email=${person}&return_to=/monitors`)
      await page.waitForURL((url) => url.origin === xinex.base && url.pathname === '/monitors', { timeout: 15_000 })
      expect(await me()).toMatchObject({ email: person, session: { method: 'saml' } })
      await page.close()
    }, 30_000)

    test('an admin tries it from the settings, and sees what the provider said without being signed in anew', async () => {
      await context.clearCookies()
      person = 'cleo@example.test'
      const page = await context.newPage()
      await page.goto(`${xinex.base}/sign-in`)
      await page.getByLabel('E-mail').fill(EMAIL)
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
      await page.getByRole('button', { name: 'Sign in', exact: true }).click()
      await page.waitForURL((url) => url.pathname === '/overview')
      await page.goto(`${xinex.base}/settings/sso`)
      await page.getByRole('button', { name: 'Try it' }).click()
      await page.waitForURL((url) => url.origin === xinex.base && url.search === '?tested=1', { timeout: 15_000 })
      await page.getByText('Last test').waitFor()
      await page.getByText(person).first().waitFor()
      expect(await page.getByText('in order').count()).toBeGreaterThan(5)
      expect(await me()).toMatchObject({ email: EMAIL, session: { method: 'password' } })
      await page.close()
    }, 30_000)

    test('is not signed in by an answer that somebody else fetched and left on a page', async () => {
      await context.clearCookies()
      person = 'mallory@example.test'
      const { form } = await begin()
      const trap = Bun.serve({
        ...{ hostname: 'localhost', port: 0 },
        fetch: () => {
          const inputs = [...form].map(([name, value]) => `<input name="${name}" value="${escaped(value)}">`)
          const page = `<form method="post" action="${sp.acs_url}">${inputs.join('')}</form><script>document.forms[0].submit()</script>`
          return new Response(page, { headers: { 'content-type': 'text/html' } })
        },
      })
      const page = await context.newPage()
      await page.goto(`http://localhost:${trap.port}/`)
      await page.waitForURL((url) => url.origin === xinex.base && url.search === '?problem=expired', {
        timeout: 15_000,
      })
      expect(await me()).toMatchObject({ code: 'UNAUTHORIZED' })
      await page.close()
      await trap.stop(true)
    }, 30_000)
  })
})
