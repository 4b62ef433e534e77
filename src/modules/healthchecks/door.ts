import { fail } from '#kernel/fail'
import { errorBody } from '#kernel/http'
import { urlOf } from '#kernel/url'

const CHECKS = /^\/api\/v[123]\/checks(\/|$)/
/** Bodies of theirs are small; a stranger's is not read further. */
const MOST_BYTES = 65_536

/** The beginning of a body, or nothing when it is longer than any of theirs. */
async function textOf(request: Request): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.length
    if (size > MOST_BYTES) return undefined
    chunks.push(chunk)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

/** A key that came inside the body, which is left as it was otherwise. */
function keyIn(text: string): string | undefined {
  try {
    const { api_key } = JSON.parse(text) ?? {}
    return typeof api_key === 'string' && /^[\x21-\x7e]{1,200}$/.test(api_key) ? api_key : undefined
  } catch {
    return undefined
  }
}

const tooLong = () => {
  const refusal = fail('PAYLOAD_TOO_LARGE', { details: { limit_bytes: MOST_BYTES } })
  return Response.json(errorBody(refusal), { status: refusal.status })
}

/** What is no object is 422 here, and 400 with them. */
async function inTheirWords(answer: Response | undefined): Promise<Response | undefined> {
  if (answer?.status !== 422) return answer
  const text = await answer.text()
  const headers = new Headers(answer.headers)
  const { code, details } = JSON.parse(text)
  if (code !== 'VALIDATION_FAILED') return new Response(text, { status: 422, headers })
  headers.delete('content-length')
  const error = 'json validation error: value is not an object'
  return Response.json({ error, code, details }, { status: 400, headers })
}

type Next = (request: Request) => Response | Promise<Response | undefined> | undefined
async function adapted(request: Request, url: URL, next: Next): Promise<Response | undefined> {
  const { method } = request
  const headers = new Headers(request.headers)
  headers.set('content-type', 'application/json')
  if (['x-api-key', 'authorization', 'cookie'].some((name) => headers.has(name)))
    return inTheirWords(await next(new Request(url, { method, headers, body: request.body })))
  const text = await textOf(request).catch(() => '')
  if (text === undefined) return tooLong()
  const key = keyIn(text)
  if (key) headers.set('x-api-key', key)
  return inTheirWords(await next(new Request(url, { method, headers, ...(text && { body: text }) })))
}

/**
 * What a client of theirs may do otherwise than one of ours: send its key inside the body, and JSON under any type, as
 * curl does. Nothing for every other request.
 */
export function fromHealthchecks(request: Request, next: Next): Promise<Response | undefined> | undefined {
  const url = request.method === 'POST' ? urlOf(request) : undefined
  return url && CHECKS.test(url.pathname) ? adapted(request, url, next) : undefined
}
