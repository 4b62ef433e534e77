import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listen, notice, type Received, send } from '#channels/fixtures'
import { gotify } from '#channels/gotify'
import { matrix } from '#channels/matrix'
import { mattermost } from '#channels/mattermost'
import { ntfy } from '#channels/ntfy'
import { fieldOf } from '#channels/post'
import { rocketchat } from '#channels/rocketchat'
import { signal } from '#channels/signal'
import { webhook } from '#channels/webhook'

/**
 * Apprise, written by others and in use for years, sends a message to a listener on this machine, and our channel the
 * same one. Both must go to the same door with the same key, and what its reader sees must hold the same words.
 *
 * What differs on purpose:
 *
 * | kind        | Apprise 1.2                                   | Xinex                                                     |
 * | ----------- | --------------------------------------------- | --------------------------------------------------------- |
 * | gotify      | plain text                                    | Markdown, said so in `extras`, with a link                |
 * | ntfy        | topic, title, message                         | also priority, tags, a click and buttons                  |
 * | mattermost  | all in `text`, a name of its own              | title in `text`, the rest in a coloured attachment        |
 * | rocketchat  | all in `text`, title as heading               | title in `text`, the rest in a coloured attachment        |
 * | matrix      | logs in, joins, POSTs to `r0`, logs out       | one PUT to `v3` with a transaction id: a repeat is one    |
 * | signal      | text mode left to the server                  | text mode said: never markup                              |
 * | json        | its own fields, nothing signed                | `event`, `delivery_id`, `timestamp`, `data`, signed       |
 * | xml         | a SOAP envelope                               | not offered: JSON to the same address                     |
 */
const apprise = Bun.which('apprise')
if (!apprise) console.warn('apprise.test.ts is skipped: there is no apprise here (Debian package apprise).')

const TITLE = 'API is down'
const BODY = 'HTTP 503'
const told = { ...notice, title: TITLE, body: BODY, urgent: false, severity: 'high' as const }
const HOOK = 'a'.repeat(26)
const [ROCKET_A, ROCKET_B] = ['a'.repeat(24), 'b'.repeat(48)]

const server = listen(({ url }) =>
  Response.json(
    { access_token: 'syt_x', room_id: '!room:example.com', event_id: '$e', ok: true, success: true, id: 1 },
    { status: url.includes('/v2/send') ? 201 : 200 },
  ),
)
const home = mkdtempSync(join(tmpdir(), 'apprise-'))
afterAll(() => {
  server.close()
  rmSync(home, { recursive: true })
})
const direct = { HTTP_PROXY: '', HTTPS_PROXY: '', http_proxy: '', https_proxy: '', ALL_PROXY: '', all_proxy: '' }

/** What arrived while this ran. */
async function during(run: () => Promise<unknown>): Promise<Received[]> {
  const before = server.received.length
  await run()
  return server.received.slice(before)
}

async function byApprise(url: string): Promise<Received[]> {
  return during(async () => {
    const command = [apprise!, '--title', TITLE, '--body', BODY, url.replace('HOST', `127.0.0.1:${server.port}`)]
    const env = { ...process.env, ...direct, HOME: home }
    const child = Bun.spawn(command, { env, stdout: 'pipe', stderr: 'pipe' })
    const [said, code] = [await new Response(child.stderr).text(), await child.exited]
    if (code !== 0) throw new Error(`apprise ended with ${code}: ${said}`)
  })
}

const keysOf = ({ headers }: Received) =>
  Object.fromEntries(['authorization', 'x-gotify-key', 'content-type'].map((name) => [name, headers.get(name)]))

type Row = {
  kind: string
  url: string
  ours: () => Promise<unknown>
  /** Fields that must be equal. */
  same: string[]
  /** Which request of Apprise carries the message, where there are several. */
  carries?: (received: Received) => boolean
  /** Where the door differs on purpose. */
  method?: string
  path?: (ours: string) => string
  media?: string
  /** The words stand in the title and the text; elsewhere in what is sent to programs. */
  words?: string[]
}

