import { Type as t } from '@sinclair/typebox'
import { domainOf } from '#kernel/email'
import { ui } from '#kernel/form'
import { claimsIn } from '#sign-in/claims'
import { defineRedirect } from '#sign-in/define'
import { addressesAreVerified, clientId, clientSecret } from '#sign-in/fields'
import { verified } from '#sign-in/id-token'
import { authorizeUrl, clientTest, codeIn, exchange, idTokenIn, tested } from '#sign-in/oauth'
import { failed, wire as ownWire } from '#sign-in/wire'

// https://accounts.google.com/.well-known/openid-configuration
const ENDPOINTS = {
  issuer: 'https://accounts.google.com',
  authorize: 'https://accounts.google.com/o/oauth2/v2/auth',
  token: 'https://oauth2.googleapis.com/token',
  keys: 'https://www.googleapis.com/oauth2/v3/certs',
}

const settings = t.Object({
  client_id: clientId('1234-abcd.apps.googleusercontent.com'),
  client_secret: clientSecret(),
  hosted_domain: t.Optional(
    t.String({
      title: 'Only this Workspace domain',
      pattern: '^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$',
      description: 'Refuses accounts of other organisations and private ones. Empty: any Google account.',
      ...ui({ placeholder: 'example.com' }),
    }),
  ),
  trust_addresses: addressesAreVerified(
    true,
    'Google answers for addresses of its own and of Workspace at all times, but looked at any other only once, when the account was made. Turned off, those count as unverified.',
  ),
})
type Settings = (typeof settings)['static']

/**
 * Google answers for addresses of its own and of Workspace domains. Any other address it checked only once, when the
 * account was made: https://developers.google.com/identity/gsi/web/guides/verify-google-id-token
 */
const isItsOwn = (email = '', hd: unknown) =>
  ['gmail.com', 'googlemail.com'].includes(domainOf(email)) || (typeof hd === 'string' && hd !== '')

/** Google at other endpoints, for tests; `google` is the one that is offered. */
export const googleWith = ({ endpoints = ENDPOINTS, wire = ownWire } = {}) => {
  const client = ({ client_id, client_secret }: Settings) => ({
    ...{ endpoint: endpoints.token, auth: 'post' as const, client_id, client_secret },
  })
  return defineRedirect({
    kind: 'google',
    title: 'Google',
    summary: 'Google accounts, or those of one Google Workspace.',
    docs: 'https://developers.google.com/identity/openid-connect/openid-connect#appsetup',
    settings,

    async start({ settings, redirect_uri, state, nonce, verifier }) {
      const { client_id, hosted_domain } = settings
      return authorizeUrl({
        ...{ endpoint: endpoints.authorize, client_id, redirect_uri, state, nonce, verifier },
        scopes: ['openid', 'email', 'profile'],
        more: { prompt: 'select_account', ...(hosted_domain && { hd: hosted_domain }) },
      })
    },

    async finish({ settings, redirect_uri, params, nonce, verifier, env }) {
      const code = codeIn(params)
      const tokens = await exchange(wire, { ...client(settings), code, redirect_uri, verifier })
      const { payload } = await verified(idTokenIn(tokens), {
        keys: wire.keys(endpoints.keys),
        // Both spellings are in use: https://developers.google.com/identity/openid-connect/openid-connect#validatinganidtoken
        issuer: [endpoints.issuer, endpoints.issuer.replace('https://', '')],
        audience: settings.client_id,
        nonce: [nonce],
        now: env.now(),
        algorithms: ['RS256'],
      })
      // The parameter `hd` of the request is only a hint, which the person can remove; the claim is the proof.
      if (settings.hosted_domain && payload.hd !== settings.hosted_domain)
        throw failed('This Google account does not belong to the Workspace domain in the settings.')
      const claims = claimsIn(payload)
      const believed = settings.trust_addresses || isItsOwn(claims.email, payload.hd)
      return { ...claims, email_verified: claims.email_verified && believed }
    },

    test: (settings) =>
      tested(async () => {
        await wire.get(endpoints.keys)
        return clientTest(wire, client(settings))
      }),
  })
}

export const google = googleWith()
