import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test'
import { type Fake, openFake } from '#sign-in/emulate.fixtures'
import { expectSilent, finish, NONCE, REDIRECT, refusalOf, VERIFIER } from '#sign-in/fixtures'
import { githubWith } from '#sign-in/github'

const env = { now: () => performance.timeOrigin + performance.now() }
const settings = { client_id: 'Iv1.x', client_secret: 'h-secret' }
/** What the imitation lacks, or should say instead. */
const said = new Map<string, () => Response>()
let fake: Fake
let github: ReturnType<typeof githubWith>
beforeAll(async () => {
  fake = await openFake(
    'github',
    {
      users: [
        { login: 'ada', name: 'Ada Lovelace', email: 'ada@example.test' },
        { login: 'nameless', email: 'n@example.test' },
      ],
      oauth_apps: [{ ...settings, name: 'Xinex', redirect_uris: [REDIRECT] }],
    },
    (path) => said.get(path.replace(/^\/api\/v3/, ''))?.() ?? path.replace(/^\/api\/v3/, ''),
  )
  github = githubWith({ places: { site: fake.url, api: fake.url } })
})
afterAll(() => fake.stop())
afterEach(() => said.clear())

async function signIn(person = 'ada', more: object = {}) {
  const all = { ...settings, ...more }
  const url = await github.start({
    settings: all,
    redirect_uri: REDIRECT,
    state: 's',
    nonce: NONCE,
    verifier: VERIFIER,
    env,
  })
  const { params } = await fake.consent(url, person)
  expect(params.get('state')).toBe('s')
  return { url, params, claims: () => finish(github, all, params, { env }) }
}

test('somebody signs in with a GitHub account', async () => {
  const { url, claims } = await signIn()
  expect([url.searchParams.get('scope'), url.searchParams.has('nonce')]).toEqual(['read:user user:email', false])
  expect(url.searchParams.get('code_challenge_method')).toBe('S256')
  expect(await claims()).toEqual({
    ...{ subject: expect.stringMatching(/^\d+$/), email: 'ada@example.test', email_verified: true },
    ...{ name: 'Ada Lovelace', groups: [] },
  })
})

test('the account’s number is the subject, because names change hands', async () => {
  const first = await (await signIn()).claims()
  const other = await (await signIn('nameless')).claims()
  expect(first.subject).not.toBe(other.subject)
  said.set('/user', () => Response.json({ login: 'renamed', id: Number(first.subject) }))
  expect(await (await signIn()).claims()).toMatchObject({ subject: first.subject, name: 'renamed' })
  said.set('/user', () => Response.json({ login: 'ada', id: '1; drop' }))
  expect((await refusalOf((await signIn()).claims())).reason).toBe('failed')
})

test('only the primary address counts, and only as verified as GitHub says', async () => {
  const address = (email: string, primary: boolean, verified: boolean) => ({ email, primary, verified })
  said.set('/user/emails', () =>
    Response.json([address('root@example.test', false, true), address('ada@example.test', true, false)]),
  )
  expect(await (await signIn()).claims()).toMatchObject({ email: 'ada@example.test', email_verified: false })
  said.set('/user/emails', () => Response.json([address('root@example.test', false, true)]))
  const { email, email_verified } = await (await signIn()).claims()
  expect([email, email_verified]).toEqual([undefined, false])
})

test('a code is good once; an error with status 200 is one', async () => {
  const { claims } = await signIn()
  await claims()
  const again = await refusalOf(claims())
  expect(again.message).toContain('no longer accepts the code')
  expectSilent(again, 'h-secret', VERIFIER)
})

test('organizations keep others out, and they and their teams are groups', async () => {
  const only = { organizations: ['Acme', 'other'] }
  said.set('/user/memberships/orgs/acme', () => Response.json({ state: 'active' }))
  said.set('/user/teams', () =>
    Response.json([
      { slug: 'ops', organization: { login: 'ACME' } },
      { slug: 'owners', organization: { login: 'stranger' } },
      { slug: 'ops', organization: { login: 'other' } },
      null,
    ]),
  )
  const { url, claims } = await signIn('ada', only)
  expect(url.searchParams.get('scope')).toContain('read:org')
  expect((await claims()).groups).toEqual(['acme', 'acme/ops'])
  for (const reply of [() => Response.json({ state: 'pending' }), () => new Response('{}', { status: 403 })]) {
    said.set('/user/memberships/orgs/acme', reply)
    expect((await refusalOf((await signIn('ada', only)).claims())).message).toContain('not a member')
  }
})

test('GitHub that is out of order is not a stranger', async () => {
  for (const path of ['/user', '/user/emails']) {
    said.set(path, () => new Response('planted', { status: 502 }))
    const error = await refusalOf((await signIn()).claims())
    expect([error.reason, error.message]).toEqual(['unreachable', expect.stringContaining('answered 502')])
    said.clear()
  }
})

test('a GitHub Enterprise server has its own addresses', async () => {
  const { url, claims } = await signIn('ada', { server: `${fake.url}/` })
  expect(url.href).toStartWith(`${fake.url}/login/oauth/authorize?`)
  expect((await claims()).name).toBe('Ada Lovelace')
  expect(fake.sent.map(({ path }) => path)).toContain('/api/v3/user/emails')
})

test('the test button knows a right client from a wrong one', async () => {
  expect(await github.test(settings, env)).toMatchObject({ ok: true, facts: { 'Client ID and secret': 'accepted' } })
  expect(await github.test({ ...settings, client_id: 'nobody' }, env)).toMatchObject({ ok: false })
  said.set('/login/oauth/access_token', () => new Response('Not Found', { status: 404 }))
  expect(await github.test(settings, env)).toMatchObject({ ok: false })
})

test('a server without encryption is refused', () => {
  expect(github.check?.({ ...settings, server: 'http://github.example.test' })).toHaveProperty(['settings.server'])
  expect(github.check?.({ ...settings, server: 'https://github.example.test' })).toEqual({})
})
