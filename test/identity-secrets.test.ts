import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Secret, TOTP } from 'otpauth'
import { audit_log } from '#db/schema/kernel'
import { sso_connections } from '#db/schema/sso'
import { secretsOf } from '#kernel/form'
import { kinds } from '#sign-in/index'
import { type Answer, type Ask, type Booted, boot, PASSWORD } from './boot'
import { plain, plant, spellings } from './planted'

const applePem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' })
const planted = {
  google_secret: plant('google_secret'),
  microsoft_secret: plant('microsoft_secret'),
  github_secret: plant('github_secret'),
  oidc_secret: plant('oidc_secret'),
  apple_key: String(applePem).split('\n')[1] ?? '',
  bind_password: plant('bind_password'),
  proxy_secret: plain('proxy_secret'),
  wrong_password: plant('wrong_password'),
  invented_code: plain('invented_code'),
  invented_token: plain('invented_token'),
}

/** An identity provider that repeats all it was told, in a refusal. */
function parrot() {
  const heard: string[] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request): Promise<Response> {
      const issuer = `http://127.0.0.1:${server.port}`
      const names = { authorization_endpoint: '/authorize', token_endpoint: '/token', jwks_uri: '/jwks' }
      const ends = Object.fromEntries(Object.entries(names).map(([name, path]) => [name, issuer + path]))
      if (new URL(request.url).pathname.startsWith('/.well-known/')) return Response.json({ issuer, ...ends })
      const said = [request.url, ...request.headers.values(), await request.text()].join('\n')
      const [, basic = ''] = /Basic (\S+)/.exec(said) ?? []
      heard.push(said, decodeURIComponent(Buffer.from(basic, 'base64').toString()))
      return Response.json({ error: 'invalid_client', error_description: heard.join('\n') }, { status: 400 })
    },
  })
  return { url: `http://127.0.0.1:${server.port}`, heard, stop: () => server.stop(true) }
}

