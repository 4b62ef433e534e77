import { createPrivateKey, type KeyObject } from 'node:crypto'
import { Type as t } from '@sinclair/typebox'
import { SignJWT } from 'jose'
import { MASK, secret, ui } from '#kernel/form'
import { sha256 } from '#kernel/secrets'
import { claimsIn, nameOf } from '#sign-in/claims'
import { defineRedirect } from '#sign-in/define'
import { clientId } from '#sign-in/fields'
import { verified } from '#sign-in/id-token'
import { authorizeUrl, clientTest, codeIn, exchange, idTokenIn, tested } from '#sign-in/oauth'
import { failed, objectIn, wire as ownWire } from '#sign-in/wire'

// https://appleid.apple.com/.well-known/openid-configuration
const ENDPOINTS = {
  issuer: 'https://appleid.apple.com',
  authorize: 'https://appleid.apple.com/auth/authorize',
  token: 'https://appleid.apple.com/auth/token',
  keys: 'https://appleid.apple.com/auth/keys',
}
const SECRET_S = 300
const NATIVE_AGE_S = 600

const tenCharacters = { minLength: 10, maxLength: 10, pattern: '^[A-Z0-9]*$' }
const settings = t.Object({
  services_id: clientId('com.example.xinex', 'Services ID'),
  team_id: t.String({ title: 'Team ID', ...tenCharacters, ...ui({ mono: true, span: 1 }) }),
  key_id: t.String({ title: 'Key ID', ...tenCharacters, ...ui({ mono: true, span: 1 }) }),
  private_key: secret({
    title: 'Private key',
    minLength: 1,
    description: 'The content of the file AuthKey_….p8. Line breaks may be lost while pasting.',
  }),
  bundle_ids: t.Optional(
    t.Array(t.String({ pattern: '^[A-Za-z0-9.-]{1,155}$' }), {
      title: 'Bundle IDs',
      maxItems: 10,
      description: 'Of apps that sign in with the system’s own dialog. Empty: none may.',
      ...ui({ group: 'advanced', widget: 'list', placeholder: 'com.example.app' }),
    }),
  ),
})
type Settings = (typeof settings)['static']

/** The key out of a .p8 file; password boxes swallow its line breaks. Nothing, when it is no key for ES256. */
export function signingKey(pem: string): KeyObject | undefined {
  const body = pem.replace(/-----(BEGIN|END) PRIVATE KEY-----/g, '').replace(/\s+/g, '')
  if (!/^[A-Za-z0-9+/]+=*$/.test(body)) return undefined
  try {
    const key = createPrivateKey({ key: Buffer.from(body, 'base64'), format: 'der', type: 'pkcs8' })
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined
  } catch {
    return undefined
  }
}

const NO_KEY = 'This is not the content of a .p8 file from Apple.'

/** https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret */
async function clientSecretOf(settings: Settings, issuer: string, now: number): Promise<string> {
  const key = signingKey(settings.private_key)
  if (!key) throw failed(NO_KEY)
  const at = Math.floor(now / 1000)
  return new SignJWT()
    .setProtectedHeader({ alg: 'ES256', kid: settings.key_id })
    .setIssuer(settings.team_id)
    .setSubject(settings.services_id)
    .setAudience(issuer)
    .setIssuedAt(at)
    .setExpirationTime(at + SECRET_S)
    .sign(key)
}

/** Apple tells the name once, at the first consent, in a field of the form that the person could change. */
function nameIn(user: string | null): string | undefined {
  const name = Object(objectIn(user ?? '')?.name)
  return nameOf([name.firstName, name.lastName].filter((part) => typeof part === 'string').join(' '))
}

/** Apple at other endpoints, for tests; `apple` is the one that is offered. */
export const appleWith = ({ endpoints = ENDPOINTS, wire = ownWire } = {}) => {
  const client = async (settings: Settings, now: number) => ({
    endpoint: endpoints.token,
    auth: 'post' as const,
    client_id: settings.services_id,
    client_secret: await clientSecretOf(settings, endpoints.issuer, now),
  })
  const rules = { issuer: endpoints.issuer, algorithms: ['RS256'] }
  return defineRedirect({
    kind: 'apple',
    title: 'Apple',
    summary: 'Sign in with Apple, in the browser and in apps.',
    docs: 'https://developer.apple.com/help/account/configure-app-capabilities/configure-sign-in-with-apple-for-the-web',
    notes:
      'People may hide their address; Apple then passes mails on only from senders that are registered with it. The name arrives at the first sign-in only.',
    settings,
    form_post: true,

    authority: ({ team_id }) => team_id,

    check: ({ private_key }) => ({
      ...(private_key !== MASK && !signingKey(private_key) && { 'settings.private_key': NO_KEY }),
    }),

    async start({ settings, redirect_uri, state, nonce }) {
      return authorizeUrl({
        ...{ endpoint: endpoints.authorize, client_id: settings.services_id, redirect_uri, state, nonce },
        scopes: ['name', 'email'],
        // Apple answers with a form whenever a scope is asked for.
        more: { response_mode: 'form_post' },
      })
    },

    async finish({ settings, redirect_uri, params, nonce, env }) {
      const code = codeIn(params)
      const tokens = await exchange(wire, { ...(await client(settings, env.now())), code, redirect_uri })
      const { payload } = await verified(idTokenIn(tokens), {
        ...{ ...rules, keys: wire.keys(endpoints.keys), audience: settings.services_id },
        ...{ nonce: [nonce], now: env.now() },
      })
      const name = nameIn(params.get('user'))
      return claimsIn(payload, name ? { name } : {})
    },

    async native({ settings, id_token, nonce, env }) {
      const { bundle_ids = [] } = settings
      if (bundle_ids.length === 0) throw failed('The settings name no app that may sign in.')
      const { payload } = await verified(id_token, {
        ...{ ...rules, keys: wire.keys(endpoints.keys), audience: bundle_ids },
        // Apps are advised to pass on the SHA-256 of their nonce; some pass it as it is.
        nonce: nonce === undefined ? undefined : [sha256(nonce), nonce],
        now: env.now(),
        max_age_s: NATIVE_AGE_S,
      })
      return claimsIn(payload)
    },

    test: (settings, env) =>
      tested(async () => {
        const job = await client(settings, env.now())
        await wire.get(endpoints.keys)
        return clientTest(wire, job, { 'Private key': 'is one for ES256' })
      }),
  })
}

export const apple = appleWith()
