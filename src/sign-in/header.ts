import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { Type as t } from '@sinclair/typebox'
import ipaddr from 'ipaddr.js'
import { isWithin } from '#kernel/client-address'
import { oneOf, secret, ui } from '#kernel/form'
import { sameText } from '#kernel/secrets'
import { emailOf, groupsOf, nameOf } from '#sign-in/claims'
import { type Claims, defineHeader } from '#sign-in/define'
import { addressesAreVerified } from '#sign-in/fields'

const headerName = (title: string, initial: string) =>
  t.String({ title, pattern: '^[A-Za-z][A-Za-z0-9-]{0,63}$', default: initial, ...ui({ mono: true, span: 1 }) })

const settings = t.Object({
  proxies: t.Array(t.String({ minLength: 1, maxLength: 49 }), {
    title: 'Addresses of the proxies',
    minItems: 1,
    maxItems: 20,
    description:
      'Only these are believed. Nothing else may be able to reach Xinex from these addresses, and the proxy must remove the headers below from what visitors send.',
    ...ui({ widget: 'list', placeholder: '10.0.0.5/32' }),
  }),
  user_header: headerName('Header with the user', 'Remote-User'),
  email_header: headerName('Header with the e-mail', 'Remote-Email'),
  name_header: headerName('Header with the name', 'Remote-Name'),
  groups_header: headerName('Header with the groups', 'Remote-Groups'),
  secret: t.Optional(
    secret({
      title: 'Secret of the proxy',
      minLength: 16,
      maxLength: 255,
      description:
        'The proxy adds it to every request, in the header below. Needed when the proxy runs on this machine, because monitors connect from here too; better everywhere.',
    }),
  ),
  secret_header: headerName('Header with the secret', 'Remote-Secret'),
  separator: oneOf([',', '|', ';'], {
    title: 'Between groups',
    default: ',',
    description: 'Authelia writes a comma, Authentik a bar.',
    ...ui({ group: 'advanced', widget: 'segmented' }),
  }),
  trust_addresses: addressesAreVerified(true, 'Turn it off when people can enter any address where they sign in.'),
})
type Settings = (typeof settings)['static']
type Asked = { settings: Settings; headers: Headers; peer: string }

/** Whether this is a network, or an address, that does not mean everybody. */
function networkFault(text: string): string | undefined {
  const [base = ''] = text.split('/')
  if (!isIP(base) || !ipaddr.isValidCIDR(asNetwork(text))) return 'Enter an address or a network such as 10.0.0.5/32.'
  return /\/0+$/.test(text) ? 'This network is the whole world: everybody would be believed.' : undefined
}

const asNetwork = (text: string) => (text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`)

/**
 * Whether the address is one of this machine. From there come the requests of monitors and channels too, whose headers
 * and bytes anybody chooses who may make one.
 */
const isHere = (networks: string[]) => {
  const own = Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address) ?? [])
  return own.some((address) => isWithin(address, networks)) || networks.some(isLoopback)
}
const isLoopback = (network: string) => ipaddr.process(network.split('/')[0] ?? '').range() === 'loopback'

/** Whether it is the proxy itself that asks, and not what else connects from its address. */
function isProxy({ settings, headers, peer }: Asked) {
  if (!isWithin(peer, settings.proxies.map(asNetwork))) return false
  const { secret = '', secret_header } = settings
  return secret
    ? sameText(headers.get(secret_header) ?? '', secret)
    : !isHere([asNetwork(ipaddr.process(peer).toString())])
}

/** Header values arrive as single bytes; proxies write names in UTF-8. */
function textIn(headers: Headers, name: string): string {
  const raw = headers.get(name)?.trim() ?? ''
  if (!/[\u0080-\u00ff]/.test(raw) || /[\u0100-\uffff]/.test(raw)) return raw
  const text = Buffer.from(raw, 'latin1').toString('utf8')
  return text.includes('\ufffd') ? raw : text
}

// A comma is what two headers of one name become: the visitor's own and the proxy's. No user is called so.
const USER = /^[\x21-\x2b\x2d-\x7e][\x20-\x2b\x2d-\x7e]{0,254}$/

function read({ settings, headers, peer }: Asked): Claims | undefined {
  if (!isProxy({ settings, headers, peer })) return undefined
  const user = textIn(headers, settings.user_header)
  if (!USER.test(user)) return undefined
  const email = emailOf(textIn(headers, settings.email_header)) ?? emailOf(user)
  const name = nameOf(textIn(headers, settings.name_header))
  const groups = textIn(headers, settings.groups_header).split(settings.separator)
  return {
    subject: user,
    ...(email && { email }),
    email_verified: email !== undefined && settings.trust_addresses,
    ...(name && { name }),
    groups: groupsOf(groups.map((group) => group.trim())),
  }
}

const NEEDED = 'A proxy on this machine needs one: monitors connect from the same address.'

export const header = defineHeader({
  kind: 'header',
  title: 'Trusted proxy',
  summary: 'A proxy in front of Xinex signs people in and says who they are in headers.',
  docs: 'https://www.authelia.com/integration/trusted-header-sso/introduction/',
  notes: 'The address that counts is the one that connects to Xinex, never one out of X-Forwarded-For.',
  settings,

  check({ proxies, secret, user_header, email_header, name_header, groups_header, secret_header }) {
    const faults: Record<string, string> = {}
    for (const [index, proxy] of proxies.entries()) {
      const fault = networkFault(proxy)
      if (fault) faults[`settings.proxies.${index}`] = fault
    }
    if (!secret && Object.keys(faults).length === 0 && isHere(proxies.map(asNetwork)))
      faults['settings.secret'] = NEEDED
    const names = Object.entries({ user_header, email_header, name_header, groups_header, secret_header })
    for (const [index, [field, value]] of names.entries())
      if (names.slice(0, index).some(([, other]) => other.toLowerCase() === value.toLowerCase()))
        faults[`settings.${field}`] = 'Another field already has this header.'
    return faults
  },

  read,

  test: async ({ proxies, user_header }) => ({
    ok: true,
    message: `People are signed in when one of these proxies sends ${user_header}.`,
    facts: { Proxies: proxies.join(', ') },
  }),
})
