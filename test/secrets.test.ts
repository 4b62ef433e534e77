import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { offered } from '#channels/index'
import { mailServer } from '#channels/mail.fixtures'
import { mails } from '#db/schema/mails'
import { secretsOf } from '#kernel/form'
import { probes } from '#probes/index'
import { type Answer, type Ask, type Booted, boot } from './boot'
import { browser } from './browser-session'
import { selfSigned } from './certs'
import { plain, plant, spellings } from './planted'

const client = selfSigned({ name: 'client' })
const keyLine = client.key.split('\n')[1] ?? ''
const planted = {
  basic: plant('basic'),
  bearer: plain('bearer'),
  oauth: plant('oauth'),
  access: plain('access'),
  header: plain('header'),
  proxy: plant('proxy'),
  websocket: plain('websocket'),
  grpc: plain('grpc'),
  mqtt: plant('mqtt'),
  postgres: plant('postgres'),
  mysql: plant('mysql'),
  redis: plain('redis'),
  mongodb: plant('mongodb'),
  smtp: plant('smtp'),
  key: keyLine,
  signing: plant('signing'),
  authorization: plain('authorization'),
  slack: plain('slack'),
  discord: plain('discord'),
  bot: plain('bot'),
  ntfy_token: plain('ntfy_token'),
  ntfy_password: plant('ntfy_password'),
  slack_signing: plain('slack_signing'),
  teams: plain('teams'),
  mattermost: plain('mattermost'),
  rocketchat: plain('rocketchat'),
  google_chat: plain('google_chat'),
  gotify: plain('gotify'),
  pushover: plain('pushover'),
  matrix: plain('matrix'),
  signal: plant('signal'),
  pagerduty: plain('pagerduty'),
  opsgenie: plain('opsgenie'),
  twilio: plant('twilio'),
  aws: plain('aws'),
  aws_session: plain('aws_session'),
  jira: plain('jira'),
  zendesk: plain('zendesk'),
  mail: plain('mail'),
  relay: plain('relay'),
  password: plant('password'),
  new_password: plant('new_password'),
  wrong_password: plant('wrong_password'),
  reset_password: plant('reset_password'),
}
/** A provider of the worst kind: refuses everything and repeats all it was told, in the head and in the body. */
function parrot() {
  const heard: string[] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      const said = [request.url, ...request.headers.values(), await request.text()].join('\n')
      heard.push(said)
      const [, basic = ''] = /Basic (\S+)/.exec(said) ?? []
      if (new URL(request.url).pathname === '/token')
        return Response.json({ access_token: planted.access, expires_in: 3600 })
      const words = `${said}\n${Buffer.from(basic, 'base64')}\n${encodeURIComponent(said)}`
      const echo = { 'x-echo': said.replace(/[^\x20-\x7e]/g, ' '), location: `/?${encodeURIComponent(said)}` }
      return new Response(JSON.stringify({ message: words, description: words, error: words }), {
        status: 500,
        headers: { ...echo, 'content-type': 'application/json', 'set-cookie': `echo=${planted.header}` },
      })
    },
  })
  return { url: `http://127.0.0.1:${server.port}`, heard, stop: () => server.stop(true) }
}

/** Repeats whatever it hears as an error, in the manner of a careless server. */
const complainer = () =>
  Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      data: (socket, heard) => void socket.write(`-ERR I do not know ${heard.toString().replace(/\s+/g, ' ')}\r\n`),
    },
  })

