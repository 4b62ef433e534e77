import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { EMAIL, type Installed, install, missing, PASSWORD } from './appliance'
import { asIn, launch, noBrowser, watch } from './browser'

const rules = { enabled: true, trust_email: true, tenant_id: null, default_role: 'member', group_roles: [] }

describe.skipIf([...missing, ...noBrowser].length > 0)('the sign-in page', () => {
  let xinex: Installed
  let browser: Browser
  let owner: ReturnType<typeof asIn>
  let address = 0

  beforeAll(async () => {
    const admin = { XINEX_ADMIN_EMAIL: EMAIL, XINEX_ADMIN_PASSWORD: PASSWORD }
    xinex = await install({ ...admin, XINEX_TRUSTED_PROXIES: '127.0.0.1/32' })
    await xinex.start()
    browser = await launch()
    const page = await browser.newPage()
    await page.goto(xinex.base)
    owner = asIn(page)
    await owner('POST', '/auth/login', { email: EMAIL, password: PASSWORD })
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await xinex?.stop()
  })

  async function visitor(headers: Record<string, string> = {}) {
    const extraHTTPHeaders = { 'x-forwarded-for': `10.3.0.${++address}`, ...headers }
    const context = await browser.newContext({ extraHTTPHeaders, reducedMotion: 'reduce' })
    const faults = watch(context, xinex.base)
    const page = await context.newPage()
    page.setDefaultTimeout(10_000)
    return { page, faults, button: (name: string) => page.getByRole('button', { name, exact: true }) }
  }
  const addProvider = async (kind: string, settings: object) => {
    const made = await owner('POST', '/admin/sign-in-providers', { ...rules, slug: kind, kind, name: kind, settings })
    expect([made.status, made.body.code]).toEqual([201, undefined])
  }

  test('offers nothing that would not work here', async () => {
    const { page, faults } = await visitor()
    await page.goto(`${xinex.base}/sign-in`)
    // An address that is a number takes no passkeys, and without a mail server nobody can be sent a link.
    await page.getByText('xinex admin reset-password').waitFor()
    for (const name of ['Sign in with a passkey', 'Single sign-on', 'Forgot password?', 'Create one'])
      expect(await page.getByText(name).count()).toBe(0)
    expect(faults).toEqual([])
  }, 30_000)

  test('says why another site sent somebody back', async () => {
    const { page } = await visitor()
    await page.goto(`${xinex.base}/sign-in?problem=no_account`)
    await page.getByText('There is no account here for you yet').waitFor()
    await page.goto(`${xinex.base}/sign-in?problem=whatever`)
    await page.getByText('could not confirm who you are').waitFor()
  }, 30_000)

  test('makes who guesses wait, counts down, and lets the right one in after it', async () => {
    const { page, button } = await visitor()
    await page.goto(`${xinex.base}/sign-in`)
    await page.getByLabel('E-mail').fill(EMAIL)
    const password = page.getByLabel('Password', { exact: true })
    const wait = page.getByText('Too many attempts.')
    for (let n = 0; n < 8 && (await wait.count()) === 0; n++) {
      await password.fill(`wrong ${n}`)
      await Promise.all([page.waitForResponse(/auth\/login/), button('Sign in').click()])
      await wait.or(page.getByText('is wrong')).waitFor()
    }
    await wait.waitFor()
    expect(await button('Sign in').isDisabled()).toBe(true)
    await page.getByText('You can try again now.').waitFor()
    await password.fill(PASSWORD)
    await button('Sign in').click()
    await page.waitForURL((url) => url.pathname === '/overview')
  }, 40_000)

  test('lets in without a question whom a proxy has signed in, and not again once they left', async () => {
    await addProvider('header', { proxies: ['127.0.0.1'], secret: 'between the proxy and us' })
    const { page, faults } = await visitor({
      ...{ 'remote-user': EMAIL, 'remote-email': EMAIL },
      'remote-secret': 'between the proxy and us',
    })
    await page.goto(`${xinex.base}/channels`)
    await page.getByRole('heading', { name: 'Channels' }).waitFor()
    await page.getByRole('button', { name: /account menu/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByLabel('Password', { exact: true }).waitFor()
    await page.getByLabel('E-mail').fill('somebody else')
    expect(new URL(page.url()).pathname).toBe('/sign-in')
    expect(faults).toEqual([])
    const other = await visitor()
    await other.page.goto(`${xinex.base}/sign-in`)
    await other.page.getByLabel('Password', { exact: true }).waitFor()
    expect(other.faults).toEqual([])
  }, 30_000)

  test('takes a user name where a directory knows people', async () => {
    const search = { bind_dn: 'cn=xinex', bind_password: 'secret', base_dn: 'dc=example' }
    await addProvider('ldap', { url: 'ldaps://127.0.0.1:9', ...search })
    const { page } = await visitor()
    await page.goto(`${xinex.base}/sign-in`)
    await page.getByLabel('E-mail or user name').fill('ada')
  }, 30_000)
})
