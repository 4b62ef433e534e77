import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Answer, type Ask, type Booted, boot } from './boot'
import { personas } from './matrix-people'
import { put, type Schema, spoil } from './spoil'

/** Nothing listens on port 1: whatever is accepted ends at once. */
const nowhere = 'http://127.0.0.1:1/'
const monitor = { name: 'Shop', type: 'http', url: nowhere, timeout_ms: 500 }
const heartbeat = {
  ...{ name: 'Backup', grace_s: 60, max_runtime_s: 60, min_interval_s: 60, per_day: { min: 1, max: 2 }, failures: 2 },
  schedule: { kind: 'cron', cron: '15 3 * * *', timezone: 'UTC', only: { weekdays: [1], except: ['12-25'] } },
  numbers: [{ name: 'rows', min: 1, max: 2 }],
  filter: { post_only: true, rules: [{ in: 'body', contains: 'x', means: 'fail' }], otherwise: 'success' },
}
const channel = { name: 'Ops', type: 'webhook', settings: { url: nowhere } }
const account = { name: 'Eve', email: 'eve@example.test', password: 'a long enough one' }

const provider = { slug: 'gate', kind: 'header', name: 'Gate', settings: { proxies: ['192.0.2.1'] } }

const agent = {
  ...{ name: 'Triage', expectation: { mode: 'learned', grace_s: 60, schedule: { kind: 'interval', every_s: 3_600 } } },
  ...{ budgets: { max_cost_usd_per_run: 1 }, failures: 3, tags: ['ai'] },
}
const policyOf = (id: string) => ({ name: 'Shop', steps: [{ delay_s: 60, targets: [{ type: 'user', id }] }] })
const upkeep = {
  ...{ name: 'Move', scope: { tags: ['none'] }, timezone: 'UTC', notify_subscribers: false },
  ...{ starts_at: '2027-01-01T00:00:00.000Z', ends_at: '2027-01-01T01:00:00.000Z' },
}
const rule = { name: 'Shop', conditions: [{ field: 'tag', op: 'is', value: 'shop' }], actions: { severity: 'low' } }
/** Nobody's id is known here: without layers nobody is named. */
const roster = {
  ...{ name: 'Primary', description: 'x', timezone: 'Europe/Berlin', layers: [] },
  notice: { mode: 'weekly', people: true, channel_ids: [], day: 1, time: '09:00' },
}

const agentRun = {
  ...{ status: 'ok', started_at: '2026-05-01T11:59:00.000Z', ended_at: '2026-05-01T12:00:00.000Z', model: 'm' },
  ...{ input_tokens: 1, cost_usd: 0.1, quality_score: 0.5, error: '', metadata: { 'gen_ai.system': 'openai' } },
}

/** What a security key would answer, in shape. */
const made = (...names: string[]) => {
  const response = Object.fromEntries(['clientDataJSON', ...names].map((name) => [name, 'AAAA']))
  return { id: 'AAAA', rawId: 'AAAA', type: 'public-key', response }
}

