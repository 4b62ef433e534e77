import { Type as t } from '@sinclair/typebox'
import { ui } from '#kernel/form'
import { emailOf, nameOf } from '#sign-in/claims'
import { type Claims, defineRedirect } from '#sign-in/define'
import { clientId, clientSecret } from '#sign-in/fields'
import { accessTokenIn, authorizeUrl, clientTest, codeIn, exchange, tested } from '#sign-in/oauth'
import { type Fields, failed, isSafeUrl, wire as ownWire, unreachable, type Wire } from '#sign-in/wire'

const PUBLIC = { site: 'https://github.com', api: 'https://api.github.com' }

const settings = t.Object({
  client_id: clientId('Ov23li…'),
  client_secret: clientSecret(),
  organizations: t.Optional(
    t.Array(t.String({ pattern: '^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$' }), {
      title: 'Only these organizations',
      maxItems: 10,
      uniqueItems: true,
      description:
        'Refuses everybody else, and lets organizations (acme) and teams (acme/ops) give roles. Empty: any GitHub account.',
      ...ui({ widget: 'list', placeholder: 'acme' }),
    }),
  ),
  server: t.Optional(
    t.String({
      title: 'GitHub Enterprise server',
      format: 'uri',
      maxLength: 255,
      description: 'Empty for github.com.',
      ...ui({ group: 'advanced', placeholder: 'https://github.example.com' }),
    }),
  ),
})
type Settings = (typeof settings)['static']

/** https://docs.github.com/en/enterprise-server/rest/quickstart and, for ghe.com, /en/enterprise-cloud/rest/quickstart */
function placesOf(server: string | undefined, initial: typeof PUBLIC): typeof PUBLIC {
  if (!server) return initial
  const { origin, host } = new URL(server)
  return host.endsWith('.ghe.com')
    ? { site: origin, api: `https://api.${host}` }
    : { site: origin, api: `${origin}/api/v3` }
}

/** A list of objects; GitHub answers the rest of long lists on further pages, of which a person's own need none. */
async function listFrom(wire: Wire, url: string, headers: Record<string, string>): Promise<Fields[]> {
  const { status, text } = await wire.ask(url, { headers })
  if (status !== 200) throw unreachable(`${new URL(url).host} answered ${status}.`)
  try {
    const list: unknown = JSON.parse(text)
    // Safe: any property of an object may be read as unknown.
    return Array.isArray(list) ? (list.filter((one) => typeof one === 'object' && one !== null) as Fields[]) : []
  } catch {
    return []
  }
}

/** Names of the organizations in the settings that somebody is an active member of, and of their teams there. */
async function groupsOf(wire: Wire, api: string, headers: Record<string, string>, organizations: string[]) {
  const wanted = organizations.map((name) => name.toLowerCase())
  const member = await Promise.all(
    wanted.map(async (name) => {
      const { status, json } = await wire.ask(`${api}/user/memberships/orgs/${name}`, { headers })
      return status === 200 && json?.state === 'active'
    }),
  )
  const mine = wanted.filter((_, index) => member[index])
  if (mine.length === 0) throw failed('This GitHub account is not a member of an organization in the settings.')
  const teams = await listFrom(wire, `${api}/user/teams?per_page=100`, headers)
  const names = teams.flatMap(({ slug, organization }) => {
    const login = String(Object(organization).login).toLowerCase()
    return typeof slug === 'string' && mine.includes(login) ? [`${login}/${slug}`] : []
  })
  return [...mine, ...names]
}

async function whoIs(wire: Wire, api: string, token: string, { organizations = [] }: Settings): Promise<Claims> {
  const headers = {
    authorization: `Bearer ${token}`,
    accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
  }
  const user = await wire.get(`${api}/user`, headers)
  // The number stays when somebody renames the account; the old name can be taken by another person.
  if (!Number.isSafeInteger(user.id)) throw failed('GitHub did not say who signed in.')
  const addresses = await listFrom(wire, `${api}/user/emails`, headers)
  const primary = addresses.find((one) => one.primary === true)
  const email = emailOf(primary?.email)
  const name = nameOf(user.name) ?? nameOf(user.login)
  return {
    subject: String(user.id),
    ...(email && { email }),
    email_verified: email !== undefined && primary?.verified === true,
    ...(name && { name }),
    groups: organizations.length > 0 ? await groupsOf(wire, api, headers, organizations) : [],
  }
}

/** GitHub at other addresses, for tests; `github` is the one that is offered. */
export const githubWith = ({ places = PUBLIC, wire = ownWire } = {}) => {
  const client = ({ client_id, client_secret, server }: Settings) => ({
    ...{ endpoint: `${placesOf(server, places).site}/login/oauth/access_token`, auth: 'post' as const },
    ...{ client_id, client_secret },
  })
  return defineRedirect({
    kind: 'github',
    title: 'GitHub',
    summary: 'Accounts of GitHub, or of your own GitHub Enterprise.',
    docs: 'https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/creating-an-oauth-app',
    settings,

    authority: ({ server }) => server ?? '',

    check: ({ server }) => ({
      ...(server && !isSafeUrl(server) && { 'settings.server': 'Enter an address that starts with https://.' }),
    }),

    async start({ settings, redirect_uri, state, nonce, verifier }) {
      const { client_id, organizations = [], server } = settings
      const url = authorizeUrl({
        ...{ client_id, redirect_uri, state, nonce, verifier },
        endpoint: `${placesOf(server, places).site}/login/oauth/authorize`,
        scopes: ['read:user', 'user:email', ...(organizations.length > 0 ? ['read:org'] : [])],
      })
      // GitHub has no ID token in which it could come back.
      url.searchParams.delete('nonce')
      return url
    },

    async finish({ settings, redirect_uri, params, verifier }) {
      const code = codeIn(params)
      const tokens = await exchange(wire, { ...client(settings), code, redirect_uri, verifier })
      return whoIs(wire, placesOf(settings.server, places).api, accessTokenIn(tokens), settings)
    },

    test: (settings) =>
      tested(() => clientTest(wire, client(settings), { Server: new URL(client(settings).endpoint).host })),
  })
}

export const github = githubWith()