const rows: Row[] = [
  {
    kind: 'gotify',
    url: 'gotify://HOST/A-secret-token?priority=high',
    ours: () => send(gotify, { server: server.url, token: 'A-secret-token' }, { notice: told }),
    same: ['title', 'priority'],
  },
  {
    kind: 'ntfy',
    url: 'ntfy://ops:pass@HOST/alerts?mode=private',
    ours: () => send(ntfy, { server: server.url, topic: 'alerts', user: 'ops', password: 'pass' }, { notice: told }),
    same: ['topic', 'title', 'message'],
  },
  {
    kind: 'mattermost',
    url: `mmost://HOST/${HOOK}?channel=ops`,
    ours: () => send(mattermost, { webhook_url: `${server.url}/hooks/${HOOK}`, channel: 'ops' }, { notice: told }),
    same: ['channel'],
  },
  {
    kind: 'rocketchat',
    url: `rocket://${ROCKET_A}/${ROCKET_B}@HOST/#ops?avatar=no`,
    ours: () =>
      send(
        rocketchat,
        { webhook_url: `${server.url}/hooks/${ROCKET_A}/${ROCKET_B}`, channel: '#ops' },
        { notice: told },
      ),
    same: ['channel'],
  },
  {
    kind: 'matrix',
    url: 'matrix://bot:secret@HOST/!room:example.com',
    ours: () =>
      send(
        matrix,
        { server: server.url, room_id: '!room:example.com', access_token: 'syt_x' },
        { notice: { ...told, delivery_id: 'dlv_1' } },
      ),
    same: ['msgtype'],
    carries: ({ path }) => path.includes('/send/'),
    method: 'POST',
    path: (ours) => ours.replace('/v3/', '/r0/').replace('/dlv_1', '').replaceAll('!', '%21'),
  },
  {
    kind: 'signal',
    url: 'signal://u:pw@HOST/+4915112345678/+4915187654321',
    ours: () =>
      send(
        signal,
        { server: server.url, number: '+4915112345678', recipients: ['+4915187654321'], user: 'u', password: 'pw' },
        { notice: told },
      ),
    same: ['number', 'recipients'],
  },
  {
    kind: 'json',
    url: 'json://u:pw@HOST/hook/x',
    ours: () =>
      send(webhook, { url: `${server.url.replace('//', '//u:pw@')}/hook/x` }, { notice: { ...told, data: { TITLE } } }),
    same: [],
    words: [TITLE],
  },
  {
    kind: 'xml',
    url: 'xml://u:pw@HOST/hook/x',
    ours: () =>
      send(webhook, { url: `${server.url.replace('//', '//u:pw@')}/hook/x` }, { notice: { ...told, data: { TITLE } } }),
    same: [],
    media: 'application/xml',
    words: [TITLE],
  },
]

describe.skipIf(!apprise)('what Apprise sends and what we send', () => {
  const pairs = new Map<string, { theirs: Received; ours: Received }>()
  beforeAll(async () => {
    for (const { kind, url, ours, carries = () => true } of rows) {
      const theirs = (await byApprise(url)).filter(carries)
      const own = await during(ours)
      if (theirs.length !== 1 || own.length !== 1) throw new Error(`${kind}: ${theirs.length} and ${own.length}`)
      pairs.set(kind, { theirs: theirs[0]!, ours: own[0]! })
    }
  }, 60_000)

  test.each(rows)('$kind: the same door and the same key', ({ kind, method, path = (ours) => ours, media }) => {
    const { theirs, ours } = pairs.get(kind)!
    expect(theirs.method).toBe(method ?? ours.method)
    expect(theirs.path).toBe(path(ours.path))
    expect(keysOf(theirs)).toEqual({ ...keysOf(ours), ...(media && { 'content-type': media }) })
  })

  test.each(rows)('$kind: the same words', ({ kind, same, words = [TITLE, BODY] }) => {
    const { theirs, ours } = pairs.get(kind)!
    for (const name of same) {
      expect([name, fieldOf(ours.json, name)]).toEqual([name, fieldOf(theirs.json, name)])
      expect(fieldOf(theirs.json, name)).toBeDefined()
    }
    for (const word of words) for (const { body } of [theirs, ours]) expect(body).toContain(word)
  })

  test('Matrix takes a message that is put twice for one, which Apprise leaves to luck', () => {
    const { ours } = pairs.get('matrix')!
    expect([ours.method, ours.path]).toEqual([
      'PUT',
      '/_matrix/client/v3/rooms/!room%3Aexample.com/send/m.room.message/dlv_1',
    ])
  })
})
