import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Secret, TOTP } from 'otpauth'
import type { Browser } from 'playwright-core'
import { EMAIL, freePort, type Installed, install, missing, PASSWORD } from './appliance'
import { asIn, dialogOf, launch, noBrowser, watch } from './browser'
import { faultsOf, looks } from './looks'

const provider = { name: 'GitHub', settings: { client_id: 'Ov23li', client_secret: 'a secret of ours' } }
const defaults = { enabled: true, trust_email: false, tenant_id: null, default_role: 'member', group_roles: [] }
const program = { name: 'Chart maker', redirect_uris: ['http://127.0.0.1:9/back'], scopes: ['read', 'write'] }
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' // RFC 7636, appendix B

const each = looks.map((look, n) => ({ ...look, n }))

describe.skipIf([...missing, ...noBrowser].length > 0)('the pages of signing in and of one own account', () => {
  let xinex: Installed
  let browser: Browser
  let base: string
  const invitations: string[] = []
  let authorize: string

  beforeAll(async () => {
    const port = await freePort()
    base = `http://localhost:${port}`
    const admin = { XINEX_ADMIN_EMAIL: EMAIL, XINEX_ADMIN_PASSWORD: PASSWORD, XINEX_PUBLIC_URL: base }
    // Nothing listens there: that a mail could be sent is what the pages look at.
    const letters = { XINEX_SMTP_URL: 'smtp://127.0.0.1:9', XINEX_MAIL_FROM: 'Xinex <x@example.test>' }
    const open = { XINEX_REGISTRATION: 'open', XINEX_TRUSTED_PROXIES: '127.0.0.1/32' }
    xinex = await install({ ...admin, ...letters, ...open }, port)
    await xinex.start()
    browser = await launch()
    const page = await browser.newPage()
    await page.goto(`${base}/sign-in`)
    const owner = asIn(page)
    await owner('POST', '/auth/login', { email: EMAIL, password: PASSWORD })
    for (const [kind, name] of [
      ['github', 'GitHub'],
      ['google', 'Google'],
      ['microsoft', 'Microsoft'],
    ] as const) {
      const draft = { ...provider, ...defaults, kind, slug: kind, name }
      expect((await owner('POST', '/admin/sign-in-providers', draft)).status).toBe(201)
    }
    for (const { n } of each) {
      const invited = await owner('POST', '/invitations', { email: `bob${n}@example.test`, role: 'member' })
      invitations.push(String(invited.body.url))
    }
    const client = await owner('POST', '/oauth/clients', program)
    const asked = {
      response_type: 'code',
      client_id: String(client.body.id),
      redirect_uri: program.redirect_uris[0] ?? '',
    }
    const pkce = { code_challenge: challenge, code_challenge_method: 'S256', scope: 'read write' }
    authorize = `${base}/api/v1/oauth/authorize?${new URLSearchParams({ ...asked, ...pkce })}`
    await page.close()
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await xinex?.stop()
  })

  test.each(each)(
    'at $width in $scheme have no serious fault, no overflow, no foreign request, no complaint',
    async ({ width, height, scheme, n }) => {
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme: scheme,
        reducedMotion: 'reduce',
        extraHTTPHeaders: { 'x-forwarded-for': `10.2.0.${n + 1}` },
      })
      const faults = watch(context, base)
      const page = await context.newPage()
      page.setDefaultTimeout(10_000)
      const found: string[] = []
      const look = async (name: string) => found.push(...(await faultsOf(page, `${name}-${width}-${scheme}`)))
      const dialog = dialogOf(page)
      const button = (name: string) => page.getByRole('button', { name, exact: true })
      const see = async (name: string, path: string) => {
        await page.goto('about:blank')
        await page.goto(path.startsWith('http') ? path : base + path)
        await look(name)
      }
      await see('sign in', '/sign-in?problem=account_exists')
      await see('second step', `/sign-in#mfa_token=${'a'.repeat(43)}&methods=passkey,totp,backup_code`)
      await see('forgot password', '/forgot-password')
      await see('reset password', `/reset-password?token=${'a'.repeat(43)}`)
      await see('verify email', `/verify-email?token=${'a'.repeat(43)}`)
      await see('invitation over', '/invitation?token=none')
      await see('register', '/register')
      await page.getByLabel('Name').fill('Pia Person')
      await page.getByLabel('E-mail').fill(`person${n}@example.test`)
      await page.getByLabel('Password').fill(PASSWORD)
      await button('Create account').click()
      await page.getByText('Confirm your e-mail address').waitFor()
      await see('security not confirmed', '/settings/security')
      await context.clearCookies()
      await see('invitation', invitations[n] ?? '')
      await page.getByRole('link', { name: 'Create your account' }).click()
      await page.getByRole('heading', { name: 'Accept your invitation' }).waitFor()
      await look('register invited')
      await page.getByLabel('Name').fill('Bob Builder')
      await page.getByLabel('Password').fill(PASSWORD)
      await button('Create account').click()
      await page.waitForURL((url) => url.pathname === '/overview')
      await see('security', '/settings/security')
      await button('Delete account').click()
      await dialog.getByLabel('Your password').waitFor()
      await look('delete account')
      await dialog.getByRole('button', { name: 'Cancel' }).click()
      await button('Set up authenticator app').click()
      await dialog.getByLabel('Your password').fill(PASSWORD)
      await dialog.getByRole('button', { name: 'Continue' }).click()
      await dialog.getByRole('img', { name: /QR code/ }).waitFor()
      await look('authenticator app')
      const key = (await dialog.locator('code').textContent()) ?? ''
      const app = new TOTP({ secret: Secret.fromBase32(key.replace(/\s/g, '')) })
      await dialog.getByLabel('Code from the app').fill(app.generate())
      await button('Turn on').click()
      await dialog.getByRole('list', { name: 'Backup codes' }).waitFor()
      await look('backup codes')
      await button('I have kept them').click()
      await page.getByText('10 codes left').waitFor()
      await look('security on')
      await context.clearCookies()
      await page.goto(authorize)
      await page.getByLabel('E-mail').fill(EMAIL)
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
      await button('Sign in').click()
      await page.getByRole('heading', { name: 'Allow Chart maker?' }).waitFor()
      await look('consent')
      await context.close()
      expect([...found, ...faults]).toEqual([])
    },
    90_000,
  )
})
