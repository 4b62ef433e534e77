import { sha256 } from '#kernel/secrets'

export const etagOf = (text: string) => `"${sha256(text).slice(0, 27)}"`

/** Whether an If-Match or If-None-Match header names this tag; weak tags count as the strong ones of the same text. */
export const namesTag = (header: string, tag: string) =>
  header.split(',').some((given) => given.trim() === '*' || given.trim().replace(/^W\//, '') === tag)

/** A shorter answer is sent as it is; it fits into a few packets anyway. */
const LONG_CHARS = 4_096
const LEVEL = 3

/** A long text as the client can take it. Packed, the tag is a weak one: the bytes are others, the answer is the same. */
function packed(request: Request, text: string, headers: Headers): Response {
  if (text.length < LONG_CHARS) return new Response(text, { status: 200, headers })
  headers.append('vary', 'accept-encoding')
  const accepts = /(^|[,\s])gzip(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(request.headers.get('accept-encoding') ?? '')
  if (!accepts) return new Response(text, { status: 200, headers })
  headers.set('content-encoding', 'gzip')
  headers.set('etag', `W/${headers.get('etag')}`)
  headers.delete('content-length')
  return new Response(Bun.gzipSync(Buffer.from(text), { level: LEVEL }), { status: 200, headers })
}

/** A JSON answer with its tag, or 304 when the client already has it. */
export async function tagged(request: Request, response: Response): Promise<Response> {
  const json = response.headers.get('content-type')?.startsWith('application/json')
  if (response.status !== 200 || !json || response.headers.has('etag')) return response
  const text = await response.text()
  const headers = new Headers(response.headers)
  const tag = etagOf(text)
  headers.set('etag', tag)
  if (!namesTag(request.headers.get('if-none-match') ?? '', tag)) return packed(request, text, headers)
  headers.delete('content-type')
  return new Response(null, { status: 304, headers })
}
