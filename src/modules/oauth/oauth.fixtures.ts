import { expect } from 'bun:test'
import type { Answer, Ask, Booted } from '../../../test/boot'

export const REDIRECT = 'https://app.example.test/callback'
export const VERIFIER = 'a-verifier-of-at-least-forty-three-characters'
const challengeOf = (verifier: string) => new Bun.CryptoHasher('sha256').update(verifier).digest('base64url')

type Form = Record<string, string | undefined>
const encoded = (form: Form) =>
  String(new URLSearchParams(Object.entries(form).filter((one): one is [string, string] => one[1] !== undefined)))

/** What a browser was sent to. */
export const locationOf = ({ status, headers }: Answer): URL => {
  expect(status).toBe(303)
  return new URL(headers.get('location') ?? '', 'http://localhost')
}
/** A refusal as RFC 6749 section 5.2 has it, and nothing of our own in it. */
export function expectRefused(
  { status, headers, body }: Answer,
  error: string,
  wanted = error === 'invalid_client' ? 401 : 400,
) {
  expect([status, body?.error, Object.keys(body ?? {})]).toEqual([wanted, error, ['error', 'error_description']])
  expect([headers.get('cache-control'), headers.get('pragma')]).toEqual(['no-store', 'no-cache'])
  expect(headers.get('www-authenticate')?.startsWith('Basic ') ?? false).toBe(wanted === 401)
}
export const basic = (id: string, secret: string) => ({ authorization: `Basic ${btoa(`${id}:${secret}`)}` })

/** Programs as they meet this server: registered, sent to it by a browser, asking for tokens. */
export function programs(t: Booted) {
  const form =
    (path: string) =>
    (body: Form | string, headers: Record<string, string> = {}) =>
      t.nobody('POST', path, typeof body === 'string' ? body : encoded(body), {
        'content-type': 'application/x-www-form-urlencoded',
        ...headers,
      })
  const token = form('/oauth/token')
  const register = async (draft: object = {}, who: Ask = t.alice) => {
    const { status, body } = await who('POST', '/oauth/clients', { name: 'Wall', redirect_uris: [REDIRECT], ...draft })
    expect([status, body.details]).toEqual([201, undefined])
    return body as { id: string; client_secret: string; [name: string]: unknown }
  }
  const query = (client_id: string, more: Form = {}) =>
    encoded({
      ...{ client_id, response_type: 'code', redirect_uri: REDIRECT, state: 's' },
      ...{ code_challenge: challengeOf(VERIFIER), code_challenge_method: 'S256', ...more },
    })
  const authorize = (ask: Ask, client_id: string, more: Form = {}, headers = {}) =>
    ask('GET', `/oauth/authorize?${query(client_id, more)}`, undefined, headers)
  /** The person is asked and says yes; answers where their browser goes. */
  const allow = async (ask: Ask, client_id: string, more: Form = {}) => {
    const page = locationOf(await authorize(ask, client_id, more))
    expect(page.pathname).toBe('/consent')
    const { status, body } = await ask('POST', `/oauth/consent/${page.searchParams.get('request')}`, { allow: true })
    expect(status).toBe(200)
    return new URL(body.redirect_to)
  }
  const codeOf = async (ask: Ask, client_id: string, more: Form = {}) =>
    (await allow(ask, client_id, more)).searchParams.get('code') ?? ''
  const exchange = (client_id: string, code: string, more: Form = {}) =>
    token({
      ...{ grant_type: 'authorization_code', client_id, code },
      ...{ redirect_uri: REDIRECT, code_verifier: VERIFIER, ...more },
    })
  const refresh = (client_id: string, refresh_token: string, more: Form = {}) =>
    token({ grant_type: 'refresh_token', client_id, refresh_token, ...more })
  /** All the way: registered as public, allowed by this person, with tokens in hand. */
  const connected = async (ask: Ask, scope = 'read write') => {
    const { id } = await register({ public: true, scopes: ['read', 'write'] })
    const { status, body } = await exchange(id, await codeOf(ask, id, { scope }))
    expect(status).toBe(200)
    return { id, ...(body as { access_token: string; refresh_token: string; scope: string; expires_in: number }) }
  }
  return {
    token,
    revoke: form('/oauth/revoke'),
    register,
    query,
    authorize,
    allow,
    codeOf,
    exchange,
    refresh,
    connected,
  }
}
