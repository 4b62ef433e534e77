import { createServer } from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import { type Configuration, Provider } from 'oidc-provider'
import { REDIRECT } from '#sign-in/fixtures'

const people: Record<string, object> = {
  ada: {
    ...{ email: 'ada@example.test', email_verified: true, name: 'Ada Lovelace' },
    groups: ['ops', 'staff'],
  },
  bob: { email: 'bob@example.test', email_verified: false, preferred_username: 'bob' },
}

export const SECRET = 'a secret with % + / = : and * in it'

/** A certified implementation of an OpenID provider (Keycloak, Authentik and Authelia behave alike), on this machine. */
export async function openOidcProvider(more: Configuration = {}) {
  const keys = await Promise.all(['RS256', 'ES256'].map((alg) => generateKeyPair(alg, { extractable: true })))
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const issuer = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  const client = (client_id: string, rest: object) => ({
    ...{ client_id, client_secret: SECRET, redirect_uris: [REDIRECT], ...rest },
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
    ...more,
  })
  server.on('request', provider.callback())

  /** Signs somebody in at the provider as a browser would, and answers what its callback was called with. */
  async function consent(start: URL, login: string): Promise<URLSearchParams> {
    const jar = new Map<string, string>()
    let url = start
    let body: URLSearchParams | undefined
    for (let hop = 0; hop < 12; hop++) {
      const answer = await fetch(url, {
        method: body ? 'POST' : 'GET',
        body,
        redirect: 'manual',
        headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      })
      for (const line of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        if (value) jar.set(name, value)
        else jar.delete(name)
      }
      body = undefined
      const location = answer.headers.get('location')
      if (location) {
        url = new URL(location, url)
        if (url.href.startsWith(REDIRECT)) return url.searchParams
        continue
      }
      const [, prompt] = /name="prompt" value="(\w+)"/.exec(await answer.text()) ?? []
      if (!prompt) throw new Error(`The provider stopped at ${url.pathname} with ${answer.status}`)
      body = new URLSearchParams({ prompt, login, password: 'any' })
    }
    throw new Error('The provider goes in circles')
  }

  return {
    issuer,
    consent,
    stop: () => new Promise<void>((done) => server.close(() => done())),
  }
}
