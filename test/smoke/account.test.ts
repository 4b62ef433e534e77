import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { Secret, TOTP } from 'otpauth'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { EMAIL, freePort, type Installed, install, missing, PASSWORD, until } from './appliance'
import { asIn, dialogOf, launch, noBrowser, watch, withAuthenticator } from './browser'
import { mailbox } from './peers'

const NEW_PASSWORD = 'another decent long secret'

/** Signing in and out as a person does it, in one window after the other. */
describe.skipIf([...missing, ...noBrowser].length > 0)('one account in a browser', () => {
  let xinex: Installed
  let mail: Awaited<ReturnType<typeof mailbox>>
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let base: string
  let faults: string[]
  let app: TOTP
  let phone: Awaited<ReturnType<typeof withAuthenticator>>
  let backup: string[] = []
  let password = PASSWORD
  /** Codes are good once, so every next one is of a later half minute. */
  let used = 0

  beforeAll(async () => {
    mail = await mailbox()
    const port = await freePort()
    // Passkeys belong to a name: 127.0.0.1 has none.
    base = `http://localhost:${port}`
    const admin = { XINEX_ADMIN_EMAIL: EMAIL, XINEX_ADMIN_PASSWORD: PASSWORD, XINEX_PUBLIC_URL: base }
    const letters = { XINEX_SMTP_URL: mail.url, XINEX_MAIL_FROM: 'Xinex <x@example.test>' }
    xinex = await install(
      { ...admin, ...letters, ...{ XINEX_TRUSTED_PROXIES: '127.0.0.1/32', XINEX_REGISTRATION: 'invite' } },
      port,
    )
    await xinex.start()
    browser = await launch()
    context = await browser.newContext({ reducedMotion: 'reduce', permissions: ['clipboard-read', 'clipboard-write'] })
    faults = watch(context, base)
    page = await context.newPage()
    page.setDefaultTimeout(10_000)
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await xinex?.stop()
    await mail?.stop()
  })

  /** From an address of its own: how often one may sign in within a minute is not what is tested. */
  let address = 0
  beforeEach(() => context.setExtraHTTPHeaders({ 'x-forwarded-for': `10.1.0.${++address}` }))

  const button = (name: string) => page.getByRole('button', { name, exact: true })
  const dialog = () => dialogOf(page)
  const inside = () => page.waitForURL((url) => url.pathname === '/overview')
  const enterPassword = async () => {
    await page.goto(`${base}/sign-in`)
    await page.getByLabel('E-mail').fill(EMAIL)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await button('Sign in').click()
  }
  const signOut = async () => {
    await page.getByRole('button', { name: /account menu/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  }
  const confirmPassword = async (action: string) => {
    await dialog().getByLabel('Your password').fill(password)
    await dialog().getByRole('button', { name: action, exact: true }).click()
  }
  /** Neighbouring half minutes are good too; the last one used and those before it are not. */
  const nextCode = () => {
    const now = Math.floor(Date.now() / 30_000)
    used = Math.max(now - 1, used + 1)
    if (used > now + 1) throw new Error('More codes were asked for than three half minutes have')
    return app.generate({ timestamp: used * 30_000 })
  }

  test('an authenticator app is set up from the picture or the key, and the backup codes are handed over', async () => {
    await enterPassword()
    await inside()
    await page.goto(`${base}/settings/security`)
    await button('Set up authenticator app').click()
    await confirmPassword('Continue')
    await dialog()
      .getByRole('img', { name: /QR code/ })
      .waitFor()
    const key = await dialog().locator('code').textContent()
    app = new TOTP({ secret: Secret.fromBase32((key ?? '').replace(/\s/g, '')) })
    await dialog().getByLabel('Code from the app').fill('000000')
    await button('Turn on').click()
    await dialog().getByText('The code is wrong').waitFor()
    await dialog().getByLabel('Code from the app').fill(nextCode())
    await button('Turn on').click()
    const listed = dialog().getByRole('list', { name: 'Backup codes' }).getByRole('listitem')
    await listed.first().waitFor()
    backup = await listed.allTextContents()
    expect(backup).toHaveLength(10)
    await button('Copy').click()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(backup.join('\n'))
    const [file] = await Promise.all([page.waitForEvent('download'), button('Download').click()])
    const text = await Bun.file(await file.path()).text()
    for (const code of backup) expect(text).toContain(code)
    await button('I have kept them').click()
    await page.getByText('10 codes left').waitFor()
    await page.goto(`${base}/settings/sessions`)
    await page.getByText('with a password and a second factor').waitFor()
  }, 40_000)

  test('from then on the password asks for a code, and takes neither a wrong nor a used one', async () => {
    await signOut()
    await enterPassword()
    const code = page.getByLabel('Code', { exact: true })
    await code.fill('000000')
    await page.getByText('The code is wrong').waitFor()
    const right = nextCode()
    await code.fill(right)
    await inside()
    await signOut()
    await enterPassword()
    await code.fill(right)
    await page.getByText('The code is wrong').waitFor()
  }, 40_000)

  test('a backup code stands in for it, once', async () => {
    await button('Use a backup code').click()
    await page.getByLabel('Backup code').fill(backup[0] ?? '')
    await button('Continue').click()
    await inside()
    await page.goto(`${base}/settings/security`)
    await page.getByText('9 codes left').waitFor()
  }, 30_000)

  test('a second factor handed over behind the # is taken out of the address, and an over one says so', async () => {
    await signOut()
    await page.goto('about:blank')
    await page.goto(`${base}/sign-in#mfa_token=${'a'.repeat(43)}&methods=totp,backup_code&return=/incidents`)
    await page.getByRole('heading', { name: 'One more step' }).waitFor()
    await page.waitForURL((url) => url.hash === '')
    await page.getByLabel('Code', { exact: true }).fill('123456')
    await page.getByText('That sign-in took too long').waitFor()
    expect(new URL(page.url()).searchParams.get('return_to')).toBe('/incidents')
  }, 30_000)

  test('a passkey is added, named, and signs in with nothing typed', async () => {
    await enterPassword()
    await button('Use a backup code').click()
    await page.getByLabel('Backup code').fill(backup[1] ?? '')
    await button('Continue').click()
    await inside()
    await page.goto(`${base}/settings/security`)
    phone = await withAuthenticator(context, page)
    await button('Add passkey').click()
    expect(await dialog().getByLabel('Name').inputValue()).toContain('Chrome')
    await confirmPassword('Continue')
    await page.getByText('never used').waitFor()
    await page.getByRole('button', { name: /More actions for Chrome/ }).click()
    await page.getByRole('menuitem', { name: 'Rename' }).click()
    await dialog().getByLabel('Name').fill('Blue key')
    await button('Save name').click()
    await page.getByText('Blue key').waitFor()
    // Until the next load: the suggestion in the field for the name would be quicker than the button.
    await page.evaluate(() => {
      PublicKeyCredential.isConditionalMediationAvailable = async () => false
    })
    await signOut()
    await button('Sign in with a passkey').click()
    await inside()
    await page.goto(`${base}/settings/sessions`)
    await page.getByText('with a passkey').first().waitFor()
  }, 40_000)

  test('the browser offers the passkey in the field for the name, without a button', async () => {
    await signOut()
    await inside()
  }, 30_000)

  test('a lost password is replaced by the link in a mail, which is good once', async () => {
    await phone.finger(false)
    await signOut()
    await page.getByRole('link', { name: 'Forgot password?' }).click()
    await page.getByLabel('E-mail').fill(EMAIL)
    await button('Send the link').click()
    await page.getByRole('heading', { name: 'Look into your mail' }).waitFor()
    const letter = await until('the mail arrives', 10_000, async () =>
      mail.mails.find(({ text }) => text?.includes('/reset-password?token=')),
    )
    const link = letter.text?.match(/http:\S+\/reset-password\?token=\S+/)?.[0] ?? ''
    await page.goto(link)
    await page.getByLabel('New password').fill('short')
    await button('Change password').click()
    await page.getByText('at least 10 characters').last().waitFor()
    await page.getByLabel('New password').fill(NEW_PASSWORD)
    await button('Change password').click()
    await page.getByRole('heading', { name: 'Your password is changed' }).waitFor()
    await page.goto(link)
    await page.getByLabel('New password').fill(NEW_PASSWORD)
    await button('Change password').click()
    await page.getByRole('heading', { name: 'This link does not work' }).waitFor()
    password = NEW_PASSWORD
    await enterPassword()
    await phone.finger(true)
    await button('Use a passkey').click()
    await inside()
  }, 40_000)

  test('the account can be given up, and kept after all from any page', async () => {
    // Whoever alone runs the appliance could not: somebody else does, too.
    const invited = await asIn(page)('POST', '/invitations', { email: 'grace@example.test', role: 'owner' })
    const invitation = new URL(String(invited.body.url)).searchParams.get('token')
    const grace = { name: 'Grace', email: 'grace@example.test', password: PASSWORD, invitation }
    const joined = await fetch(`${base}/api/v1/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(grace),
    })
    expect(joined.status).toBe(201)
    const promoted = await xinex.run('admin', 'make-admin', '--data', xinex.data, '--email', grace.email)
    expect(promoted.code).toBe(0)
    await page.goto(`${base}/settings/security`)
    await button('Delete account').click()
    await dialog().getByLabel(`Type ${EMAIL}`).fill(EMAIL)
    await confirmPassword('Delete account')
    await page
      .getByText(/Your account is deleted on/)
      .first()
      .waitFor()
    await page.goto(`${base}/monitors`)
    await button('Keep account').click()
    await button('Keep account').waitFor({ state: 'detached' })
  }, 30_000)

  test('nothing came from another origin, and no page complained', () => {
    expect(faults).toEqual([])
  })
})
