import type { Identity } from '#kernel/credentials'

/** What the gateway knows about a request before any route sees it. */
export type Meta = {
  request_id: string
  address: string
  /** Looked up once, when first asked for. */
  identify: () => Promise<Identity | undefined>
  idempotency_key?: string
  /** What is wrong with the body as a whole: the framework would drop unknown fields and take a list for nothing. */
  body_faults?: Record<string, string>
  /** The body as it came, where its signature is checked. */
  text?: string
  /** Set-Cookie headers of the answer. */
  cookies: string[]
  /** What a job reports: by which method, whether to a key at the root, and the beginning of what it says. */
  ping?: { method: string; bare: boolean; body: Uint8Array; body_bytes: number }
  /** What another program tells of an event, as the bytes that came. */
  event?: Uint8Array
  /** A form that was sent instead of JSON, on the few paths whose protocol asks for one. */
  form?: URLSearchParams
  /** The address at the other end of the connection itself: the reverse proxy, where there is one. */
  peer: string
}

const metas = new WeakMap<Request, Meta>()

export const remember = (request: Request, meta: Meta) => metas.set(request, meta)

/** Every request that reaches a route came through the gateway; without it something is mounted wrongly. */
export function metaOf(request: Request): Meta {
  const meta = metas.get(request)
  if (!meta) throw new Error('A request reached a route without passing the gateway')
  return meta
}
