import { Type as t } from '@sinclair/typebox'
import { oneOf, ui } from '#kernel/form'
import { claimAt, claimsIn, groupsOf } from '#sign-in/claims'
import { type Claims, defineRedirect } from '#sign-in/define'
import { discoveryWith, type Provider } from '#sign-in/discovery'
import { addressesAreVerified, clientId, clientSecret } from '#sign-in/fields'
import { ALGORITHMS, verified } from '#sign-in/id-token'
import {
  accessTokenIn,
  authorizeUrl,
  type ClientAuth,
  clientTest,
  codeIn,
  exchange,
  idTokenIn,
  tested,
} from '#sign-in/oauth'
import { type Fields, failed, isSafeUrl, wire as ownWire, type Wire } from '#sign-in/wire'

const settings = t.Object({
  issuer: t.String({
    title: 'Issuer',
    format: 'uri',
    maxLength: 1024,
    description: 'Exactly as the provider writes it; its description is read from there.',
    ...ui({ placeholder: 'https://sso.example.com' }),
  }),
  client_id: clientId('xinex'),
  client_secret: t.Optional(clientSecret('Empty only for a public client.')),
  scopes: t.String({
    title: 'Scopes',
    pattern: '^openid( [\\x21\\x23-\\x5b\\x5d-\\x7e]+)*$',
    maxLength: 512,
    default: 'openid profile email',
    description: 'Starts with openid. Authelia and Authentik tell groups with “groups” and “profile”.',
    ...ui({ mono: true }),
  }),
  groups_claim: t.String({
    title: 'Claim with groups',
    maxLength: 255,
    default: 'groups',
    description: 'A name, or a path such as realm_access.roles (Keycloak). Empty: groups are not read.',
    ...ui({ mono: true, span: 1 }),
  }),
  client_auth: oneOf(['auto', 'basic', 'post'], {
    title: 'How the secret is sent',
    default: 'auto',
    description: 'In a header (basic) or in the form (post), if the provider insists on one for this client.',
    ...ui({ group: 'advanced', widget: 'segmented' }),
  }),
  trust_addresses: addressesAreVerified(
    false,
    'For providers that check addresses without saying so (email_verified is missing or false).',
  ),
})
type Settings = (typeof settings)['static']

const clientOf = (provider: Provider, { client_id, client_secret, client_auth }: Settings) => {
  const auth: ClientAuth = !client_secret ? 'none' : client_auth === 'auto' ? provider.auth : client_auth
  return { endpoint: provider.token, auth, client_id, ...(client_secret && { client_secret }) }
}

/** https://www.rfc-editor.org/rfc/rfc9207#section-2.4, against answers of one provider given out as another's */
function checkAnswer(params: URLSearchParams, { issuer, names_issuer }: Provider) {
  const given = params.get('iss')
  if (given === null ? names_issuer : given !== issuer) throw failed('The answer came from another provider.')
}

/** Symmetric signatures stay refused whatever the provider announces. */
const algorithmsOf = ({ algorithms }: Provider) => {
  const usable = algorithms.filter((one) => ALGORITHMS.includes(one))
  return usable.length > 0 ? usable : ALGORITHMS
}

/** Some providers put only the subject into the token; the rest is asked for with the access token. */
async function completed(payload: Fields, userinfo: () => Promise<Fields | undefined>, groups_claim: string) {
  const lacks = payload.email === undefined || (groups_claim !== '' && claimAt(payload, groups_claim) === undefined)
  const more = lacks ? await userinfo() : undefined
  if (!more) return payload
  if (more.sub !== payload.sub) throw failed('The provider’s user information is about somebody else.')
  // Address and its proof belong together: never one from the token and the other from elsewhere.
  const { email, email_verified, ...rest } = more
  return { ...rest, ...payload, ...(payload.email === undefined && { email, email_verified }) }
}

function claimsFrom(fields: Fields, { groups_claim, trust_addresses }: Settings): Claims {
  const claims = claimsIn(fields.name === undefined ? { ...fields, name: fields.preferred_username } : fields, {
    groups: groups_claim === '' ? [] : groupsOf(claimAt(fields, groups_claim)),
  })
  return { ...claims, email_verified: claims.email !== undefined && (claims.email_verified || trust_addresses) }
}

/** Any OpenID provider; the wire can be another one in tests. */
export const oidcWith = ({ wire = ownWire }: { wire?: Wire } = {}) => {
  const discover = discoveryWith(wire)
  return defineRedirect({
    kind: 'oidc',
    title: 'OpenID Connect',
    summary: 'Authelia, Authentik, Keycloak, Zitadel, Okta and every other OpenID provider.',
    docs: 'https://openid.net/developers/how-connect-works/',
    notes:
      'ID tokens must be signed with a key pair (RS256, ES256, …). Authentik signs with the client secret until a signing key is chosen in its provider; that is refused.',
    settings,

    authority: ({ issuer }) => issuer,

    check: ({ issuer }) => ({
      ...((!isSafeUrl(issuer) || issuer.includes('?')) && {
        'settings.issuer': 'Enter an address that starts with https://, without ? and #.',
      }),
    }),

    async start({ settings, redirect_uri, state, nonce, verifier, env }) {
      const { authorize } = await discover(settings.issuer, env.now())
      return authorizeUrl({
        ...{ endpoint: authorize, client_id: settings.client_id, redirect_uri, state, nonce, verifier },
        scopes: settings.scopes.split(' '),
      })
    },

    async finish({ settings, redirect_uri, params, nonce, verifier, env }) {
      const provider = await discover(settings.issuer, env.now())
      checkAnswer(params, provider)
      const code = codeIn(params)
      const tokens = await exchange(wire, { ...clientOf(provider, settings), code, redirect_uri, verifier })
      const { payload } = await verified(idTokenIn(tokens), {
        ...{ keys: wire.keys(provider.keys), issuer: provider.issuer, audience: settings.client_id },
        ...{ nonce: [nonce], now: env.now(), algorithms: algorithmsOf(provider) },
      })
      const userinfo = async () =>
        provider.userinfo === undefined
          ? undefined
          : wire.get(provider.userinfo, { authorization: `Bearer ${accessTokenIn(tokens)}` })
      return claimsFrom(await completed(payload, userinfo, settings.groups_claim), settings)
    },

    test: (settings, env) =>
      tested(async () => {
        const provider = await discover(settings.issuer, env.now(), { fresh: true })
        await wire.get(provider.keys)
        const facts = {
          'Authorization endpoint': provider.authorize,
          'Token endpoint': provider.token,
          'User information': provider.userinfo ?? 'not offered',
          Signatures: provider.algorithms.join(', ').slice(0, 200),
        }
        const client = clientOf(provider, settings)
        return client.auth === 'none'
          ? { ok: true, message: 'The provider answers.', facts }
          : clientTest(wire, client, facts)
      }),
  })
}

export const oidc = oidcWith()