/** A body that is fine, for every route that takes one; each is spoilt in one place at a time. */
const bodies: Record<string, Record<string, unknown>> = {
  'POST /setup': { ...account, token: 'x', workspace: 'W' },
  'POST /auth/login': { email: 'nobody@example.test', password: 'x' },
  'POST /auth/register': account,
  'POST /auth/password-reset': { email: 'nobody@example.test' },
  'POST /auth/password-reset/confirm': { token: 'x', new_password: 'a long enough one' },
  'POST /auth/verify-email': { token: 'x' },
  'DELETE /me': { current_password: 'x' },
  'PUT /me': { name: 'Alice', timezone: 'UTC', email: 'alice@example.test', current_password: 'x', new_password: 'y' },
  'POST /me/identities': { provider: 'x', current_password: 'x' },
  'DELETE /me/identities/{id}': { current_password: 'x' },
  'POST /sso/link': { current_password: 'x' },
  'DELETE /sso/link': { current_password: 'x' },
  'POST /auth/oauth/apple/native': { id_token: 'x', nonce: 'y', name: 'Ada' },
  'POST /auth/proxy': {},
  'POST /oauth/consent/{id}': { allow: false },
  'POST /oauth/clients': {
    ...{ name: 'Wall', public: false, redirect_uris: ['https://wall.example.test/'], role: 'viewer' },
    ...{ grant_types: ['authorization_code', 'refresh_token'], scopes: ['read', 'write'] },
  },
  'PUT /oauth/clients/{id}': {
    ...{ name: 'Wall', redirect_uris: ['https://wall.example.test/'], role: 'viewer' },
    ...{ grant_types: ['client_credentials'], scopes: ['read'] },
  },
  'POST /admin/sign-in-providers': provider,
  'POST /admin/sign-in-providers/test': { kind: 'header', settings: provider.settings },
  'PUT /admin/sign-in-providers/{id}': provider,
  'PUT /admin/uplink': { anchors: ['127.0.0.1:1'] },
  'POST /admin/uplink/test': { anchors: ['127.0.0.1:1'] },
  'POST /me/mfa/totp': { current_password: 'x' },
  'POST /me/mfa/totp/confirm': { code: '123456' },
  'DELETE /me/mfa/totp': { current_password: 'x', code: '123456' },
  'POST /me/mfa/backup-codes': { current_password: 'x' },
  'POST /me/passkeys/options': { current_password: 'x' },
  'POST /me/passkeys': { flow: 'x', name: 'Key', response: made('attestationObject') },
  'PUT /me/passkeys/{id}': { name: 'Key' },
  'DELETE /me/passkeys/{id}': { current_password: 'x' },
  'POST /auth/mfa': { mfa_token: 'x', code: '123456' },
  'POST /auth/mfa/passkey/options': { mfa_token: 'x' },
  'POST /auth/mfa/passkey': { mfa_token: 'x', flow: 'x', response: made('authenticatorData', 'signature') },
  'POST /auth/passkey': { flow: 'x', response: made('authenticatorData', 'signature') },
  'POST /api-tokens': {
    ...{ name: 'ci', scope: 'resources', resources: ['monitors:read'] },
    ...{ networks: ['10.0.0.0/8'], expires_at: '2030-01-01T00:00:00Z' },
  },
  'PUT /api-tokens/{id}': { name: 'ci', networks: ['10.0.0.0/8'], expires_at: '2030-01-01T00:00:00Z' },
  'PUT /tenant': { name: 'Acme', timezone: 'UTC', require_mfa: false },
  'DELETE /tenant': { current_password: 'x' },
  'POST /tenant/transfer': { user_id: 'x', current_password: 'x' },
  'POST /tenants': { name: 'Second', timezone: 'UTC' },
  'PUT /members/{id}': { role: 'viewer' },
  'POST /invitations/accept': { token: 'x' },
  'POST /probers': { name: 'Attic', region: 'attic' },
  'POST /probers/register': { version: '1', hostname: 'attic', platform: 'linux' },
  'POST /probers/results': {
    ...{ boot: 'x', seq: 1, sent_at: '2026-05-01T12:00:00.000Z', clock_offset_ms: 1 },
    results: [
      {
        ...{ number: 1, version: 1, at: '2026-05-01T12:00:00.000Z' },
        verdict: {
          status: 'down',
          reason: 'timeout',
          message: 'x',
          response_time_ms: 1,
          phases: { dns_ms: 1 },
          evidence: {},
        },
      },
    ],
    stats: {
      ...{ lag_ms: 0, running: 0, buffered: 0, dropped: 0 },
      uplink: { state: 'up', since: '2026-05-01T12:00:00.000Z', anchors: [{ anchor: 'a', ok: true, message: 'x' }] },
    },
  },
  'PUT /probers/{id}': { name: 'Attic', region: 'attic' },
  'POST /probers/{id}/rotate': { grace_s: 60 },
  'POST /invitations': { email: 'new@example.test', role: 'viewer' },
  'PUT /sso/connection': {
    ...{ enabled: false, provision: true, default_role: 'member', group_roles: [{ group: 'ops', role: 'admin' }] },
    ...{ email_attribute: 'email', name_attribute: null, idp_entity_id: 'https://idp.test', certificates: [] },
  },
  'POST /sso/connection/metadata': { url: nowhere },
  'POST /sso/domains': { domain: 'shop.test' },
  'POST /monitors': monitor,
  'POST /monitors/test': monitor,
  'POST /monitors/import': { items: [monitor], dry_run: true },
  'POST /monitors/bulk': { action: 'tag', ids: ['x'], tag: 'a' },
  'POST /monitors/{id}/clone': { name: 'Copy' },
  'POST /monitors/{id}/report': { status: 'up', message: 'x', response_time_ms: 1 },
  'POST /push/{key}': { status: 'up', msg: 'x', ping: 1 },
  'PUT /monitors/{id}': monitor,
  'POST /ai-heartbeats': agent,
  'PUT /ai-heartbeats/{id}': agent,
  'POST /ai-heartbeats/{id}/clone': { name: 'Copy' },
  'POST /ai-heartbeats/{id}/run': agentRun,
  'POST /hb/{slug}/run': agentRun,
  'POST /heartbeats': heartbeat,
  'POST /heartbeats/preview': { schedule: heartbeat.schedule, grace_s: 60, from: '2026-05-01T12:00:00.000Z' },
  'POST /heartbeats/{id}/clone': { name: 'Copy' },
  'PUT /heartbeats/{id}': heartbeat,
  'PUT /ping-key': { auto_create: false },
  'POST /notification-channels': channel,
  'POST /notification-channels/test': { type: 'webhook', settings: channel.settings },
  'PUT /notification-channels/{id}': channel,
  'POST /on-call/simulate': { subject: { name: 'Shop', severity: 'low' }, at: '2026-05-01T12:00:00.000Z' },
  'POST /alert-routing-rules/test': { subject: { name: 'Shop' }, rule: { name: 'x' } },
  'POST /users/me/contact-methods': { name: 'Phone', type: 'ntfy', settings: { server: nowhere, topic: 'x' } },
  'PUT /users/me/contact-methods/{id}': { name: 'Phone' },
  'POST /users/me/contact-methods/{id}/verify': { code: '000000' },
  'PUT /users/me/notification-prefs': {
    ...{ matrix: {}, rules: [] },
    quiet_hours: { enabled: false, timezone: 'UTC', from: '22:00', to: '07:00', days: [], critical_exempt: true },
    digest: { enabled: false, timezone: 'UTC', time: '08:00', days: [] },
  },
  'PUT /message-templates/{event}': { title: 'x', body: 'x' },
  'POST /message-templates/preview': { event: 'incident.created', title: 'x', body: 'x' },
  'POST /incidents': { title: 'Slow', severity: 'low', message: 'hm' },
  'POST /incidents/{id}/ack': { message: 'x' },
  'POST /incidents/{id}/resolve': { message: 'x' },
  'POST /incidents/{id}/comment': { message: 'x' },
  'PUT /incidents/{id}': { title: 'Slower', severity: 'low' },
  'POST /incidents/{id}/assign': { user_id: 'x' },
  'POST /incidents/{id}/snooze': { for_s: 600 },
  'POST /incidents/{id}/reopen': { message: 'x' },
  'POST /incidents/{id}/merge': { into: 'x' },
  'PUT /incidents/{id}/postmortem': { body: 'x', status: 'draft' },
  'POST /correlation-groups/{id}/ack': { message: 'x' },
  'POST /correlation-groups/{id}/resolve': { message: 'x' },
  'PUT /correlation-settings': { enabled: true, window_s: 60, by: ['host'] },
  'POST /drills': { user_ids: ['x'], message: 'x' },
  'POST /push-tokens': {
    ...{ platform: 'web', name: 'Laptop', token: 'ab' },
    subscription: { endpoint: nowhere, expirationTime: 1, keys: { p256dh: 'BA', auth: 'AA' } },
  },
  'POST /escalation-policies': { ...policyOf('x'), repeat_count: 1, ack_timeout_s: 600 },
  'PUT /escalation-policies/{id}': { ...policyOf('x'), repeat_count: 1, ack_timeout_s: 600 },
  'POST /alert-routing-rules': rule,
  'PUT /alert-routing-rules/{id}': rule,
  'PUT /alert-routing-rules/order': { ids: ['x'] },
  'POST /integrations': { name: 'Prom', type: 'generic', settings: { title: '$.title' }, enabled: true },
  'PUT /integrations/{id}': { name: 'Prom', settings: { title: '$.title' }, enabled: true },
  'POST /integrations/{id}/test': { body: { title: 'x' }, form: false, settings: { title: '$.title' } },
  'POST /maintenance-windows': upkeep,
  'PUT /maintenance-windows/{id}': upkeep,
  'POST /schedules': roster,
  'POST /schedules/preview': { ...roster, from: '2026-05-01T12:00:00.000Z', to: '2026-05-08T12:00:00.000Z' },
  'PUT /schedules/{id}': roster,
  'POST /schedules/{id}/overrides': { kind: 'add', to: '2026-05-02T12:00:00.000Z', note: 'x' },
  'PUT /schedules/{id}/overrides/{oid}': { kind: 'add', to: '2026-05-02T12:00:00.000Z', note: 'x' },
  'POST /schedules/{id}/temporary': { name: 'Fair', to: '2026-05-02T12:00:00.000Z', shifts: [] },
  'PUT /schedules/{id}/temporary/{tid}': { name: 'Fair', to: '2026-05-02T12:00:00.000Z', shifts: [] },
  'POST /status-pages': { title: 'P', components: [{ name: 'API' }] },
  'PUT /status-pages/{id}': { title: 'P', components: [{ name: 'API' }] },
}
/** Settings that are fine, for every type that does not take them all from defaults. */
const settings: Record<string, object> = {
  tcp: { host: '127.0.0.1', port: 1 },
  icmp: { host: '127.0.0.1' },
  dns: { name: 'example.test' },
  domain: { domain: 'example.test', method: 'whois', whois_server: '127.0.0.1:1' },
  tls: { host: '127.0.0.1' },
  postgres: { host: '127.0.0.1', port: 1 },
  mongodb: { host: '127.0.0.1', port: 1 },
  mysql: { host: '127.0.0.1', port: 1 },
  redis: { host: '127.0.0.1', port: 1 },
  smtp: { host: '127.0.0.1' },
  ssh: { host: '127.0.0.1' },
  udp: { host: '127.0.0.1', port: 1 },
  ntp: { host: '127.0.0.1' },
  grpc: { host: '127.0.0.1', port: 1 },
  mqtt: { host: '127.0.0.1', port: 1 },
  docker: { container: 'shop', socket_path: '/nowhere/docker.sock' },
  email: { to: ['a@example.test'] },
  webhook: { url: nowhere },
  slack: { webhook_url: nowhere },
  discord: { webhook_url: nowhere },
  telegram: { bot_token: '1:a', chat_id: '1' },
  ntfy: { topic: 'x' },
  msteams: { webhook_url: nowhere },
  mattermost: { webhook_url: nowhere },
  rocketchat: { webhook_url: nowhere },
  google_chat: { webhook_url: nowhere },
  gotify: { server: nowhere, token: 'A1' },
  pushover: { token: 'a'.repeat(30), user: 'u'.repeat(30) },
  matrix: { server: nowhere, room_id: '!a:example.test', access_token: 'x' },
  signal: { server: nowhere, number: '+15550100', recipients: ['+15550101'] },
  pagerduty: { routing_key: 'a'.repeat(32) },
  opsgenie: { api_key: 'x' },
  twilio: { account_sid: `AC${'0'.repeat(32)}`, auth_token: 'x', from: '+15550100', to: ['+15550101'] },
  aws_sns: {
    access_key_id: 'AKIA000000000000',
    secret_access_key: 'x',
    topic_arn: 'arn:aws:sns:eu-west-1:123456789012:x',
  },
  jira: { site: nowhere, user: 'a@example.test', token: 'x', project: 'OPS' },
  zendesk: { site: nowhere, user: 'a@example.test', token: 'x' },
  syslog: { host: '127.0.0.1', port: 1 },
}
/** What no schema describes: each breaks the body as a whole. */
const deep = (open: string, close: string, depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`
const whole: [string, string | Uint8Array, number[]][] = [
  ['half an object', '{"name":', [400]],
  ['single quotes', "{'name':1}", [400]],
  ['something behind the object', '{}x', [400]],
  ['a word', 'nul', [400]],
  ['NaN', '{"name":NaN}', [400]],
  ['a list', '[]', [422]],
  ['a number', '1', [422]],
  ['a text', '"x"', [422]],
  ['true', 'true', [422]],
  ['a raw NUL', '{"name":"a\u0000b"}', [400]],
  ['invalid UTF-8', new Uint8Array([0x7b, 0x22, 0x6e, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]), [400]],
  ['UTF-8 of half a surrogate pair', new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22]), [400]],
  ['half a character, escaped', '{"name":"a\\ud83d"}', [400]],
  ['the other half, as a field', '{"\\uDE00":"a"}', [400]],
  ['UTF-16', new Uint8Array([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]), [400]],
  ['lists in lists, 10,000 deep', deep('[', ']', 10_000), [400]],
  ['objects in objects, 10,000 deep', deep('{"settings":', '}', 10_000), [400]],
  ['as deep as fits', deep('[', ']', 500_000), [400]],
  ['too much', `{"name":"${'x'.repeat(4_194_304)}"}`, [413]],
  ['unknown fields', '{"nmae":1}', [422]],
  ['__proto__', '{"__proto__":{"name":"x","role":"owner"}}', [422]],
  ['constructor', '{"constructor":{"prototype":{"role":"owner"}}}', [422]],
  ['toString', '{"toString":1,"hasOwnProperty":1,"then":1}', [422]],
]
const common = ['x-request-id', 'x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset']
type Operation = {
  requestBody?: { content: { 'application/json': { schema: Schema } } }
  parameters?: { name: string; in: string; schema: Schema }[]
}

const forProbers = /^\/probers\/(register|jobs|results)\b/

/** What no token may do: a token would hear that, not what is wrong with its question. */
const notForTokens =
  /^(DELETE \/(me|tenant)$|POST \/(tenants|invitations\/accept)|\w+ \/(admin\/|me\/(mfa|passkeys|identities|restore)|tenant\/(restore|transfer)|oauth\/consent|sso\/link))/

describe('bad input', () => {
  let t: Booted
  let alice: Ask
  let ids: Record<string, string>
  let operations: [string, Operation][] = []
  let address = 0

  /** From an address and with a token of its own each time: limits would answer instead of the route. */
  async function asAlice(): Promise<Ask> {
    const { id: user_id, created_at } = t.people.alice
    const row = {
      tenant_id: t.tenants.acme.id,
      user_id,
      name: 'x',
      scope: 'full',
      expires_at: null,
      created_at,
    } as const
    const { token } = await t.app.db.tx((tx) => t.app.credentials.issueToken(tx, row))
    const byToken = t.bearer(token)
    const { ask: inPerson } = await t.session('alice')
    const asProber = await personas['a prober']?.arrive(t)
    return (method, path, body, headers) => {
      const ask = forProbers.test(path) ? asProber : notForTokens.test(`${method} ${path}`) ? inPerson : byToken
      if (!ask) throw new Error('There is no such persona')
      const from = `10.0.${(++address >> 8) & 255}.${address & 255}`
      return ask(method, path, body, { 'x-forwarded-for': from, ...headers })
    }
  }
  beforeAll(async () => {
    t = await boot({
      start: false,
      config: { trustedProxies: ['127.0.0.1/32'], registration: 'open', publicUrl: 'http://localhost' },
    })
    alice = await asAlice()
    const make = async (path: string, body: object) => (await alice('POST', path, body)).body.id
    ids = {
      monitors: await make('/monitors', monitor),
      'ai-heartbeats': await make('/ai-heartbeats', agent),
      heartbeats: await make('/heartbeats', heartbeat),
      'notification-channels': await make('/notification-channels', channel),
      admin: await make('/admin/sign-in-providers', { ...provider, slug: 'first' }),
      incidents: await make('/incidents', { title: 'x' }),
      probers: await make('/probers', { name: 'Attic', region: 'attic' }),
      'escalation-policies': await make('/escalation-policies', policyOf(t.people.alice.id)),
      'alert-routing-rules': await make('/alert-routing-rules', rule),
      'status-pages': await make('/status-pages', { title: 'x', slug: 'page' }),
      integrations: await make('/integrations', { name: 'Prom', type: 'generic' }),
      schedules: await make('/schedules', roster),
      'maintenance-windows': await make('/maintenance-windows', upkeep),
    }
    const paths: Record<string, Record<string, Operation>> = (await t.nobody('GET', '/openapi.json')).body.paths
    operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, one]): [string, Operation] => [
        `${method.toUpperCase()} ${path.replace('/api/v1', '')}`,
        one,
      ]),
    )
  })
  afterAll(() => t.stop())

  const urlOf = (row: string) => {
    const [, path = ''] = row.split(' ')
    const known = path.replace('{id}', ids[path.split('/')[1] ?? ''] ?? 'x')
    // A key of its own each time, for the same reason.
    return known
      .replace(/^\/hb\/\{slug\}|\{key\}/, (one) => one.replace(/\{\w+\}/, `key-${++address}`))
      .replace('{slug}', 'page')
  }
  const schemaOf = (row: string): Schema =>
    operations.find(([name]) => name === row)?.[1].requestBody?.content['application/json'].schema ?? {}

  /** What holds for every answer, whatever was asked; answers what is wrong with it. */
  function faultOf({ status, headers, body }: Answer): string | undefined {
    if (status >= 500) return `${status}, ${t.lines.at(-1)}`
    const missing = common.find((name) => !headers.get(name))
    if (missing) return `${status} without ${missing}`
    if (status === 204) return undefined
    // A sign-in through others goes on somewhere else; without anybody to go to, on our own page.
    if (status === 303) return headers.get('location')?.startsWith('/sign-in') ? undefined : '303 to elsewhere'
    if (!headers.get('content-type')?.startsWith('application/json'))
      return `${status} as ${headers.get('content-type')}`
    if (status < 400) return undefined
    const shaped = Object.keys(body).sort().join() === 'code,details,error' && typeof body.error === 'string'
    const unnamed = body.code === 'VALIDATION_FAILED' && Object.keys(body.details.fields ?? {}).length === 0
    return shaped && !unnamed ? undefined : `${status} ${JSON.stringify(body)}`
  }
  const wrong: string[] = []
  async function expectFine(asked: Promise<Answer>, what: unknown, statuses?: number[]) {
    const answer = await asked
    const other = statuses && !statuses.includes(answer.status) ? `${answer.status}, not ${statuses}` : undefined
    const fault = faultOf(answer) ?? other
    if (fault) wrong.push(`${JSON.stringify(what).slice(0, 200)}: ${fault.slice(0, 400)}`)
  }
  const nothingWrong = () => expect(wrong.splice(0)).toEqual([])

  test('is tried on every route that takes a body', () => {
    const taking = operations
      .filter(([, { requestBody }]) => requestBody?.content['application/json'])
      .map(([row]) => row)
    expect(taking.sort()).toEqual(Object.keys(bodies).sort())
  })

  test.each(Object.keys(bodies))('in any field of %s is refused or harmless', async (row) => {
    const [method = ''] = row.split(' ')
    // Passwords that pass are hashed, which takes its time: the odd texts are tried there one by one below.
    const cases = spoil(schemaOf(row)).filter(
      ({ at, refused }) => !at.startsWith('settings') && (refused || !row.includes('/auth/')),
    )
    const ask = await asAlice()
    for (const { at, value, refused } of cases)
      await expectFine(
        ask(method, urlOf(row), put(bodies[row] ?? {}, at, value)),
        [row, at, value],
        refused ? [422] : undefined,
      )
    nothingWrong()
  })

  test.each(['/monitors', '/notification-channels'])(
    'in any setting of any type of %s is refused or harmless',
    async (path) => {
      const body = bodies[`POST ${path}`] ?? {}
      const types = (await alice('GET', `${path.replace(/s$/, '')}-types`)).body.items
      for (const { type, takes_url, schemes, settings: schema } of types) {
        // Not even an instance admin's token may set up programs that run: src/channels/script.test.ts has its bad input.
        if (type === 'script') continue
        const ask = await asAlice()
        // The members of a group have to be there.
        const members = type === 'group' && { members: [ids.monitors] }
        const fine = {
          ...body,
          type,
          url: takes_url ? nowhere.replace('http', schemes.at(-1)) : undefined,
          settings: { ...settings[type], ...members },
        }
        await expectFine(ask('POST', path, fine), [path, type], [201])
        for (const { at, value, refused } of spoil({ type: 'object', properties: { settings: schema } }))
          await expectFine(
            ask('POST', path, put(fine, at, value)),
            [path, type, at, value],
            refused ? [422] : undefined,
          )
      }
      nothingWrong()
    },
    30_000,
  )

  test('of any length is judged in a moment by every pattern', async () => {
    const types = await Promise.all(
      ['/monitor-types', '/notification-channel-types'].map(async (path) => (await alice('GET', path)).body),
    )
    const found = JSON.stringify([operations, types]).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)
    const patterns = [...new Set([...found].map(([, text = '']) => String(JSON.parse(text))))]
    expect(patterns.length).toBeGreaterThan(10)
    for (const pattern of patterns)
      for (const unit of ['x', ' ', '1', '-', ',', '.', '@', '200,', 'a-', '1 ', 'a.'])
        for (const end of ['', '\0', ' \n', '!']) {
          const text = unit.repeat(100_000) + end
          const started = performance.now()
          new RegExp(pattern).test(text)
          expect([pattern, unit, performance.now() - started < 500]).toEqual([pattern, unit, true])
        }
  })

  test('a hundred thousand times is answered with a few of its faults, not with all', async () => {
    const many = Array(100_000).fill(1)
    const keys = Object.fromEntries(many.map((one, i) => [`k${i}`, one]).slice(0, 60_000))
    const cases: [string, object][] = [
      ['/monitors', { ...monitor, tags: many }],
      ['/monitors', { ...monitor, settings: { headers: keys } }],
      ['/monitors', { ...monitor, ...keys }],
      ['/monitors/bulk', { action: 'pause', ids: many }],
      ['/status-pages', { title: 'x', components: Array(100).fill({ name: 'x', monitor_ids: ['a', 'b', 'c'] }) }],
      ['/notification-channels', { name: 'x', type: 'email', settings: { to: many.slice(0, 30_000) } }],
      ['/notification-channels', { ...channel, settings: keys }],
    ]
    for (const [path, body] of cases) {
      const asked = alice('POST', path, body)
      await expectFine(asked, path, [422])
      const { fields } = (await asked).body.details
      expect([path, Object.keys(fields).length <= 100]).toEqual([path, true])
    }
    nothingWrong()
  })

  test.each(whole)('as a whole body, %s, is refused by every route', async (_, body, statuses) => {
    const ask = await asAlice()
    for (const row of Object.keys(bodies))
      await expectFine(ask(row.split(' ')[0] ?? '', urlOf(row), body), [row, typeof body], statuses)
    nothingWrong()
  })

  test.each(['a\0b', '\u202e', ' ', 'x'.repeat(257), '%00', '𝕏👩‍👩‍👧‍👦'])(
    'as a password or address, %j, signs nobody in',
    async (text) => {
      for (const field of ['email', 'password']) {
        const body = { email: 'alice@example.test', password: 'correct horse', [field]: text }
        await expectFine(alice('POST', '/auth/login', body), [field, text], [401, 422])
        await expectFine(alice('POST', '/auth/register', { ...account, [field]: text }), [field, text], [422, 201])
      }
      nothingWrong()
    },
  )

  const types = [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/html',
    'application/jsonx',
    'x',
  ]
  test.each(types)('declared as %s is not read', async (type) => {
    await expectFine(alice('POST', '/monitors', '{}', { 'content-type': type }), type, [400])
    nothingWrong()
  })

  test.each(['application/json;charset=utf-8', 'APPLICATION/JSON; x=y', 'application/merge-patch+json'])(
    'is not a body declared as %s: that is JSON',
    async (type) => {
      await expectFine(alice('PUT', '/me', { name: 'alice' }, { 'content-type': type }), type, [200])
      nothingWrong()
    },
  )

  const strange = [
    'x',
    '0',
    '-1',
    'undefined',
    '__proto__',
    'constructor',
    '%00',
    'a%00b',
    '%E0%A4',
    '%',
    '%zz',
    '%2e%2e%2fme',
    '..%2f..%2fetc',
    "';%20drop%20table%20monitors;--",
    '%F0%9F%98%80',
    '%ED%A0%80',
    '*',
    '{id}',
    ':id',
    'x'.repeat(8000),
    '%20',
    '%0d%0aX:%20y',
  ]
  test.each(strange)('as an id, %s, is 404 on every route with one', async (id) => {
    const ask = await asAlice()
    for (const [row] of operations.filter(([name]) => /\{(id|slug)\}/.test(name))) {
      const [method = '', path = ''] = row.split(' ')
      const body = bodies[row]
      // Odd titles, tried above, have made pages of that address.
      const url = path.replace('{id}', id).replace('{slug}', /^\w+$/.test(id) ? `no-${id}` : id)
      await expectFine(ask(method, url, body), [row, id], [404])
    }
    nothingWrong()
  })

  test('in any parameter of a query is refused or harmless', async () => {
    const ask = await asAlice()
    const numbers = ['0', '-1', '1e9', 'abc', '', '1.5', 'NaN', 'Infinity', '９', '1,2', '99999999999999999999']
    const texts = [
      '',
      '%00',
      '%E0%A4',
      "'",
      '%25_\\',
      'x'.repeat(5000),
      '__proto__',
      '%F0%9F%98%80',
      '2026-99-99T00:00:00Z',
    ]
    for (const [row, { parameters = [] }] of operations)
      for (const { name, schema } of parameters.filter((one) => one.in === 'query')) {
        const url = urlOf(row)
        const number = schema.type === 'integer' || schema.type === 'number'
        for (const value of number ? numbers : texts)
          await expectFine(
            ask('GET', `${url}?${name}=${value}`),
            [row, name, value],
            schema.enum || (number && !(value === '0' && schema.minimum === 0)) ? [422] : undefined,
          )
        await expectFine(ask('GET', `${url}?${name}=1&${name}=2`), [row, name, 'twice'])
        await expectFine(ask('GET', `${url}?${name}[]=1&${name}[a]=2`), [row, name, 'brackets'])
      }
    for (const query of ['per_page=101', 'sort=no_such'])
      await expectFine(ask('GET', `/monitors?${query}`), query, [422])
    for (const query of ['%', '%E0%A4=1', '=', '&&&', `${'a=1&'.repeat(2000)}`, '__proto__=x', '%00=%00'])
      await expectFine(ask('GET', `/monitors?${query}`), query, [200])
    nothingWrong()
  })
})
