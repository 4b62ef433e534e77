import { Type as t } from '@sinclair/typebox'
import type { JWTPayload } from 'jose'
import { oneOf, ui } from '#kernel/form'
import { claimsIn, emailOf, groupsOf, subjectOf } from '#sign-in/claims'
import { defineRedirect } from '#sign-in/define'
import { addressesAreVerified, clientId, clientSecret } from '#sign-in/fields'
import { verified } from '#sign-in/id-token'
import { authorizeUrl, clientTest, codeIn, exchange, idTokenIn, tested } from '#sign-in/oauth'
import { type Fields, failed, wire as ownWire } from '#sign-in/wire'

// https://learn.microsoft.com/en-us/entra/identity-platform/authentication-national-cloud
const CLOUDS = {
  global: 'https://login.microsoftonline.com',
  us_government: 'https://login.microsoftonline.us',
  china: 'https://login.partner.microsoftonline.cn',
}
const GUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
// All private accounts: https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference
const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad'
const isGuid = (text: unknown): text is string => typeof text === 'string' && new RegExp(`^${GUID}$`).test(text)

const settings = t.Object({
  client_id: clientId('00000000-0000-0000-0000-000000000000', 'Application (client) ID'),
  client_secret: clientSecret('The value of the client secret, not its ID.'),
  tenant: t.String({
    title: 'Directory (tenant) ID',
    pattern: `^(common|organizations|consumers|${GUID})$`,
    default: 'common',
    description:
      'The ID of your own directory, or “common” for any account, “organizations” for those of any organisation, “consumers” for private ones.',
    ...ui({ mono: true }),
  }),
  trust_addresses: addressesAreVerified(
    false,
    'Microsoft does not say whether an address was checked: in other directories anybody can enter any. Only possible with the ID of your own directory.',
  ),
  cloud: oneOf(['global', 'us_government', 'china'], {
    title: 'Cloud',
    default: 'global',
    ...ui({ group: 'advanced', widget: 'select' }),
  }),
})
const ONLY_OWN = 'Enter the ID of your own directory first: in others anybody can enter any address.'
type Settings = (typeof settings)['static']

/** Every directory is an issuer of its own; which are right follows from the setting. */
function issuerOf(authority: string, tenant: string, { tid }: JWTPayload): string | undefined {
  if (!isGuid(tid)) return undefined
  if (isGuid(tenant) && tid !== tenant) return undefined
  if (tenant === 'consumers' && tid !== CONSUMERS) return undefined
  if (tenant === 'organizations' && tid === CONSUMERS) return undefined
  return `${authority}/${tid}/v2.0`
}

/** `sub` is unique within one directory, so both together name the person. */
function claimsFrom(payload: JWTPayload, { tenant, trust_addresses }: Settings) {
  const email = emailOf(payload.email) ?? emailOf(payload.preferred_username)
  return claimsIn(payload, {
    subject: subjectOf(`${payload.tid}:${payload.sub}`),
    ...(email && { email }),
    email_verified: email !== undefined && trust_addresses && isGuid(tenant),
    groups: [...groupsOf(payload.groups), ...groupsOf(payload.roles)],
  })
}

/** Microsoft at another address, for tests; `microsoft` is the one that is offered. */
export const microsoftWith = ({ clouds = CLOUDS, wire = ownWire } = {}) => {
  const at = ({ cloud, tenant }: Settings, path: string) => `${clouds[cloud]}/${tenant}/${path}`
  const client = (settings: Settings) => ({
    endpoint: at(settings, 'oauth2/v2.0/token'),
    auth: 'post' as const,
    client_id: settings.client_id,
    client_secret: settings.client_secret,
  })
  return defineRedirect({
    kind: 'microsoft',
    title: 'Microsoft',
    summary: 'Accounts of Microsoft Entra ID (Azure AD, Microsoft 365), and private Microsoft accounts.',
    docs: 'https://learn.microsoft.com/en-us/entra/identity-platform/quickstart-register-app',
    notes:
      'Groups arrive as object IDs when the registration’s token configuration has a groups claim, and application roles by their value. Microsoft leaves the groups out for people who are in more than 200; application roles have no such limit.',
    settings,

    check: ({ tenant, trust_addresses }) => ({
      ...(trust_addresses && !isGuid(tenant) && { 'settings.trust_addresses': ONLY_OWN }),
    }),

    async start({ settings, redirect_uri, state, nonce, verifier }) {
      return authorizeUrl({
        ...{ client_id: settings.client_id, redirect_uri, state, nonce, verifier },
        endpoint: at(settings, 'oauth2/v2.0/authorize'),
        scopes: ['openid', 'email', 'profile'],
        more: { prompt: 'select_account' },
      })
    },

    async finish({ settings, redirect_uri, params, nonce, verifier, env }) {
      const code = codeIn(params)
      const tokens = await exchange(wire, { ...client(settings), code, redirect_uri, verifier })
      const keys = wire.keys(at(settings, 'discovery/v2.0/keys'))
      const { payload, kid } = await verified(idTokenIn(tokens), {
        keys,
        issuer: (payload) => issuerOf(clouds[settings.cloud], settings.tenant, payload),
        audience: settings.client_id,
        nonce: [nonce],
        now: env.now(),
        algorithms: ['RS256'],
      })
      // Some keys are good for one directory only:
      // https://learn.microsoft.com/en-us/entra/identity-platform/claims-validation#validate-the-signing-keys-issuer
      const key: Fields | undefined = keys.jwks()?.keys.find((key) => key.kid === kid)
      const scope = key?.issuer
      if (typeof scope === 'string' && scope.replace('{tenantid}', String(payload.tid)) !== payload.iss)
        throw failed('The ID token is signed with a key of another directory.')
      return claimsFrom(payload, settings)
    },

    test: (settings) =>
      tested(async () => {
        await wire.get(at(settings, 'discovery/v2.0/keys'))
        return clientTest(wire, client(settings), { Directory: settings.tenant })
      }),
  })
}

export const microsoft = microsoftWith()
