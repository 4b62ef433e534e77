import { createServer } from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import { Provider } from 'oidc-provider'
import { REDIRECT } from '#sign-in/fixtures'

const people: Record<string, object> = {
  ada: {
    ...{ email: 'ada@example.test', email_verified: true, name: 'Ada Lovelace' },
    groups: ['ops', 'staff'],
  },
  grace: { email: 'grace@example.test', email_verified: true, name: 'Grace Hopper', groups: ['dev'] },
  bob: { email: 'bob@example.test', email_verified: false, preferred_username: 'bob' },
}

export const SECRET = 'a secret with % + / = : and * in it'

/**
 * A certified implementation of an OpenID provider (Keycloak, Authentik and Authelia behave alike), on this machine.
 * `known_as` is its issuer when others lead that name to `url`.
 */
export async function openOidcProvider({
  known_as,
  redirect = REDIRECT,
}: {
  known_as?: string
  redirect?: string
} = {}) {
  const keys = await Promise.all(['RS256', 'ES256'].map((alg) => generateKeyPair(alg, { extractable: true })))
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  const issuer = known_as ?? url
  const client = (client_id: string, rest: object) => ({
    ...{ client_id, client_secret: SECRET, redirect_uris: [redirect], ...rest },
  })
  const provider = new Provider(issuer, {
    clients: [
      client('basic', { token_endpoint_auth_method: 'client_secret_basic' }),
      client('post', { token_endpoint_auth_method: 'client_secret_post' }),
      client('public', { token_endpoint_auth_method: 'none', client_secret: undefined }),
      client('es256', { id_token_signed_response_alg: 'ES256' }),
      client('hs256', { id_token_signed_response_alg: 'HS256', client_secret: 'h'.repeat(64) }),
    ],
    jwks: { keys: await Promise.all(keys.map(({ privateKey }) => exportJWK(privateKey))) },
    claims: {
      ...{ openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] },
      groups: ['groups'],
    },
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256', 'HS256'] },
    pkce: { required: () => true },
    findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id, ...people[id] }) }),
  })
  provider.proxy = known_as !== undefined
  server.on('request', provider.callback())

  /** Signs somebody in at the provider as a browser would, and answers what its callback was called with. */
  async function consent(start: URL, login: string): Promise<URLSearchParams> {
    const jar = new Map<string, string>()
    let at = start
    let body: URLSearchParams | undefined
    for (let hop = 0; hop < 12; hop++) {
      const answer = await fetch(at.origin === issuer ? `${url}${at.pathname}${at.search}` : at, {
        method: body ? 'POST' : 'GET',
        body,
        redirect: 'manual',
        headers: {
          cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
          ...(known_as && { 'x-forwarded-proto': 'https', 'x-forwarded-host': new URL(known_as).host }),
        },
      })
      for (const line of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        if (value) jar.set(name, value)
        else jar.delete(name)
      }
      body = undefined
      const location = answer.headers.get('location')
      if (location) {
        at = new URL(location, at)
        if (at.href.startsWith(redirect)) return at.searchParams
        continue
      }
      const [, prompt] = /name="prompt" value="(\w+)"/.exec(await answer.text()) ?? []
      if (!prompt) throw new Error(`The provider stopped at ${at.pathname} with ${answer.status}`)
      body = new URLSearchParams({ prompt, login, password: 'any' })
    }
    throw new Error('The provider goes in circles')
  }

  return {
    issuer,
    url,
    consent,
    stop: () => new Promise<void>((done) => server.close(() => done())),
  }
}