describe('what proves who somebody is', () => {
  let t: Booted
  let echo: ReturnType<typeof parrot>
  const answers: Answer[] = []
  /** Made by the appliance; the answers that show them, once, are left out of `answers`. */
  const shown: Record<string, string> = {}
  let address = 0

  const noting =
    (ask: Ask): Ask =>
    async (method, path, body, headers) => {
      const from = `10.9.${(++address >> 8) & 255}.${address & 255}`
      const answer = await ask(method, path, body, { 'x-forwarded-for': from, ...headers })
      answers.push(answer)
      return answer
    }
  const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString()
  const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

  /** A second factor: its seed, its codes, and the token that waits for one. */
  async function secondFactor() {
    await t.givePassword('alice')
    const { ask, cookie } = await t.session('alice')
    shown.session = cookie.split('=')[1] ?? ''
    const { body } = await ask('POST', '/me/mfa/totp', { current_password: PASSWORD })
    shown.totp_seed = body.secret
    const code = () => new TOTP({ secret: Secret.fromBase32(body.secret) }).generate({ timestamp: t.clock.now() })
    const confirmed = await ask('POST', '/me/mfa/totp/confirm', { code: code() })
    for (const [i, one] of confirmed.body.backup_codes.entries()) shown[`backup_code_${i}`] = one
    const cookies = confirmed.headers.getSetCookie().map((one: string) => one.split(';')[0])
    shown.renewed_session = cookies[0]?.split('=')[1] ?? ''
    const nobody = noting(t.nobody)
    const login = await t.nobody('POST', '/auth/login', { email: t.people.alice.email, password: PASSWORD })
    shown.mfa_token = login.body.mfa_token
    await nobody('POST', '/auth/mfa', { mfa_token: shown.mfa_token, code: '000000' })
    await nobody('POST', '/auth/mfa', { mfa_token: shown.mfa_token, code: shown.backup_code_0, extra: 1 })
    const entered = await t.nobody('POST', '/auth/mfa', { mfa_token: shown.mfa_token, code: shown.backup_code_0 })
    expect(entered.status).toBe(200)
    for (const one of entered.headers.getSetCookie()) {
      const [name = '', value = ''] = one.split(';')[0]?.split('=') ?? []
      shown[`cookie_${name}`] = value
    }
    await nobody('POST', '/auth/mfa', { mfa_token: shown.mfa_token, code: shown.backup_code_0 })
    await nobody('POST', '/auth/login', { email: t.people.alice.email, password: planted.wrong_password })
    return noting(t.asking({ cookie: cookies.join('; '), 'x-csrf-token': confirmed.body.csrf_token }))
  }

  /** A program of others: its secret, a code, tokens, and what is asked with wrong ones. */
  async function program(alice: Ask) {
    const redirect_uri = 'https://wall.example.test/cb'
    const draft = { name: 'Wall', redirect_uris: [redirect_uri], scopes: ['read', 'write'] }
    const made = await t.alice('POST', '/oauth/clients', draft)
    expect(made.status).toBe(201)
    shown.client_secret = made.body.client_secret
    const verifier = plain('verifier')
    const request = {
      ...{ client_id: made.body.id, response_type: 'code', redirect_uri, scope: 'read', state: 'x' },
      ...{ code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' },
    }
    const { ask } = await t.session('alice', { mfa: true })
    const asked = await ask('GET', `/oauth/authorize?${form(request)}`)
    shown.consent = /request=([\w-]+)$/.exec(asked.headers.get('location') ?? '')?.[1] ?? ''
    const allowed = await ask('POST', `/oauth/consent/${shown.consent}`, { allow: true })
    shown.code = new URL(allowed.body.redirect_to).searchParams.get('code') ?? ''
    const who = { client_id: made.body.id, client_secret: shown.client_secret ?? '' }
    const trade = { grant_type: 'authorization_code', code: shown.code, redirect_uri, code_verifier: verifier }
    const tokens = await t.nobody('POST', '/oauth/token', form({ ...who, ...trade }), FORM)
    expect(tokens.status).toBe(200)
    shown.access_token = tokens.body.access_token
    shown.refresh_token = tokens.body.refresh_token
    const nobody = noting(t.nobody)
    const wrong = { grant_type: 'refresh_token', refresh_token: planted.invented_token }
    await nobody('POST', '/oauth/token', form({ ...who, ...wrong }), FORM)
    await nobody('POST', '/oauth/token', form({ ...who, client_secret: planted.invented_token, ...wrong }), FORM)
    await nobody('POST', '/oauth/token', form({ ...who, ...trade, code: planted.invented_code }), FORM)
    const renewed = await t.nobody(
      ...([
        'POST',
        '/oauth/token',
        form({ ...who, ...wrong, refresh_token: shown.refresh_token ?? '' }),
        FORM,
      ] as const),
    )
    shown.second_refresh_token = renewed.body.refresh_token
    await noting(t.bearer(shown.access_token ?? ''))('GET', '/me')
    await noting(t.bearer(`${shown.access_token}x`))('GET', '/me')
    await nobody('POST', '/oauth/revoke', form({ ...who, token: shown.second_refresh_token ?? '' }), FORM)
    shown.new_client_secret = (await t.alice('POST', `/oauth/clients/${made.body.id}/secret`)).body.client_secret
    await alice('GET', `/oauth/clients/${made.body.id}`)
  }

  /** Every kind of provider with its secret, tried and used against one that repeats it. */
  async function providers(alice: Ask) {
    const all = {
      google: { client_id: 'g', client_secret: planted.google_secret },
      microsoft: { tenant: 'common', client_id: 'm', client_secret: planted.microsoft_secret },
      github: { client_id: 'h', client_secret: planted.github_secret },
      oidc: { issuer: echo.url, client_id: 'o', client_secret: planted.oidc_secret },
      apple: { services_id: 'a.b', team_id: 'ABCDEFGHIJ', key_id: 'ABCDEFGHIJ', private_key: String(applePem) },
      ldap: {
        ...{ url: 'ldap://127.0.0.1:1', base_dn: 'dc=x', bind_dn: 'cn=a', bind_password: planted.bind_password },
        starttls: false,
      },
      header: { proxies: ['127.0.0.1'], secret: planted.proxy_secret },
    }
    for (const [kind, settings] of Object.entries(all)) {
      const draft = { slug: kind, kind, name: kind, settings, enabled: true }
      const { status, body } = await alice('POST', '/admin/sign-in-providers', draft)
      expect([kind, status, body.details]).toEqual([kind, 201, undefined])
      // The others would really be asked.
      if (kind === 'oidc' || kind === 'ldap') {
        await alice('POST', '/admin/sign-in-providers/test', { kind, settings })
        await alice('POST', '/admin/sign-in-providers/test', { id: body.id, kind, settings: {} })
      }
      await alice('PUT', `/admin/sign-in-providers/${body.id}`, { name: `${kind} 2` })
      await alice('PUT', `/admin/sign-in-providers/${body.id}`, { settings: { ...settings, invented: 1 } })
    }
    const start = await t.nobody('GET', '/auth/oauth/oidc')
    const cookie = start.headers.get('set-cookie')?.split(';')[0] ?? ''
    shown.flow_cookie = cookie.split('=')[1] ?? ''
    const there = new URL(start.headers.get('location') ?? '')
    shown.state = there.searchParams.get('state') ?? ''
    shown.nonce = there.searchParams.get('nonce') ?? ''
    const back = `/auth/oauth/oidc/callback?${form({ state: shown.state, code: planted.invented_code })}`
    const { headers } = await noting(t.asking({ cookie }))('GET', back)
    expect(headers.get('location')).toContain('problem=failed')
    await noting(t.nobody)('POST', '/auth/proxy', {}, { 'remote-user': 'x', 'remote-secret': planted.proxy_secret })
    await noting(t.nobody)('POST', '/auth/login', { email: 'someone', password: planted.wrong_password })
  }

  /** The rest of what is shown once, and of what is never shown. */
  async function programs(alice: Ask) {
    const prober = await t.alice('POST', '/probers', { name: 'Attic', region: 'attic' })
    shown.prober_token = prober.body.token
    shown.second_prober_token = (await t.alice('POST', `/probers/${prober.body.id}/rotate`)).body.token
    await noting(t.bearer(shown.prober_token ?? ''))('POST', '/probers/register', { version: '1' })
    await noting(t.bearer(shown.second_prober_token ?? ''))('GET', '/monitors')
    shown.ticket = (await t.alice('POST', '/ws/ticket')).body.ticket
    const token = await t.alice('POST', '/api-tokens', { name: 'x', networks: ['192.0.2.0/24'] })
    shown.api_token = token.body.token
    await noting(t.bearer(shown.api_token ?? ''))('GET', '/me')
    shown.invitation =
      /token=([\w-]+)/.exec(
        (await t.alice('POST', '/invitations', { email: 'z@example.test', role: 'viewer' })).body.url,
      )?.[1] ?? ''
    await noting(t.nobody)('GET', `/auth/invitation?token=${shown.invitation}`)
    expect((await alice('PUT', '/sso/connection', { enabled: false })).status).toBe(200)
    await alice('GET', '/sso/connection')
    await alice('POST', '/sso/domains', { domain: 'example.test' })
    const [connection] = await t.app.db.read.select().from(sso_connections)
    expect(connection?.private_key).toStartWith('v1.')
  }

  beforeAll(async () => {
    echo = parrot()
    t = await boot({
      level: 'debug',
      config: { registration: 'invite', publicUrl: 'http://localhost', trustedProxies: ['127.0.0.1/32'] },
    })
    const alice = await secondFactor()
    await program(alice)
    await providers(alice)
    await programs(alice)
    for (const { method, path } of t.appliance.routes)
      if (method === 'GET' && path.startsWith('/api/v1/') && !path.includes(':'))
        await alice('GET', path.replace(/\/$/, ''))
    await t.advance(60_000)
  }, 30_000)
  afterAll(async () => {
    await t.stop()
    echo.stop()
  })

  const found = (text: string) =>
    Object.entries({ ...planted, ...shown }).flatMap(([name, secret]) =>
      spellings(secret).some((one) => text.includes(one)) ? [name] : [],
    )

  test('was planted in every kind, and used', () => {
    expect(kinds.flatMap(({ kind, settings }) => secretsOf(settings).map((name) => `${kind} ${name}`)).sort()).toEqual([
      'apple private_key',
      'github client_secret',
      'google client_secret',
      'header secret',
      'ldap bind_password',
      'microsoft client_secret',
      'oidc client_secret',
    ])
    const empty = Object.entries(shown).filter(([, secret]) => !secret || secret.length < 10)
    expect(empty).toEqual([])
    expect(Object.keys(shown).length).toBeGreaterThan(28)
    expect(echo.heard.join('\n')).toContain(planted.oidc_secret)
    expect(echo.heard.join('\n')).toContain(planted.invented_code)
  })

  test('is in no answer but the one that shows it', () => {
    expect(answers.length).toBeGreaterThan(60)
    for (const { headers, body } of answers)
      expect(found(`${JSON.stringify([...headers])} ${JSON.stringify(body)}`)).toEqual([])
  })

  test('is in no line of the log', () => {
    expect(t.lines.length).toBeGreaterThan(0)
    expect(found(t.lines.join('\n'))).toEqual([])
  })

  test('is in no audit row', async () => {
    const rows = await t.app.db.read.select().from(audit_log)
    expect(new Set(rows.map(({ event }) => event)).size).toBeGreaterThan(10)
    expect(found(JSON.stringify(rows))).toEqual([])
  })

  test('is in no file of the data folder, nor is any private key', async () => {
    const copy = join(t.folder, 'copy.db')
    await t.app.db.client.execute({ sql: 'vacuum into ?', args: [copy] })
    const files = readdirSync(t.folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(t.folder, name))
      .filter((file) => statSync(file).isFile())
    expect(files.length).toBeGreaterThan(2)
    for (const file of files) {
      const text = readFileSync(file, 'latin1')
      expect([file, found(text)]).toEqual([file, []])
      expect([file, /PRIVATE KEY|"d":"/.test(text)]).toEqual([file, false])
    }
  })
})
