import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import { type Fake, openFake } from '#sign-in/emulate.fixtures'
import { openOidcProvider, SECRET } from '#sign-in/oidc-provider.fixtures'
import { EMAIL, type Installed, install, missing, PASSWORD, until } from './appliance'
import { internet } from './internet'

const PUBLIC = 'https://xinex.example.test'
const DIRECTORY = '11111111-2222-4333-8444-555555555555'
const callback = (slug: string) => `${PUBLIC}/api/v1/auth/oauth/${slug}/callback`
const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' })
const secrets = { google: 'google-secret-1', github: 'github-secret-2', microsoft: 'microsoft-secret-3' }

/** A browser: keeps cookies, follows nothing by itself, says which page it comes from as browsers do. */
function browser(base: string) {
  const jar = new Map<string, string>()
  let csrf = ''
  async function ask(method: string, path: string, body?: object | URLSearchParams, crossSite = false) {
    const form = body instanceof URLSearchParams
    const cookie = crossSite ? '' : [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(`${base}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        accept: 'text/html,application/json',
        'x-csrf-token': csrf,
        'sec-fetch-site': crossSite ? 'cross-site' : 'same-origin',
        ...(crossSite && { origin: 'https://appleid.apple.com' }),
        ...(cookie && { cookie }),
        ...(body && !form && { 'content-type': 'application/json' }),
      },
      ...(body && { body: form ? body : JSON.stringify(body) }),
    })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value) jar.set(name, value)
      else jar.delete(name)
    }
    const text = await answer.text()
    // biome-ignore lint/suspicious/noExplicitAny: a test states the shape it expects by asserting it
    const json: any = text.startsWith('{') ? JSON.parse(text) : undefined
    csrf = json?.csrf_token ?? csrf
    return { status: answer.status, json, to: answer.headers.get('location') ?? '' }
  }
  return {
    ask,
    jar,
    leave: async (slug: string) => new URL((await ask('GET', `/api/v1/auth/oauth/${slug}?return_to=/monitors`)).to),
    comeBack: async (slug: string, params: URLSearchParams) =>
      (await ask('GET', `/api/v1/auth/oauth/${slug}/callback?${params}`)).to,
    me: async () => (await ask('GET', '/api/v1/me')).json,
  }
}

describe.skipIf(missing.length > 0)('signing in with other accounts, under their real names', () => {
  const fakes: Record<string, Fake> = {}
  let sso: Awaited<ReturnType<typeof openOidcProvider>>
  let net: Awaited<ReturnType<typeof internet>>
  let xinex: Installed

  beforeAll(async () => {
    const google = { client_id: 'g.apps.googleusercontent.com', client_secret: secrets.google }
    const github = { client_id: 'Iv1.hub', client_secret: secrets.github }
    const microsoft = { client_id: 'ms-app', client_secret: secrets.microsoft }
    const apple = { client_id: 'com.example.xinex', team_id: 'TEAM000001' }
    const app = (slug: string, client: object) => [{ ...client, name: 'Xinex', redirect_uris: [callback(slug)] }]
    fakes.google = await openFake(
      'google',
      {
        users: [person('google'), { ...person('eve'), email: 'eve@gmail.test' }],
        oauth_clients: app('google', google),
      },
      (path) => path.replace(/^\/token$/, '/oauth2/token'),
      'https://accounts.google.com',
    )
    fakes.github = await openFake(
      'github',
      { users: [{ login: 'github@people.test', ...person('github') }], oauth_apps: app('github', github) },
      undefined,
      'https://github.com',
    )
    const stranger = { ...person('stranger'), tenant_id: '99999999-2222-4333-8444-555555555555' }
    fakes.microsoft = await openFake(
      'microsoft',
      {
        users: [{ ...person('microsoft'), tenant_id: DIRECTORY }, stranger],
        oauth_clients: app('microsoft', microsoft),
      },
      (path) => path.replace(/^\/[^/]+(?=\/(oauth2|discovery)\/v2)/, ''),
      'https://login.microsoftonline.com',
    )
    fakes.apple = await openFake(
      'apple',
      { users: [person('apple'), person('mallory')], oauth_clients: app('apple', apple) },
      undefined,
      'https://appleid.apple.com',
    )
    sso = await openOidcProvider({ known_as: 'https://sso.example.test', redirect: callback('corp') })
    net = await internet({
      'accounts.google.com': fakes.google,
      'oauth2.googleapis.com': fakes.google,
      'www.googleapis.com': fakes.google,
      'github.com': fakes.github,
      'api.github.com': fakes.github,
      'login.microsoftonline.com': fakes.microsoft,
      'appleid.apple.com': fakes.apple,
      'sso.example.test': sso,
    })
    xinex = await install({
      ...{ XINEX_ADMIN_EMAIL: EMAIL, XINEX_ADMIN_PASSWORD: PASSWORD, XINEX_REGISTRATION: 'open' },
      ...{ XINEX_PUBLIC_URL: PUBLIC, ...net.env },
    })
    await xinex.start()
    await addProviders({
      google,
      github,
      microsoft: { ...microsoft, tenant: DIRECTORY, trust_addresses: true },
      apple: { services_id: apple.client_id, team_id: apple.team_id, key_id: 'KEY0000001', private_key: `${pem}` },
      oidc: { issuer: sso.issuer, client_id: 'basic', client_secret: SECRET, scopes: 'openid profile email groups' },
    })
  }, 60_000)
  afterAll(async () => {
    await xinex?.stop()
    net?.stop()
    await sso?.stop()
    for (const fake of Object.values(fakes)) await fake.stop()
  })

  function person(name: string) {
    return { email: `${name}@people.test`, name: `${name} person`, email_verified: true }
  }
  /** OpenID Connect is called `corp`; the others have the name of their kind. */
  const slugOf = (kind: string) => (kind === 'oidc' ? 'corp' : kind)

  async function addProviders(all: Record<string, object>) {
    const admin = browser(xinex.base)
    const entered = await admin.ask('POST', '/api/v1/auth/login', { email: EMAIL, password: PASSWORD })
    expect(entered.status).toBe(200)
    for (const [kind, settings] of Object.entries(all)) {
      const trial = await admin.ask('POST', '/api/v1/admin/sign-in-providers/test', { kind, settings })
      expect([kind, trial.status, trial.json]).toEqual([kind, 200, expect.objectContaining({ ok: true })])
      const draft = { slug: slugOf(kind), kind, name: kind, settings, trust_email: true }
      const made = await admin.ask('POST', '/api/v1/admin/sign-in-providers', draft)
      expect([kind, made.status, made.json.callback_url]).toEqual([kind, 201, callback(slugOf(kind))])
    }
  }

  /** What somebody's consent at the provider sends their browser back with. */
  async function consent(slug: string, url: URL, who: string) {
    if (slug === 'corp') return { method: 'GET' as const, params: await sso.consent(url, who) }
    const fake = fakes[slug]
    if (!fake) throw new Error(slug)
    return fake.consent(url, who)
  }

  test.each([
    ['google', 'accounts.google.com', 'google@people.test'],
    ['github', 'github.com', 'github@people.test'],
    ['microsoft', 'login.microsoftonline.com', 'microsoft@people.test'],
    ['apple', 'appleid.apple.com', 'apple@people.test'],
    ['corp', 'sso.example.test', 'grace'],
  ])(
    'somebody new signs in with %s, and comes back as the same person',
    async (slug, host, who) => {
      const ids = new Set<string>()
      for (let visit = 0; visit < 2; visit++) {
        const their = browser(xinex.base)
        const url = await their.leave(slug)
        expect([url.protocol, url.host, url.searchParams.get('redirect_uri')]).toEqual(['https:', host, callback(slug)])
        const { method, params } = await consent(slug, url, who)
        const path = `/api/v1/auth/oauth/${slug}/callback`
        // A form that another site posts brings none of our cookies; the browser is sent round once more, with them.
        const again = method === 'POST' ? (await their.ask('POST', path, params, true)).to : `${path}?${params}`
        expect((await their.ask('GET', again)).to).toBe('/monitors')
        const me = await their.me()
        expect(me).toMatchObject({
          email: slug === 'corp' ? 'grace@example.test' : who,
          email_verified: true,
          has_password: false,
        })
        ids.add(me.id)
      }
      expect(ids.size).toBe(1)
    },
    20_000,
  )

  test('an answer is good once', async () => {
    const their = browser(xinex.base)
    const { params } = await consent('google', await their.leave('google'), 'google@people.test')
    expect(await their.comeBack('google', params)).toBe('/monitors')
    expect(await their.comeBack('google', params)).toBe('/sign-in?problem=expired')
  })

  test('an answer that was begun in another browser signs nobody in', async () => {
    const [eve, ada] = [browser(xinex.base), browser(xinex.base)]
    const { params } = await consent('google', await eve.leave('google'), 'eve@gmail.test')
    expect(await ada.comeBack('google', params)).toBe('/sign-in?problem=expired')
    await ada.leave('google')
    const { params: more } = await consent('google', await eve.leave('google'), 'eve@gmail.test')
    expect(await ada.comeBack('google', more)).toBe('/sign-in?problem=expired')
    expect((await ada.ask('GET', '/api/v1/me')).status).toBe(401)
  })

  /** What the program writes arrives a moment after its answer. */
  const logged = (text: string) => until(`the log says: ${text}`, 5_000, async () => xinex.output().includes(text))

  test.each([
    ['google', 'google@people.test', 'no longer accepts the code'],
    ['apple', 'mallory@people.test', 'belongs to another sign-in'],
    ['corp', 'bob', 'no longer accepts the code'],
  ])('a code of another sign-in at %s, slipped into this one, signs nobody in', async (slug, who, reason) => {
    const [mallory, ada] = [browser(xinex.base), browser(xinex.base)]
    const { params: stolen } = await consent(slug, await mallory.leave(slug), who)
    const state = (await ada.leave(slug)).searchParams.get('state') ?? ''
    const params = new URLSearchParams(stolen)
    params.set('state', state)
    expect(await ada.comeBack(slug, params)).toBe('/sign-in?problem=failed')
    expect((await ada.ask('GET', '/api/v1/me')).status).toBe(401)
    await logged(reason)
  })

  test('an answer that another provider gave, or that names another issuer, signs nobody in', async () => {
    const their = browser(xinex.base)
    const { params } = await consent('corp', await their.leave('corp'), 'ada')
    params.set('iss', 'https://accounts.google.com')
    expect(await their.comeBack('corp', params)).toBe('/sign-in?problem=failed')
    const { params: others } = await consent('google', await their.leave('google'), 'google@people.test')
    expect(await their.comeBack('github', others)).toBe('/sign-in?problem=expired')
    const { params: stranger } = await consent('microsoft', await their.leave('microsoft'), 'stranger@people.test')
    expect(await their.comeBack('microsoft', stranger)).toBe('/sign-in?problem=failed')
    await logged('issued by somebody else')
  })

  test('a refusal at the provider is told as one', async () => {
    const their = browser(xinex.base)
    const state = (await their.leave('github')).searchParams.get('state') ?? ''
    expect(await their.comeBack('github', new URLSearchParams({ error: 'access_denied', state }))).toBe(
      '/sign-in?problem=cancelled',
    )
  })

  test('a verified address of an account that exists opens it where the operator trusts the provider with that', async () => {
    const their = browser(xinex.base)
    const { params } = await consent('corp', await their.leave('corp'), 'ada')
    expect(await their.comeBack('corp', params)).toBe('/monitors')
    expect(await their.me()).toMatchObject({ email: EMAIL, has_password: true, instance_admin: true })
  })

  test('nothing else was asked, and the log has no secret, code or token in it', () => {
    const hosts = ['api.github.com', 'appleid.apple.com', 'github.com', 'login.microsoftonline.com']
    const more = ['oauth2.googleapis.com', 'sso.example.test', 'www.googleapis.com']
    expect([...new Set(net.asked)].sort()).toEqual([...hosts, ...more].map((host) => `${host}:443`))
    const log = xinex.output()
    for (const secret of [...Object.values(secrets), SECRET, `${pem}`.slice(40, 90), 'code=', 'eyJ'])
      expect(log).not.toContain(secret)
  })
})
