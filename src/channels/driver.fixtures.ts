import type { Notice } from '#channels/define'
import { listen, NOW, type Received, send } from '#channels/fixtures'
import { fieldOf } from '#channels/post'

/** What the provider behind a channel does in one test. */
export type Mood =
  | 'accepts'
  /** Accepts, and repeats everything it was told. */
  | 'echoes-gladly'
  /** 429 with `Retry-After: 30`, with a date 30 s from now, or with the wait in the provider's own JSON. */
  | 'busy'
  | 'busy-until'
  | 'busy-said'
  | 'unauthorized'
  | 'broken'
  | 'redirects'
  /** 400, and repeats everything it was told; the three below it do so too. */
  | 'echoes'
  | 'silent'

/** A key that may reach the provider and nobody else. */
export const PLANTED = 'planted-s3cret-0123456789'
export const TITLE_TRICKS = '<script>alert(1)</script> & *bold* [x](https://evil.example) @everyone'

/** Every message that arrived, as the provider's reader sees it; `all` is raw but for the encoding of forms. */
export type Arrived = { all: string; titles: string[]; bodies: string[]; bytes: number[] }

export type Line = {
  send: (notice: Notice, timeout_ms?: number) => Promise<{ external_id?: string; answer?: string }>
  arrived: () => Arrived
  close: () => void
}

export type Expected = {
  /** What its transport has no way to do, with the reason; those promises are skipped. */
  never?: Partial<Record<Mood | 'unreachable', string>>
  /** The body of a 429 by which this provider names a wait of 30 s, if it has a way of its own. */
  said?: unknown
  /** The longest title and body that may arrive, in characters (`measure: 'bytes'` for those who count bytes). */
  limit?: number
  body_limit?: number
  measure?: 'bytes'
  /** The longest message as it travels. */
  max_bytes?: number
  /** How `TITLE_TRICKS` must arrive as title, and as body. */
  tricks?: string
  body_tricks?: string
  /** Shows what a person can do as links or buttons. */
  acts?: true
  /** What an answer says, and what arrives of a test; the host that refusals name. */
  answer?: RegExp
  words?: string
  host?: string
}

export type Driver = Expected & {
  type: string
  /** The provider can say how long to wait. */
  waits: boolean
  /** As a person would enter them, with `PLANTED` in every secret. */
  settings: Record<string, unknown>
  open: (mood: Mood) => Promise<Line>
}

const OK = { ok: true, id: 'm1', result: { message_id: 7 }, success: true }

function reply(mood: Exclude<Mood, 'silent'>, { accepted = OK, said, heard }: Replies): Response {
  const echo = { error: heard, description: heard, message: heard, errors: [heard], errorMessages: [heard] }
  const until = new Date(NOW + 30_000).toUTCString()
  const answers = {
    accepts: () => Response.json(accepted),
    'echoes-gladly': () => Response.json({ ...echo, ...OK, ...accepted, message: heard }),
    busy: () => Response.json(echo, { status: 429, headers: { 'retry-after': '30' } }),
    'busy-until': () => Response.json(echo, { status: 429, headers: { 'retry-after': until } }),
    'busy-said': () => Response.json(said, { status: 429 }),
    unauthorized: () => Response.json(echo, { status: 401 }),
    broken: () => Response.json(echo, { status: 500 }),
    redirects: () => new Response(heard, { status: 302, headers: { location: 'http://127.0.0.1:1/' } }),
    echoes: () => Response.json(echo, { status: 400 }),
  }
  return answers[mood]()
}
type Replies = { accepted?: object; said?: unknown; heard: string }

/** Where the title and the body of a message stand. */
type Read = (received: Received) => unknown
export const path =
  (...names: string[]): Read =>
  ({ json }) =>
    fieldOf(json, ...names)
export const field =
  (name: string): Read =>
  ({ body }) =>
    new URLSearchParams(body).get(name)
/** The first group of a pattern in what another reader found. */
export const within =
  (read: Read, pattern: RegExp): Read =>
  (received) =>
    pattern.exec(String(read(received)))?.[1]

const isForm = ({ headers }: Received) => headers.get('content-type')?.includes('x-www-form-urlencoded')
const shown = (received: Received) =>
  isForm(received) ? [...new URLSearchParams(received.body).values()].join('\n') : received.body

type Http = Expected & {
  title?: Read
  body?: Read
  /** What the provider answers when it accepts, where that matters. */
  accepted?: object
  /** Only requests that carry a message count; others (a session, a search) are part of the way. */
  counts?: (received: Received) => boolean
}

/** A channel that speaks HTTP, and its provider on this machine. */
export function http<S extends object>(
  channel: { type: string; send: Parameters<typeof send<S>>[0]['send'] },
  settings: (url: string) => S,
  { title, body, accepted, counts = () => true, ...expected }: Http = {},
): Driver {
  const open = async (mood: Mood): Promise<Line> => {
    const server = listen((request, told) => {
      if (mood === 'silent') return new Promise<Response>(() => {})
      const heard = `${request.url} ${JSON.stringify(Object.fromEntries(request.headers))} ${told}`
      return reply(mood, { accepted, said: expected.said, heard })
    })
    const arrived = () => {
      const messages = server.received.filter(counts)
      return {
        all: messages.map(shown).join('\n'),
        titles: messages.map((message) => String(title?.(message) ?? '')),
        bodies: messages.map((message) => String(body?.(message) ?? '')),
        bytes: messages.map((message) => Buffer.byteLength(message.body)),
      }
    }
    const given = settings(server.url)
    return { send: (notice, timeout_ms) => send(channel, given, { notice, timeout_ms }), arrived, close: server.close }
  }
  // Safe: a settings object is one of named fields, whatever their types.
  const sample = settings('https://hook.example.test') as Record<string, unknown>
  return { type: channel.type, waits: true, ...expected, settings: sample, open }
}
