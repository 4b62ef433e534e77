import type { PingDoor } from '#contract/heartbeats'
import type { Incoming, Taken } from '#engine/heartbeats/index'
import type { Signal } from '#heartbeats/define'
import type { App } from '#kernel/context'
import { AppError, fail } from '#kernel/fail'
import { metaOf } from '#kernel/request'
import { sha256 } from '#kernel/secrets'
import { lastLine, lineOf } from './words'

/** Which heartbeat it is. With the hash of a slug, it opens nothing if that was changed meanwhile. */
export type Target = Pick<Incoming, 'number' | 'slug_hash'>
/** What a ping says, by whichever way it came. `text`: what it says elsewhere than in its body. */
export type Told = Omit<Signal, 'at' | 'message' | 'kind' | 'run'> & {
  kind: Exclude<Signal['kind'], 'silence'>
  door: PingDoor
  text?: string
  /** How long it took, where it says so itself. */
  took_ms?: number
  /** What it says, where the body as it came is not that. */
  body?: Uint8Array
  details?: Record<string, unknown>
}

const MOST_AGENT = 200
const RETRY_S = 5

const isUuid = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)

/** What cannot be looked up or written now is to be sent again; whoever reports must not believe it was heard. */
export async function orLater<T>({ log }: App, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof AppError) throw error
    log.error('A ping could not be taken in', { error: error as Error })
    throw fail('SERVICE_UNAVAILABLE', {
      message: 'The ping could not be recorded: send it again',
      headers: { 'retry-after': String(RETRY_S) },
      details: { retry_after_s: RETRY_S },
    })
  }
}

/** The heartbeat with this slug; a UUID is one however it is written. */
export async function bySlug({ engine }: App, slug: string): Promise<Target | undefined> {
  for (const one of isUuid(slug) ? [slug, slug.toLowerCase()] : [slug]) {
    const slug_hash = sha256(one)
    const number = await engine.heartbeats.find(slug_hash)
    if (number !== undefined) return { number, slug_hash }
  }
  return undefined
}

export const bytesOf = (text: string | undefined) =>
  text ? new TextEncoder().encode(text.toWellFormed()) : new Uint8Array()

/** Hands a ping to the engine; resolves after the commit, with nothing when its heartbeat is gone. */
export async function takeIn(app: App, request: Request, target: Target, told: Told): Promise<Taken | undefined> {
  const { address, ping = { method: request.method, bare: false, body: bytesOf(''), body_bytes: 0 } } = metaOf(request)
  const { door, text, details, took_ms, body: instead, ...said } = told
  const at = app.clock.now()
  const body = instead ?? (ping.body.length > 0 ? ping.body : bytesOf(text))
  const agent = lineOf(request.headers.get('user-agent') ?? '', MOST_AGENT)
  const status = said.kind === 'fail' ? ('error' as const) : ('ok' as const)
  const run = took_ms !== undefined && { status, started_at: at - Math.round(took_ms), numbers: {} }
  const message = text ? lineOf(text) : lastLine(body)
  return app.engine.heartbeats.take({
    ...target,
    ...{ door, method: ping.method, address, body },
    ...(agent && { agent }),
    ...(details && { details }),
    body_bytes: instead ? body.length : Math.max(ping.body_bytes, body.length),
    signal: { ...said, at, ...(message && { message }), ...(run && { run }) },
    said: () => ({ body: new TextDecoder().decode(body) }),
  })
}
