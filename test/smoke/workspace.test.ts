import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { curlAs, EMAIL, freePort, type Installed, install, missing, PASSWORD, until } from './appliance'
import { asIn, dialogOf, launch, noBrowser, watch } from './browser'
import { faultsOf, looks } from './looks'

const metadata = (certificate: string) => `<?xml version="1.0"?>
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.test/meta">
  <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
      <X509Certificate>${certificate}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.test/sso"/>
  </IDPSSODescriptor>
</EntityDescriptor>`

describe.skipIf([...missing, ...noBrowser].length > 0)('whoever runs a workspace, in a browser', () => {
  let xinex: Installed
  let browser: Browser
  let page: Page
  let base: string
  let faults: string[]
  const dialog = () => dialogOf(page)
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' })
  const go = async (path: string) => {
    await page.goto(base + path)
    await page.locator('h2').first().waitFor()
  }
  /** What a dialog shows once. */
  const secret = async () => (await dialog().locator('code').last().textContent()) ?? ''
  /** Every look of the page as it stands, dialogs and all. */
  async function looked(name: string) {
    for (const { width, height, scheme } of looks) {
      await page.setViewportSize({ width, height })
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
      expect(await faultsOf(page, `${name}-${width}-${scheme}`)).toEqual([])
    }
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.emulateMedia({ colorScheme: 'light' })
  }

  beforeAll(async () => {
    const port = await freePort()
    base = `http://localhost:${port}`
    const admin = { XINEX_ADMIN_EMAIL: EMAIL, XINEX_ADMIN_PASSWORD: PASSWORD, XINEX_PUBLIC_URL: base }
    xinex = await install({ ...admin, XINEX_REGISTRATION: 'invite' }, port)
    await xinex.start()
    browser = await launch()
    const context = await browser.newContext({ reducedMotion: 'reduce' })
    faults = watch(context, base)
    page = await context.newPage()
    page.setDefaultTimeout(10_000)
    await page.goto(`${base}/sign-in`)
    await page.getByLabel('E-mail').fill(EMAIL)
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await button('Sign in').click()
    await page.waitForURL((url) => url.pathname === '/overview')
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await xinex?.stop()
  })

  test('gives a script just what it needs, and it gets no more', async () => {
    await go('/settings/tokens')
    await button('New token').first().click()
    await dialog().getByLabel('Name').fill('Wall')
    await dialog().getByRole('button', { name: 'Some things' }).click()
    await dialog().getByRole('group', { name: 'Monitors' }).getByRole('button', { name: 'Read', exact: true }).click()
    await dialog().getByLabel('Only from').fill('not a network')
    await dialog().getByRole('button', { name: 'Create token' }).click()
    await dialog().getByText('Check the marked field').waitFor()
    await dialog().getByLabel('Only from').fill('127.0.0.0/8\n::1')
    await looked('new token')
    await dialog().getByRole('button', { name: 'Create token' }).click()
    await dialog().getByText('Copy the token now').waitFor()
    const curl = curlAs(base, await secret())
    await dialog().getByRole('button', { name: 'Done' }).click()
    await page.getByText('Monitors (read)').waitFor()
    await looked('tokens')
    expect((await curl('GET', '/monitors')).status).toBe(200)
    expect((await curl('POST', '/monitors', { name: 'x', type: 'http', url: base })).status).toBe(403)
    expect((await curl('GET', '/incidents')).status).toBe(403)
  }, 60_000)

  test('invites somebody, gives them another role, and takes them out again', async () => {
    await go('/settings/members')
    await button('Invite').click()
    await dialog().getByLabel('E-mail').fill('bob@example.test')
    await dialog().getByRole('button', { name: 'Invite' }).click()
    await dialog().getByText('Send this link').waitFor()
    const link = new URL(await secret())
    await dialog().getByRole('button', { name: 'Done' }).click()
    const theirs = await browser.newContext()
    const bob = await theirs.newPage()
    await bob.goto(`${base}/sign-in`)
    const account = { name: 'Bob Builder', email: 'bob@example.test', password: PASSWORD }
    const made = await asIn(bob)('POST', '/auth/register', { ...account, invitation: link.searchParams.get('token') })
    expect([made.status, made.body.role]).toEqual([201, 'member'])
    await page.reload()
    await looked('members')
    await button('More actions for Bob Builder').click()
    await page.getByRole('menuitem', { name: 'Change role' }).click()
    await dialog().getByRole('combobox').click()
    await page.getByRole('option', { name: 'Admin' }).click()
    await dialog().getByRole('button', { name: 'Change role' }).click()
    await page.getByText('Bob Builder is now admin').waitFor()
    expect((await asIn(bob)('GET', '/me')).body.role).toBe('admin')
    await button('More actions for Bob Builder').click()
    await page.getByRole('menuitem', { name: 'Remove' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove member' }).click()
    await page.getByText('Bob Builder removed').waitFor()
    expect((await asIn(bob)('GET', '/me')).status).toBe(401)
    await theirs.close()
  }, 60_000)

  test('registers an app and a prober; their secrets are shown once', async () => {
    await go('/settings/apps')
    await button('New app').click()
    await dialog().getByLabel('Name').fill('Chart maker')
    await dialog().getByLabel('Redirect addresses').fill('http://example.test/cb')
    await dialog().getByRole('button', { name: 'Register app' }).click()
    await dialog().getByText('Check the marked field').waitFor()
    await looked('new app')
    await dialog().getByLabel('Redirect addresses').fill('https://example.test/cb')
    await dialog().getByRole('button', { name: 'Register app' }).click()
    await dialog().getByText('Copy the secret now').waitFor()
    expect(await secret()).toMatch(/^xinex_secret_/)
    await dialog().getByRole('button', { name: 'Done' }).click()
    await page.getByText('Chart maker').waitFor()
    await looked('apps')
    await go('/settings/probers')
    await button('New prober').click()
    await dialog().getByLabel('Name').fill('Frankfurt 1')
    await dialog().getByLabel('Region').fill('eu-central')
    await dialog().getByRole('button', { name: 'Create prober' }).click()
    await dialog().getByText('Copy the token now').waitFor()
    const curl = curlAs(base, await secret())
    await dialog().getByRole('button', { name: 'Done' }).click()
    expect((await curl('POST', '/probers/register', { hostname: 'attic', version: '0.1.0' })).status).toBe(200)
    expect((await curl('GET', '/monitors')).status).toBe(403)
    await page.reload()
    await page.getByText('attic · version 0.1.0').waitFor()
    await looked('probers')
  }, 60_000)

  test('adds a way to sign in, is told what is wrong with it, and its button appears', async () => {
    await go('/settings/sign-in')
    await button(/^OpenID Connect/).click()
    await page.getByLabel('Name', { exact: true }).fill('Acme ID')
    await page.getByLabel('Issuer').fill('http://127.0.0.1:9')
    await page.getByLabel('Client ID').fill('xinex')
    await page.getByLabel('Client secret').fill('a secret of ours')
    await button('Test this').click()
    await page.getByRole('alert').waitFor()
    await looked('new provider')
    await button('Add provider').click()
    await page.getByText('Acme ID is saved').waitFor()
    await looked('sign-in providers')
    const theirs = await browser.newContext()
    const stranger = await theirs.newPage()
    await stranger.goto(`${base}/sign-in`)
    await stranger.getByRole('link', { name: /Acme ID/ }).waitFor()
    await theirs.close()
  }, 60_000)

  test('sets single sign-on up from the metadata of the identity provider', async () => {
    await go('/settings/sso')
    await looked('no single sign-on')
    await button('Set up single sign-on').click()
    await page.getByText('Reply address').waitFor()
    const { body } = await asIn(page)('GET', '/sso/connection')
    const { certificate } = body.sp as { certificate: string }
    await button('Metadata text').click()
    await page.getByLabel('Metadata (XML)').fill(metadata(certificate.replace(/-----.*-----|\s/g, '')))
    await button('Read metadata').click()
    const filled = async () =>
      (await page.getByLabel('Sign-in address').inputValue()) === 'https://idp.example.test/sso'
    await until('the metadata is in the form', 5_000, filled)
    await button('Add domain').click()
    await dialog().getByLabel('Domain').fill('example.test')
    await dialog().getByRole('button', { name: 'Add domain' }).click()
    await button('Verify example.test').click()
    await dialog().getByRole('button', { name: 'Verify', exact: true }).click()
    await page.getByText('example.test is verified').waitFor()
    await page.getByRole('switch', { name: 'Enabled' }).click()
    await button('Save single sign-on').click()
    await page.getByText('Single sign-on saved').waitFor()
    await looked('single sign-on')
    const { status, headers } = await fetch(`${base}/api/v1/sso/login?email=ann@example.test`, { redirect: 'manual' })
    expect([status, headers.get('location')?.split('?')[0]]).toEqual([302, 'https://idp.example.test/sso'])
  }, 60_000)

  test('asks for a second factor only when they have one, and makes another workspace', async () => {
    await go('/settings/workspace')
    await page.getByRole('switch', { name: 'Everybody needs a second factor' }).click()
    await page.getByRole('alert').waitFor()
    await looked('workspace')
    await button(/Main/).click()
    await page.getByRole('menuitem', { name: 'New workspace' }).click()
    await dialog().getByLabel('Name').fill('Second home')
    await dialog().getByRole('button', { name: 'Create workspace' }).click()
    await button(/Second home/).waitFor()
    expect((await asIn(page)('GET', '/me')).body.tenant).toMatchObject({ name: 'Second home' })
    await button(/Second home/).click()
    await page.getByRole('menuitem', { name: 'Main' }).click()
    await button(/Main/).waitFor()
    await go('/settings/workspace')
    await button('Delete workspace').click()
    await dialog().getByLabel('Type Main').fill('Main')
    await dialog().getByLabel('Your password').fill('certainly wrong')
    await dialog().getByRole('button', { name: 'Delete workspace' }).click()
    await dialog().getByText('Check the marked field').waitFor()
    await dialog().getByLabel('Your password').fill(PASSWORD)
    await looked('delete workspace')
    await dialog().getByRole('button', { name: 'Delete workspace' }).click()
    await page.getByText('This workspace is deleted on').waitFor()
    await button('Keep workspace').first().click()
    await page.getByText('The workspace stays').waitFor()
    expect(faults).toEqual([])
  }, 60_000)
})