describe('secrets', () => {
  let t: Booted
  let wire: ReturnType<typeof complainer>
  let echo: ReturnType<typeof parrot>
  let mail: Awaited<ReturnType<typeof mailServer>>
  /** The appliance's own: lets it in, and repeats its password to some. */
  let relay: Awaited<ReturnType<typeof mailServer>>
  let answers: Answer[]
  /** Made by the appliance and shown once; where they were shown is left out of `answers`. */
  const shown: Record<string, string> = {}
  let alice: Ask
  /** Alice in her browser, who may see what no token may. */
  let inPerson: Ask

  /** Types that speak something else, and hear the answer of a web server. */
  const others = () => {
    const other = (type: string, settings: object, url?: string) => ({
      ...{ name: type, type, settings, alert_threshold: 1, timeout_ms: 300 },
      ...(url && { url }),
    })
    const there = { host: '127.0.0.1', port: Number(new URL(echo.url).port) }
    const pair = { client_cert: client.cert, client_key: client.key }
    const header = { secret_header_name: 'X-Key', secret_header_value: planted.websocket }
    return [
      other('websocket', header, `${echo.url.replace('http', 'ws')}/live`),
      other('grpc', { ...there, ...pair, secret_metadata_name: 'x-key', secret_metadata_value: planted.grpc }),
      other('grpc', { ...there, ...pair, tls: true }),
      other('mqtt', { ...there, username: 'u', password: planted.mqtt }),
      other('mqtt', { ...there, ...pair, tls: true }),
      // These wait for a greeting that a web server does not send; the one that complains hangs nobody up.
      other('postgres', { ...there, username: 'u', password: planted.postgres }),
      other('mysql', { ...there, username: 'u', password: planted.mysql }),
      other('redis', { host: '127.0.0.1', port: wire.port, username: 'u', password: planted.redis }),
      other('mongodb', { ...there, username: 'u', password: planted.mongodb }),
      other('smtp', { ...there, security: 'tls', auth: 'auto', username: 'u', password: planted.smtp }),
      other('docker', { ...there, ...pair, container: 'shop', connection: 'tls' }),
    ]
  }
  const monitors = () => {
    const http = (name: string, settings: object, url = `${echo.url}/${name}`) => ({
      name,
      type: 'http',
      url,
      settings,
      alert_threshold: 1,
      timeout_ms: 2_000,
    })
    return [
      http('basic', { auth: 'basic', username: 'u', password: planted.basic }),
      http('bearer', { auth: 'bearer', token: planted.bearer }),
      http('oauth', {
        auth: 'oauth2',
        oauth_token_url: `${echo.url}/token`,
        oauth_client_id: 'id',
        oauth_client_secret: planted.oauth,
      }),
      http('refused-oauth', {
        auth: 'oauth2',
        oauth_token_url: `${echo.url}/no-token`,
        oauth_client_id: 'id',
        oauth_client_secret: planted.oauth,
      }),
      http('header', { secret_header_name: 'X-Key', secret_header_value: planted.header }),
      http('proxy', { proxy_url: echo.url, proxy_username: 'u', proxy_password: planted.proxy }),
      http('key', { client_cert: client.cert, client_key: client.key }, `${echo.url.replace('http', 'https')}/key`),
      ...others(),
    ]
  }
  const destinations = () =>
    [
      [
        'webhook',
        { url: `${echo.url}/hook`, signing_secret: planted.signing, authorization: `Bearer ${planted.authorization}` },
      ],
      ['slack', { webhook_url: `${echo.url}/services/${planted.slack}`, signing_secret: planted.slack_signing }],
      ['discord', { webhook_url: `${echo.url}/api/webhooks/1/${planted.discord}` }],
      ['telegram', { server: echo.url, bot_token: `1:${planted.bot}`, chat_id: '1' }],
      ['ntfy', { server: echo.url, topic: 'a', token: planted.ntfy_token }],
      ['ntfy', { server: echo.url, topic: 'b', user: 'u', password: planted.ntfy_password }],
      ['msteams', { webhook_url: `${echo.url}/workflows/x?sig=${planted.teams}` }],
      ['mattermost', { webhook_url: `${echo.url}/hooks/${planted.mattermost}` }],
      ['rocketchat', { webhook_url: `${echo.url}/hooks/a/${planted.rocketchat}` }],
      ['google_chat', { webhook_url: `${echo.url}/v1/spaces/S/messages?key=k&token=${planted.google_chat}` }],
      ['gotify', { server: echo.url, token: planted.gotify }],
      ['pushover', { server: echo.url, token: planted.pushover, user: 'uQiRzpo4DXghDmr9QzzfQu27cmVRsG' }],
      ['matrix', { server: echo.url, room_id: '!a:example.test', access_token: planted.matrix }],
      [
        'signal',
        { server: echo.url, number: '+4915112345678', recipients: ['+491511'], user: 'u', password: planted.signal },
      ],
      ['pagerduty', { server: echo.url, routing_key: planted.pagerduty }],
      ['opsgenie', { server: echo.url, api_key: planted.opsgenie }],
      [
        'twilio',
        {
          ...{ server: echo.url, account_sid: `AC${'0'.repeat(32)}`, auth_token: planted.twilio },
          ...{ from: '+15551234567', to: ['+4915112345678'] },
        },
      ],
      [
        'aws_sns',
        {
          ...{ server: echo.url, topic_arn: 'arn:aws:sns:eu-central-1:123456789012:alerts' },
          ...{ access_key_id: 'AKIDEXAMPLEAKIDEX', secret_access_key: planted.aws, session_token: planted.aws_session },
        },
      ],
      ['jira', { site: echo.url, user: 'a@example.test', token: planted.jira, project: 'OPS' }],
      ['zendesk', { site: echo.url, user: 'a@example.test', token: planted.zendesk }],
      [
        'email',
        {
          to: ['a@example.test'],
          host: '127.0.0.1',
          port: mail.port,
          security: 'none',
          user: 'u',
          password: planted.mail,
          from: 'x@example.test',
        },
      ],
      ['email', { to: ['b@example.test'] }],
    ] as const

  beforeAll(async () => {
    echo = parrot()
    wire = complainer()
    mail = await mailServer({ user: 'u', password: 'another' })
    const refuse = { at: 'to', only: 'b@example.test', code: 450, message: `not with ${planted.relay}` } as const
    relay = await mailServer({ user: 'u', password: planted.relay, refuse })
    const smtpUrl = `smtp://u:${planted.relay}@127.0.0.1:${relay.port}`
    t = await boot({ level: 'debug', config: { registration: 'open', smtpUrl } })
    answers = []
    const noting =
      (ask: Ask): Ask =>
      async (...asked) => {
        const answer = await ask(...asked)
        answers.push(answer)
        return answer
      }
    alice = noting(t.alice)
    inPerson = noting((await t.session('alice')).ask)
    await people(noting)
    for (const [type, settings] of destinations()) {
      const { body, status } = await alice('POST', '/notification-channels', { name: type, type, settings })
      expect([type, status]).toEqual([type, 201])
      await alice('POST', `/notification-channels/${body.id}/test`)
      await alice('POST', '/notification-channels/test', { type, settings })
    }
    for (const draft of monitors()) {
      const { body, status } = await alice('POST', '/monitors', draft)
      expect([draft.name, status]).toEqual([draft.name, 201])
      await alice('POST', '/monitors/test', draft)
      await alice('POST', `/monitors/${body.id}/check`)
      await alice('PUT', `/monitors/${body.id}`, { interval: 30 })
      await alice('POST', `/monitors/${body.id}/clone`, {})
    }
    await t.advance(120_000)
    await reading()
  }, 60_000)
  afterAll(async () => {
    await t.stop()
    echo.stop()
    wire.stop(true)
    mail.close()
    relay.close()
  })

  /** The token in the link of the last mail that arrived. */
  async function mailed(): Promise<string> {
    await t.appliance.idle()
    return /token=([\w-]+)/.exec(relay.delivered.at(-1)?.mail.text ?? '')?.[1] ?? ''
  }

  /** Signing up, signing in (also wrongly), a new password, tokens, an invitation, and bodies that cannot be read. */
  async function people(noting: (ask: Ask) => Ask) {
    const account = { name: 'Dave', email: 'dave@example.test', password: planted.password }
    const dave = await browser(t, '/auth/register', account)
    shown.cookie = dave.cookie.split('=')[1] ?? ''
    const nobody = noting(t.nobody)
    shown.verify_token = await mailed()
    expect((await nobody('POST', '/auth/verify-email', { token: shown.verify_token })).status).toBe(200)
    await nobody('POST', '/auth/login', { email: account.email, password: planted.wrong_password })
    await nobody('POST', '/auth/login', { email: account.email, password: planted.password, extra: 1 })
    await nobody('POST', '/auth/login', `{"password":${JSON.stringify(planted.wrong_password)}`)
    await nobody('POST', '/auth/login', { email: 1, password: planted.wrong_password })
    const change = { current_password: planted.password, new_password: planted.new_password }
    expect((await noting(dave.ask)('PUT', '/me', change)).status).toBe(200)
    shown.token = (await dave.ask('POST', '/api-tokens', { name: 'ci' }, { 'idempotency-key': 'k' })).body.token
    await noting(t.bearer(shown.token ?? ''))('GET', '/me')
    const invited = await dave.ask('POST', '/invitations', { email: 'x@example.test', role: 'viewer' })
    shown.invitation = /[?&]\w+=([\w-]{20,})/.exec(invited.body.url)?.[1] ?? ''
    for (const path of ['/me', '/sessions', '/api-tokens', '/invitations', '/members'])
      await noting(dave.ask)('GET', path)
    await lost(account.email, nobody)
    await waiting()
  }

  /** A password that was lost, and the link to another. */
  async function lost(email: string, nobody: Ask) {
    expect((await nobody('POST', '/auth/password-reset', { email })).status).toBe(204)
    shown.reset_token = await mailed()
    const confirm = { token: shown.reset_token, new_password: planted.reset_password }
    expect((await nobody('POST', '/auth/password-reset/confirm', confirm)).status).toBe(204)
    expect((await nobody('POST', '/auth/password-reset/confirm', confirm)).status).toBe(422)
  }

  /** Somebody whose mails the mail server does not take for now: what is in them waits in the database. */
  async function waiting() {
    const account = { name: 'Eve', email: 'b@example.test', password: planted.password }
    expect((await t.nobody('POST', '/auth/register', account)).status).toBe(201)
    await t.appliance.idle()
    const [mail] = await t.app.db.read.select().from(mails)
    const letter = JSON.parse(t.app.vault.open(mail?.content ?? '', `mails:content:${mail?.id}`))
    shown.waiting_token = new URL(letter.url).searchParams.get('token') ?? ''
  }

  /** Everything Alice can read. */
  async function reading() {
    const { ask } = await t.session('alice')
    const paths = t.appliance.routes.filter(({ method, path }) => method === 'GET' && path.startsWith('/api/v1/'))
    for (const { path } of paths.filter((one) => !one.path.includes(':')))
      await inPerson('GET', path.replace(/\/$/, ''))
    for (const { path } of paths.filter((one) => one.path.includes(':id'))) {
      const list = await ask('GET', `${path.slice(0, path.indexOf('/:id'))}?per_page=100`)
      // Some are found another way: by the address that somebody was sent to.
      for (const { id } of list.body?.items ?? []) await inPerson('GET', path.replace(':id', id))
    }
  }

  const everySecret = () => Object.entries({ ...planted, ...shown })
  const found = (text: string) =>
    everySecret().flatMap(([name, secret]) => (spellings(secret).some((one) => text.includes(one)) ? [name] : []))

  test('of every kind there is are planted', () => {
    const kinds = [...probes, ...offered].flatMap(({ type, settings }) =>
      secretsOf(settings).map((name) => `${type} ${name}`),
    )
    expect(kinds.sort()).toEqual(
      [
        ...['password', 'token', 'oauth_client_secret', 'secret_header_value', 'client_key', 'proxy_password'].map(
          (name) => `http ${name}`,
        ),
        ...[
          'email password',
          'webhook signing_secret',
          'webhook authorization',
          'slack webhook_url',
          'discord webhook_url',
        ],
        ...['telegram bot_token', 'ntfy token', 'ntfy password'],
        ...['slack signing_secret', 'gotify token', 'pushover token', 'matrix access_token', 'signal password'],
        ...['pagerduty routing_key', 'opsgenie api_key', 'twilio auth_token', 'jira token', 'zendesk token'],
        ...['aws_sns secret_access_key', 'aws_sns session_token'],
        ...['msteams', 'mattermost', 'rocketchat', 'google_chat'].map((type) => `${type} webhook_url`),
        ...['websocket secret_header_value', 'grpc secret_metadata_value', 'grpc client_key', 'mqtt password'],
        ...['mqtt client_key', 'docker client_key'],
        ...['postgres', 'mysql', 'redis', 'mongodb', 'smtp'].map((type) => `${type} password`),
      ].sort(),
    )
    expect(Object.keys(shown).filter((name) => (shown[name]?.length ?? 0) > 30)).toEqual([
      'cookie',
      'verify_token',
      'token',
      'invitation',
      'reset_token',
      'waiting_token',
    ])
    expect(new Set(Object.values(shown)).size).toBe(6)
  })

  test('were really used, and repeated by who was told them', () => {
    const said = echo.heard.join('\n')
    const decoded = [...said.matchAll(/Basic (\S+)/g)].map(([, code = '']) => Buffer.from(code, 'base64').toString())
    const all = `${said}\n${decoded.join('\n')}\n${decoded.map((one) => decodeURIComponent(one.replaceAll('+', ' '))).join('\n')}`
    const told = [
      'basic',
      'bearer',
      'oauth',
      'access',
      'header',
      'proxy',
      'websocket',
      'authorization',
      'slack',
      'discord',
      'bot',
      'ntfy_token',
      'ntfy_password',
      ...(['teams', 'mattermost', 'rocketchat', 'google_chat', 'gotify', 'pushover', 'matrix', 'signal'] as const),
      // The key that AWS requests are signed with never travels.
      ...(['pagerduty', 'opsgenie', 'twilio', 'aws_session', 'jira', 'zendesk'] as const),
    ]
    for (const name of told) expect([name, all.includes(planted[name as keyof typeof planted])]).toEqual([name, true])
  })

  test('are in no answer, whether it worked or not', async () => {
    expect(answers.length).toBeGreaterThan(150)
    const text = answers
      .map(({ headers, body }) => `${JSON.stringify([...headers])} ${JSON.stringify(body)}`)
      .join('\n')
    expect(text).toContain('"evidence":{')
    expect(text).toContain('********')
    expect((await t.alice('GET', '/incidents')).body.total).toBeGreaterThan(5)
    expect((await t.alice('GET', '/notification-log?status=failed')).body.total).toBeGreaterThan(10)
    expect(found(text)).toEqual([])
  })

  test('are in no line of the log', () => {
    expect(t.lines.length).toBeGreaterThan(0)
    expect(found(t.lines.join('\n'))).toEqual([])
  })

  test('are in no file of the data folder', async () => {
    const backup = join(t.folder, 'copy.db')
    await t.app.db.client.execute({ sql: 'vacuum into ?', args: [backup] })
    const files = readdirSync(t.folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(t.folder, name))
      .filter((file) => statSync(file).isFile())
    expect(files.map((file) => file.slice(t.folder.length + 1))).toEqual(
      expect.arrayContaining(['xinex.db', 'history.db']),
    )
    for (const file of files) expect([file, found(readFileSync(file, 'latin1'))]).toEqual([file, []])
  })
})
