import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { openOidcProvider, SECRET } from '#sign-in/oidc-provider.fixtures'
import { EMAIL, freePort, type Installed, install, missing, PASSWORD } from './appliance'
import { asIn, dialogOf, launch, noBrowser } from './browser'

describe.skipIf([...missing, ...noBrowser].length > 0)('an account elsewhere, in a browser', () => {
  let xinex: Installed
  let browser: Browser
  let page: Page
  let provider: Awaited<ReturnType<typeof openOidcProvider>>
  let base: string
  const button = (name: string) => page.getByRole('button', { name, exact: true })

  beforeAll(async () => {
    const port = await freePort()
    base = `http://localhost:${port}`
    provider = await openOidcProvider({ redirect: `${base}/api/v1/auth/oauth/corp/callback` })
    const admin = { XINEX_ADMIN_EMAIL: EMAIL, XINEX_ADMIN_PASSWORD: PASSWORD, XINEX_PUBLIC_URL: base }
    xinex = await install(admin, port)
    await xinex.start()
    browser = await launch()
    page = await (await browser.newContext({ reducedMotion: 'reduce' })).newPage()
    page.setDefaultTimeout(10_000)
    await page.goto(`${base}/sign-in`)
    await asIn(page)('POST', '/auth/login', { email: EMAIL, password: PASSWORD })
    const settings = { issuer: provider.issuer, client_id: 'basic', client_secret: SECRET }
    const draft = { slug: 'corp', kind: 'oidc', name: 'Corp ID', settings, enabled: true }
    expect((await asIn(page)('POST', '/admin/sign-in-providers', draft)).status).toBe(201)
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await xinex?.stop()
    await provider?.stop()
  })

  /** The provider's own pages: a name, then what the program may know. */
  async function signInThere() {
    await page.locator('input[name=login]').fill('grace')
    await page.locator('input[name=password]').fill('any')
    await page.locator('button[type=submit]').click()
    await page.getByText('Continue').click()
  }

  test('is linked from the settings, after the password', async () => {
    await page.goto(`${base}/settings/security`)
    await button('Link Corp ID').click()
    await dialogOf(page).getByLabel('Your password').fill(PASSWORD)
    await dialogOf(page).getByRole('button', { name: 'Continue' }).click()
    await signInThere()
    await page.waitForURL((url) => url.origin === base && url.pathname === '/settings/security')
    await page.getByText('grace@example.test').waitFor()
  }, 30_000)

  test('signs them in from then on, to where they wanted to go', async () => {
    await asIn(page)('POST', '/auth/logout')
    await page.goto(`${base}/monitors`)
    await page.getByRole('link', { name: /Corp ID/ }).click()
    // They are still signed in over there, so nobody asks.
    await page.waitForURL((url) => url.origin === base && url.pathname === '/monitors')
    expect((await asIn(page)('GET', '/me')).body).toMatchObject({ email: EMAIL, session: { method: 'oidc' } })
  }, 30_000)

  test('is unlinked, and then signs nobody in', async () => {
    await page.goto(`${base}/settings/security`)
    await button('Unlink Corp ID').click()
    await dialogOf(page).getByLabel('Your password').fill(PASSWORD)
    await dialogOf(page).getByRole('button', { name: 'Unlink account' }).click()
    await page.getByText('The Corp ID account is unlinked').waitFor()
    await asIn(page)('POST', '/auth/logout')
    await page.goto(`${base}/sign-in`)
    await page.getByRole('link', { name: /Corp ID/ }).click()
    await page.waitForURL((url) => url.origin === base && url.searchParams.get('problem') === 'no_account')
    await page.getByRole('alert').waitFor()
  }, 30_000)
})
