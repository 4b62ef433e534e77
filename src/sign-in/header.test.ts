import { expect, test } from 'bun:test'
import { networkInterfaces } from 'node:os'
import { header } from '#sign-in/header'

const settings = {
  ...{ proxies: ['10.0.0.5', '192.168.7.0/24', '2001:db8::/64'], separator: ',' as const, trust_addresses: true },
  ...{
    user_header: 'Remote-User',
    email_header: 'Remote-Email',
    name_header: 'Remote-Name',
    groups_header: 'Remote-Groups',
    secret_header: 'Remote-Secret',
  },
}
const ada = {
  ...{
    'remote-user': 'ada',
    'remote-email': 'ada@example.test',
    'remote-name': 'Ada Lovelace',
    'remote-groups': 'ops, dev',
  },
}
const read = (headers: Record<string, string> | [string, string][] = ada, peer = '10.0.0.5', more: object = {}) =>
  header.read({ settings: { ...settings, ...more }, headers: new Headers(headers), peer })

test('a named proxy says who somebody is', () => {
  expect(read()).toEqual({
    ...{
      subject: 'ada',
      email: 'ada@example.test',
      email_verified: true,
      name: 'Ada Lovelace',
      groups: ['ops', 'dev'],
    },
  })
  expect(read({ 'remote-user': 'ada' })).toEqual({ subject: 'ada', email_verified: false, groups: [] })
  expect(read(ada, '10.0.0.5', { trust_addresses: false })?.email_verified).toBe(false)
})

test.each(['10.0.0.5', '::ffff:10.0.0.5', '192.168.7.200', '2001:db8::1'])('%s is one of the proxies', (peer) => {
  expect(read(ada, peer)?.subject).toBe('ada')
})

test.each([
  '10.0.0.6',
  '192.168.8.1',
  '127.0.0.1',
  '2001:db8:0:1::1',
  '::ffff:10.0.0.6',
  '10.0.0.5, 1.2.3.4',
  'unknown',
  '',
])('%s is nobody, and may say what it wants', (peer) => {
  expect(read({ ...ada, 'x-forwarded-for': '10.0.0.5', forwarded: 'for=10.0.0.5' }, peer)).toBeUndefined()
})

test('a proxy that has a secret is believed only with it', () => {
  const secret = 'only the proxy knows this'
  const told = { ...ada, 'remote-secret': secret }
  expect(read(told, '10.0.0.5', { secret })?.subject).toBe('ada')
  expect(read(told, '10.0.0.6', { secret })).toBeUndefined()
  for (const wrong of [{}, { 'remote-secret': 'only the proxy knew this' }] as Record<string, string>[])
    expect(read({ ...ada, ...wrong }, '10.0.0.5', { secret })).toBeUndefined()
})

test.each(['127.0.0.1', '::ffff:127.0.0.1', '127.0.0.9', '::1'])(
  '%s is this very machine, where monitors ask from too',
  (peer) => {
    const proxies = ['127.0.0.0/8', '::1']
    const secret = 'only the proxy knows this'
    expect(read(ada, peer, { proxies })).toBeUndefined()
    expect(read({ ...ada, 'remote-secret': secret }, peer, { proxies, secret })?.subject).toBe('ada')
    expect(Object.keys(header.check?.({ ...settings, proxies }) ?? {})).toEqual(['settings.secret'])
    expect(header.check?.({ ...settings, proxies, secret })).toEqual({})
    const own = Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address) ?? [])
    for (const address of own)
      expect(read(ada, `${address.includes(':') ? '' : '::ffff:'}${address}`, { proxies: own })).toBeUndefined()
  },
)

test('the visitor’s own header beside the proxy’s makes nobody', () => {
  const both = (name: string, first: string, second: string) =>
    Object.entries(ada).concat([
      [name, first],
      [name, second],
    ])
  expect(read(both('remote-user', 'root', 'ada'))).toBeUndefined()
  const twice = read(
    both('remote-email', 'root@example.test', 'ada@example.test').filter(
      ([name], i) => name !== 'remote-email' || i > 3,
    ),
  )
  expect(twice).toMatchObject({ subject: 'ada', email_verified: false })
  expect(twice?.email).toBeUndefined()
})

test.each(['', ' ', 'a,b', 'ada\u007f', 'x'.repeat(256)])('%j is no user', (user) => {
  expect(read({ ...ada, 'remote-user': user })).toBeUndefined()
})

test('a user who is an address has that address', () => {
  expect(read({ 'remote-user': 'ada@example.test' })).toMatchObject({ email: 'ada@example.test', email_verified: true })
})

test('names arrive as UTF-8 bytes', () => {
  const bytes = Buffer.from('Zoë Müller').toString('latin1')
  expect(read({ ...ada, 'remote-name': bytes })?.name).toBe('Zoë Müller')
  expect(read({ ...ada, 'remote-name': 'Zo\u00eb' })?.name).toBe('Zoë')
})

test('groups are cut where the settings say', () => {
  const groups = { ...ada, 'remote-groups': 'cn=ops,dc=x|dev|' }
  expect(read(groups, '10.0.0.5', { separator: '|' })?.groups).toEqual(['cn=ops,dc=x', 'dev'])
})

test('only networks that do not mean everybody can be saved, and each header once', () => {
  const check = (more: object) => Object.keys(header.check?.({ ...settings, ...more }) ?? {})
  expect(check({})).toEqual([])
  const wrong = ['0.0.0.0/0', '::/0', '10.0.0.0/00', 'proxy.example', '10.0.0.1/33', '10.0.0', '', '10.0.0.1/']
  expect(check({ proxies: wrong })).toEqual(wrong.map((_, index) => `settings.proxies.${index}`))
  expect(check({ email_header: 'remote-user' })).toEqual(['settings.email_header'])
})

test('the test button tells who is believed', async () => {
  expect(await header.test(settings, { now: () => 0 })).toMatchObject({
    ok: true,
    facts: { Proxies: settings.proxies.join(', ') },
  })
})
