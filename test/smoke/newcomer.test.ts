import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Secret, TOTP } from 'otpauth'
import type { Browser, Page } from 'playwright-core'
import { EMAIL, freePort, type Installed, install, missing, PASSWORD, until } from './appliance'
import { asIn, dialogOf, launch, noBrowser, watch, withAuthenticator } from './browser'
import { faultsOf } from './looks'
import { mailbox } from './peers'

const BOB = 'bob@example.test'
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' // RFC 7636, appendix B
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

describe.skipIf([...missing, ...noBrowser].length > 0)('somebody new in a workspace with rules, in a browser', () => {
  let xinex: Installed
  let mail: Awaited<ReturnType<typeof mailbox>>
  let browser: Browser
  let owner: Page
  let page: Page
  let base: string
  let faults: string[]
  let app: TOTP
  const heard: URL[] = []
  /** The other program: a window of it listens on this machine for the answer. */
  const program = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request) => {
      heard.push(new URL(request.url))
      return new Response('You can close this window.')
    },
  })
  const redirect_uri = `http://127.0.0.1:${program.port}/back`

  beforeAll(async () => {
    mail = await mailbox()
    const port = await freePort()
    base = `http://localhost:${port}`
    const admin = { XINEX_ADMIN_EMAIL: EMAIL, XINEX_ADMIN_PASSWORD: PASSWORD, XINEX_PUBLIC_URL: base }
    const letters = { XINEX_SMTP_URL: mail.url, XINEX_MAIL_FROM: 'Xinex <x@example.test>' }
    xinex = await install({ ...admin, ...letters, XINEX_REGISTRATION: 'invite' }, port)
    await xinex.start()
    browser = await launch()
    const theirs = await browser.newContext()
    owner = await theirs.newPage()
    await withAuthenticator(theirs, owner)
    const context = await browser.newContext({ reducedMotion: 'reduce', colorScheme: 'dark' })
    faults = watch(context, base)
    page = await context.newPage()
    page.setDefaultTimeout(10_000)
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await xinex?.stop()
    await mail?.stop()
    await program.stop(true)
  })
  const button = (name: string) => page.getByRole('button', { name, exact: true })

  test('the owner protects their account, then asks it of everybody, and invites somebody', async () => {
    await owner.goto(`${base}/sign-in`)
    const ask = asIn(owner)
    await ask('POST', '/auth/login', { email: EMAIL, password: PASSWORD })
    expect((await ask('PUT', '/tenant', { require_mfa: true })).status).toBe(409)
    await owner.goto(`${base}/settings/security`)
    await owner.getByRole('button', { name: 'Add passkey' }).click()
    await dialogOf(owner).getByLabel('Your password').fill(PASSWORD)
    await dialogOf(owner).getByRole('button', { name: 'Continue' }).click()
    await owner.getByText('never used').waitFor()
    expect((await ask('PUT', '/tenant', { require_mfa: true })).status).toBe(200)
    expect((await ask('POST', '/invitations', { email: BOB, role: 'member' })).body.mailed).toBe(true)
  }, 30_000)

  test('the invited open the link of the mail and make an account', async () => {
    const letter = await until('the invitation arrives', 10_000, async () =>
      mail.mails.find(({ text }) => text?.includes('/invitation?token=')),
    )
    await page.goto(letter.text?.match(/http:\S+\/invitation\?token=\S+/)?.[0] ?? '')
    await page.getByText('invites you to work there as member').waitFor()
    await page.getByRole('link', { name: 'Create your account' }).click()
    expect(await page.getByLabel('E-mail').inputValue()).toBe(BOB)
    await page.getByLabel('Name').fill('Bob')
    await page.getByLabel('Password').fill(PASSWORD)
    await button('Create account').click()
  }, 30_000)

  test('nothing of the workspace is open to them before they have a second factor', async () => {
    const asked = page.getByRole('heading', { name: /asks for a second factor/ })
    await asked.waitFor()
    await page.goto(`${base}/monitors`)
    await asked.waitFor()
    expect(await faultsOf(page, 'second factor needed')).toEqual([])
    await button('Set up an authenticator app').click()
    const dialog = dialogOf(page)
    await dialog.getByLabel('Your password').fill(PASSWORD)
    await dialog.getByRole('button', { name: 'Continue' }).click()
    const code = dialog.getByLabel('Code from the app')
    await code.and(page.locator(':focus')).waitFor()
    const key = (await dialog.locator('code').textContent()) ?? ''
    app = new TOTP({ secret: Secret.fromBase32(key.replace(/\s/g, '')) })
    await code.fill(app.generate())
    await page.keyboard.press('Enter')
    await dialog.getByRole('list', { name: 'Backup codes' }).waitFor()
    // Somebody looks into their password manager and comes back: the codes are still there.
    await page.evaluate(() => {
      dispatchEvent(new Event('focus'))
      document.dispatchEvent(new Event('visibilitychange'))
    })
    await button('I have kept them').click()
    await page.getByRole('heading', { name: 'Monitors', level: 1 }).waitFor()
  }, 40_000)

  test('another program that asks for access is answered after signing in, and can be cut off', async () => {
    const made = await asIn(owner)('POST', '/oauth/clients', {
      ...{ name: 'Chart maker', redirect_uris: [redirect_uri], scopes: ['read', 'write'], public: true },
    })
    expect(made.status).toBe(201)
    const client_id = String(made.body.id)
    const asked = { response_type: 'code', client_id, redirect_uri, state: 'xyz', scope: 'read' }
    const pkce = { code_challenge: CHALLENGE, code_challenge_method: 'S256' }
    const authorize = `${base}/api/v1/oauth/authorize?${new URLSearchParams({ ...asked, ...pkce })}`
    await page.context().clearCookies()
    await page.goto(authorize)
    await page.getByLabel('E-mail').fill(BOB)
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await button('Sign in').click()
    // The one of a moment ago is used up; the next half minute's is good already.
    await page.getByLabel('Code', { exact: true }).fill(app.generate({ timestamp: Date.now() + 30_000 }))
    await page.getByRole('heading', { name: 'Allow Chart maker?' }).waitFor()
    expect(await page.getByText(new URL(redirect_uri).host).count()).toBeGreaterThan(0)
    await button('Allow').click()
    await page.getByText('You can close this window.').waitFor()
    const back = heard.find(({ pathname }) => pathname === '/back')
    expect(back?.searchParams.get('state')).toBe('xyz')
    const code = back?.searchParams.get('code') ?? ''
    const body = { grant_type: 'authorization_code', code, redirect_uri, client_id, code_verifier: VERIFIER }
    const token = await fetch(`${base}/api/v1/oauth/token`, { method: 'POST', body: new URLSearchParams(body) })
    const { access_token } = (await token.json()) as { access_token: string }
    const use = () => fetch(`${base}/api/v1/monitors`, { headers: { authorization: `Bearer ${access_token}` } })
    expect((await use()).status).toBe(200)
    await page.goto(`${base}/settings/security`)
    await page.getByText(/sees what you can in/).waitFor()
    await page.getByRole('button', { name: 'Take access away from Chart maker' }).click()
    await button('Revoke access').click()
    await page.getByText('Programs that ask for access').waitFor()
    expect((await use()).status).toBe(401)
    await page.goto(authorize)
    await button('Deny').click()
    await page.getByText('You can close this window.').waitFor()
    expect(heard.at(-1)?.searchParams.get('error') ?? heard.at(-2)?.searchParams.get('error')).toBe('access_denied')
  }, 40_000)

  test('nothing came from another origin but the program, and no page complained', () => {
    expect(faults.filter((fault) => !fault.includes(`127.0.0.1:${program.port}`))).toEqual([])
  })
})
