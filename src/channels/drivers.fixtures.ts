import { createServer } from 'node:net'
import type { Notice } from '#channels/define'
import { discord } from '#channels/discord'
import { email, emailWith } from '#channels/email'
import { listen, loopback, type Received, send } from '#channels/fixtures'
import { mailServer } from '#channels/mail.fixtures'
import { ntfy } from '#channels/ntfy'
import { fieldOf } from '#channels/post'
import { slack } from '#channels/slack'
import { telegram } from '#channels/telegram'
import { webhook } from '#channels/webhook'

/** What the provider behind a channel does in one test. */
export type Mood = 'accepts' | 'busy' | 'unauthorized' | 'broken' | 'redirects' | 'echoes' | 'silent'

/** A key that may reach the provider and nobody else. */
export const PLANTED = 'planted-s3cret-0123456789'

export type Line = {
  send: (notice: Notice, timeout_ms?: number) => Promise<{ external_id?: string; answer?: string }>
  /** What arrived, as the provider's reader sees it. */
  arrived: () => { all: string; title?: string; titles: string[] }
  close: () => void
}

export type Driver = {
  type: string
  /** The provider says how long to wait. */
  waits: boolean
  /** Longest title that may arrive, and how `TITLE_TRICKS` must arrive. */
  limit?: number
  tricks?: string
  open: (mood: Mood) => Promise<Line>
}

export const TITLE_TRICKS = '<script>alert(1)</script> & *bold* [x](https://evil.example) @everyone'

const REPLY: Record<Exclude<Mood, 'silent' | 'echoes'>, () => Response> = {
  accepts: () => Response.json({ ok: true, id: 'm1', result: { message_id: 7 } }),
  busy: () => new Response('', { status: 429, headers: { 'retry-after': '30' } }),
  unauthorized: () => new Response('', { status: 401 }),
  broken: () => new Response('', { status: 500 }),
  redirects: () => new Response('', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }),
}

function http<S>(
  channel: { type: string; send: Parameters<typeof send<S>>[0]['send'] },
  settings: (url: string) => S,
  title?: (json: unknown) => unknown,
  expected: { limit?: number; tricks?: string } = {},
): Driver {
  const open = async (mood: Mood): Promise<Line> => {
    const server = listen(async (request) => {
      if (mood === 'silent') return new Promise<Response>(() => {})
      if (mood !== 'echoes') return REPLY[mood]()
      const said = `${request.url} ${JSON.stringify(Object.fromEntries(request.headers))}`
      return Response.json({ error: said, description: said, message: said }, { status: 400 })
    })
    const arrived = () => {
      const titles = server.received.map(({ json }: Received) => String(title?.(json) ?? ''))
      return { all: server.received.map(({ body }) => body).join('\n'), title: titles[0], titles }
    }
    const given = settings(server.url)
    return { send: (notice, timeout_ms) => send(channel, given, { notice, timeout_ms }), arrived, close: server.close }
  }
  return { type: channel.type, waits: true, ...expected, open }
}

const path =
  (...names: string[]) =>
  (json: unknown) =>
    fieldOf(json, ...names)

/** A port that takes connections and says nothing. */
async function silentPort() {
  const sockets = new Set<{ destroy: () => unknown }>()
  const server = createServer((socket) => sockets.add(socket.on('error', () => {})))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const close = () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return { port: typeof address === 'object' && address ? address.port : 0, delivered: [], close }
}

const SMTP_REFUSALS = {
  busy: { at: 'to', code: 450, message: 'slow down' },
  broken: { at: 'data', code: 451, message: 'disk full' },
  redirects: { at: 'to', code: 551, message: 'user moved, try <other@example.net>' },
  unauthorized: { at: 'auth', code: 535, message: 'no' },
  echoes: { at: 'auth', code: 535, message: `wrong password ${PLANTED}` },
} as const

async function mail(mood: Mood): Promise<Line> {
  const refuse = mood === 'accepts' || mood === 'silent' ? undefined : SMTP_REFUSALS[mood]
  const server = mood === 'silent' ? await silentPort() : await mailServer({ user: 'u', password: PLANTED, refuse })
  const settings = {
    to: ['ops@example.com'],
    host: 'hook.example.test',
    port: server.port,
    security: 'none' as const,
    user: 'u',
    password: PLANTED,
    from: 'xinex@example.com',
  }
  const arrived = () => {
    const titles = server.delivered.map(({ mail: { html } }) => /<h1[^>]*>(.*)<\/h1>/.exec(html || '')?.[1] ?? '')
    const all = server.delivered.map(({ mail: { subject, text } }) => `${subject}\n${text}`).join('\n')
    return { all, title: titles[0], titles }
  }
  return {
    send: (notice, timeout_ms) =>
      send(timeout_ms ? emailWith({ timeout_ms }) : email, settings, { notice, net: loopback }),
    arrived,
    close: server.close,
  }
}

/** One line per channel: how to reach it in a test, and what its provider's rules make of a title. */
export const drivers: Driver[] = [
  {
    type: 'email',
    waits: false,
    limit: 1200,
    tricks: '&lt;script&gt;alert(1)&lt;/script&gt; &amp; *bold* [x](https://evil.example) @everyone',
    open: mail,
  },
  http(webhook, (url) => ({ url: `${url}/${PLANTED}`, signing_secret: PLANTED, authorization: `Bearer ${PLANTED}` })),
  http(slack, (url) => ({ webhook_url: `${url}/services/T1/B1/${PLANTED}` }), path('blocks', '0', 'text', 'text'), {
    limit: 150,
    tricks: '🔴 &lt;script&gt;alert(1)&lt;/script&gt; &amp; *bold* [x](https://evil.example) @everyone',
  }),
  http(discord, (url) => ({ webhook_url: `${url}/api/webhooks/1/${PLANTED}` }), path('embeds', '0', 'title'), {
    limit: 256,
    tricks: '\\<script\\>alert\\(1\\)\\</script\\> & \\*bold\\* \\[x\\]\\(https://evil.example\\) \\@everyone',
  }),
  http(
    telegram,
    (server) => ({ server, bot_token: `1:${PLANTED}`, chat_id: '-100123', silent: false }),
    (json) => /<b>(.*)<\/b>/.exec(String(fieldOf(json, 'text')))?.[1],
    {
      limit: 512,
      tricks: '&lt;script&gt;alert(1)&lt;/script&gt; &amp; *bold* [x](https://evil.example) @everyone',
    },
  ),
  // ntfy shows titles and messages as they are unless the sender asks for Markdown.
  http(ntfy, (server) => ({ server, topic: 'ops', token: PLANTED, priority: 'auto' as const }), path('title'), {
    limit: 250,
    tricks: TITLE_TRICKS,
  }),
]
