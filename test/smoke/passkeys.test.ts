import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { EMAIL, freePort, type Installed, install, missing, PASSWORD } from './appliance'
import { launch, noBrowser, watch, withAuthenticator } from './browser'

type Heard = { status: number; body: Record<string, unknown> }

/** Asks the API from inside the page, with its cookies. */
const ask = (page: Page, method: string, path: string, body?: unknown, csrf = '') =>
  page.evaluate(
    async ({ method, path, body, csrf }): Promise<Heard> => {
      const headers = { 'content-type': 'application/json', 'x-csrf-token': csrf }
      const given = body === undefined ? {} : { body: JSON.stringify(body) }
      const answer = await fetch(`/api/v1${path}`, { method, headers, ...given })
      const text = await answer.text()
      return { status: answer.status, body: text ? JSON.parse(text) : {} }
    },
    { method, path, body, csrf },
  )

/** What the page's own script does: the browser asks the authenticator. */
const create = (page: Page, options: unknown): Promise<unknown> =>
  page.evaluate(async (json) => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(json)
    const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential
    return made.toJSON()
  }, options as PublicKeyCredentialCreationOptionsJSON)
const get = (page: Page, options: unknown): Promise<unknown> =>
  page.evaluate(async (json) => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(json)
    const proven = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential
    return proven.toJSON()
  }, options as PublicKeyCredentialRequestOptionsJSON)

describe.skipIf([...missing, ...noBrowser].length > 0)('passkeys in a browser', () => {
  let xinex: Installed
  let browser: Browser
  let page: Page
  let faults: string[]
  const login = { email: EMAIL, password: PASSWORD }

  beforeAll(async () => {
    const port = await freePort()
    const url = `http://localhost:${port}`
    const admin = { XINEX_ADMIN_EMAIL: EMAIL, XINEX_ADMIN_PASSWORD: PASSWORD }
    xinex = await install({ ...admin, XINEX_PUBLIC_URL: url }, port)
    await xinex.start()
    browser = await launch()
    const context = await browser.newContext()
    faults = watch(context, url)
    page = await context.newPage()
    page.setDefaultTimeout(10_000)
    await withAuthenticator(context, page)
    await page.goto(url)
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await xinex?.stop()
  })

  test('one is added by somebody who is signed in', async () => {
    const entered = await ask(page, 'POST', '/auth/login', login)
    expect([entered.status, entered.body.role]).toEqual([200, 'owner'])
    const csrf = String(entered.body.csrf_token)
    const begun = await ask(page, 'POST', '/me/passkeys/options', { current_password: PASSWORD }, csrf)
    expect(begun.status).toBe(201)
    const response = await create(page, begun.body.options)
    const made = await ask(page, 'POST', '/me/passkeys', { flow: begun.body.flow, name: 'Phone', response }, csrf)
    expect([made.status, made.body.name, made.body.transports]).toEqual([201, 'Phone', ['internal']])
    // The cookie has changed under the page, and the token with it.
    expect((await ask(page, 'PUT', '/me', { timezone: 'UTC' }, csrf)).body.code).toBe('CSRF_TOKEN_INVALID')
    const renewed = String(made.body.csrf_token)
    expect((await ask(page, 'PUT', '/me', { timezone: 'UTC' }, renewed)).status).toBe(200)
    expect((await ask(page, 'POST', '/auth/logout', undefined, renewed)).status).toBe(204)
    expect((await ask(page, 'GET', '/me')).status).toBe(401)
  }, 30_000)

  test('it signs them in with nothing typed', async () => {
    const asked = await ask(page, 'POST', '/auth/passkey/options')
    const response = await get(page, asked.body.options)
    const entered = await ask(page, 'POST', '/auth/passkey', { flow: asked.body.flow, response })
    expect([entered.status, entered.body.role]).toEqual([200, 'owner'])
    expect((await ask(page, 'GET', '/me')).body.email).toBe(EMAIL)
    const again = await ask(page, 'POST', '/auth/passkey', { flow: asked.body.flow, response })
    expect(again.status).toBe(401)
    await ask(page, 'POST', '/auth/logout', undefined, String(entered.body.csrf_token))
  }, 30_000)

  test('with the password it is the second factor', async () => {
    const { body } = await ask(page, 'POST', '/auth/login', login)
    expect(body).toMatchObject({ mfa_required: true, methods: ['passkey'] })
    expect((await ask(page, 'GET', '/me')).status).toBe(401)
    const { mfa_token } = body
    const asked = await ask(page, 'POST', '/auth/mfa/passkey/options', { mfa_token })
    const response = await get(page, asked.body.options)
    const entered = await ask(page, 'POST', '/auth/mfa/passkey', { mfa_token, flow: asked.body.flow, response })
    expect(entered.status).toBe(200)
    expect((await ask(page, 'GET', '/me')).status).toBe(200)
    const { body: again } = await ask(
      ...([page, 'POST', '/me/passkeys/options', { current_password: PASSWORD }] as const),
      String(entered.body.csrf_token),
    )
    // The phone holds one of this account already.
    await expect(create(page, again.options)).rejects.toThrow('InvalidStateError')
  }, 30_000)

  test('the number of the machine is another site to a browser', async () => {
    const { body } = await ask(page, 'POST', '/auth/passkey/options')
    const context = await browser.newContext()
    const stranger = await context.newPage()
    await withAuthenticator(context, stranger)
    await stranger.goto(xinex.base)
    await expect(get(stranger, body.options)).rejects.toThrow('SecurityError')
    await context.close()
  }, 30_000)

  test('no page complained', () => {
    // The browser logs the old CSRF token's refusal by itself.
    expect(faults.filter((fault) => !fault.includes('status of 403'))).toEqual([])
  })
})
