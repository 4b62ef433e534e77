import { createHash, createHmac } from 'node:crypto'
import type { Clock } from '#kernel/clock'
import type { ServerClock } from '#probing/agent-clock'

type Options = {
  /** Where the server is, without the path of the API. */
  server: string
  /** Asked each time, so that a replaced token file counts without a restart. */
  token: () => string
  clock: Clock
  server_clock: ServerClock
  /** Certificates (PEM) of who may vouch for the server, instead of the usual authorities. */
  ca?: string
}
type Question = {
  method: 'GET' | 'POST'
  path: string
  body?: string
  signed?: boolean
  /** When it is given up, whatever the connection seems to do. */
  deadline_ms: number
  signal?: AbortSignal
}

/** What became of a question. Only `ok` means that the server has understood it. */
export type Outcome =
  | { kind: 'ok'; body: Record<string, unknown> }
  /** Nobody answered, or nobody who is Xinex, or the server was not able to: the same question may be answered later. */
  | { kind: 'failed'; why: string; wait_ms?: number }
  /** Not with this token. */
  | { kind: 'unauthorized' }
  /** The signature was wrong, or the clocks are too far apart: not to be repeated before the clock was measured anew. */
  | { kind: 'out_of_time' }
  /** The same question will be refused again. */
  | { kind: 'refused'; status: number; why: string }

const PREFIX = '/api/v1/probers'
const LONGEST_WAIT_S = 300

/** As the server checks it: HMAC with the hash of the token, which is all that the server keeps of it. */
export function signatureOf(token: string, timestamp: number, body: string): string {
  const key = createHash('sha256').update(token).digest()
  return `sha256=${createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex')}`
}

const waitOf = (response: Response) => {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return seconds >= 0 ? Math.min(seconds, LONGEST_WAIT_S) * 1000 : undefined
}

/** Never with a token or an answer of the server in it that is not meant for people. */
function sentenceOf(error: unknown): string {
  const { code = '', name = '', message = '' } = error as { code?: string; name?: string; message?: string }
  if (/CERT|SSL|TLS|SELF_SIGNED|ALTNAME|ISSUER/i.test(code)) return `its certificate is not trusted (${code})`
  if (/ConnectionRefused|ECONNREFUSED/.test(code)) return 'the connection was refused'
  if (/ENOTFOUND|DNS|EAI_/.test(code)) return 'its name is not known here'
  return (message || code || name || 'no connection').slice(0, 200)
}

function judged(response: Response, json: unknown): Outcome {
  const { status } = response
  const wait_ms = waitOf(response)
  const body = typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : undefined
  if (status >= 300 && status < 400) {
    const to = response.headers.get('location') ?? 'elsewhere'
    return {
      kind: 'failed',
      why: `it answers with a redirect to ${to.slice(0, 200)}, which is not followed with a token`,
    }
  }
  // Whatever answers without this is a login page of the network, or a proxy.
  if (status < 300)
    return body ? { kind: 'ok', body } : { kind: 'failed', why: `what answers there (status ${status}) is not Xinex` }
  if (typeof body?.code !== 'string')
    return { kind: 'failed', wait_ms, why: `what answers there (status ${status}) is not Xinex, or it is not ready` }
  const { code, error, details } = body
  const why = String(error ?? code).slice(0, 300)
  if (status === 401) {
    const signature = (details as { signature?: unknown } | undefined)?.signature
    return { kind: signature === undefined ? 'unauthorized' : 'out_of_time' }
  }
  if (status === 429 || status >= 500) return { kind: 'failed', wait_ms, why: `status ${status}: ${why}` }
  return { kind: 'refused', status, why }
}

/** Questions to the server, each with a deadline of its own. */
export function createWire({ server, token, clock, server_clock, ca }: Options) {
  const headersOf = ({ body, signed }: Question) => {
    const secret = token()
    const headers: Record<string, string> = { authorization: `Bearer ${secret}`, accept: 'application/json' }
    if (body === undefined) return headers
    headers['content-type'] = 'application/json'
    if (!signed) return headers
    const timestamp = Math.floor(server_clock.now() / 1000)
    headers['x-xinex-timestamp'] = String(timestamp)
    headers['x-xinex-signature-256'] = signatureOf(secret, timestamp, body)
    return headers
  }

  return async function ask(question: Question): Promise<Outcome> {
    const { method, path, body, deadline_ms, signal } = question
    const abort = new AbortController()
    const late = clock.after(deadline_ms, () => abort.abort(new Error(`no answer within ${deadline_ms / 1000} s`)))
    const end = () => abort.abort(new Error('stopping'))
    signal?.addEventListener('abort', end)
    if (signal?.aborted) end()
    try {
      const response = await fetch(`${server}${PREFIX}${path}`, {
        method,
        headers: headersOf(question),
        ...(body === undefined ? {} : { body }),
        redirect: 'manual',
        signal: abort.signal,
        ...(ca === undefined ? {} : { tls: { ca } }),
      })
      const text = await response.text()
      let json: unknown
      try {
        json = JSON.parse(text)
      } catch {
        json = undefined
      }
      return judged(response, json)
    } catch (error) {
      return { kind: 'failed', why: sentenceOf(abort.signal.aborted ? abort.signal.reason : error) }
    } finally {
      late.cancel()
      signal?.removeEventListener('abort', end)
    }
  }
}
export type Wire = ReturnType<typeof createWire>
