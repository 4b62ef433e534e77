import { createRemoteJWKSet, customFetch } from 'jose'
import { SignInError } from '#sign-in/define'

const TIMEOUT_MS = 10_000
const MAX_BYTES = 512 * 1024
const MOST_KEY_SETS = 64

type Ask = { form?: URLSearchParams; headers?: Record<string, string> }
export type Fields = Record<string, unknown>
export type Answer = { status: number; text: string; json: Fields | undefined }

/** How a plugin talks to its provider: with a deadline, a limit on what it reads, and no redirect followed. */
export type Wire = {
  /** Any status; throws SignInError when there is no answer. With `form` it is a POST. */
  ask: (url: string, options?: Ask) => Promise<Answer>
  /** As `ask`; what is not 200 with a JSON object is an error. */
  get: (url: string, headers?: Record<string, string>) => Promise<Fields>
  /** The published signing keys, kept for ten minutes; an unknown key asks again at most every thirty seconds. */
  keys: (url: string) => ReturnType<typeof createRemoteJWKSet>
}

/** https, or http to this very machine: a code or token never travels readably. */
export function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, hash } = new URL(text)
  if (username || hash) return false
  return protocol === 'https:' || (protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname))
}

export const objectIn = (text: string): Fields | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    // Safe: any property of a JSON object may be read as unknown.
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
  } catch {
    return undefined
  }
}

export const unreachable = (message: string) => new SignInError(message, 'unreachable')
export const failed = (message: string) => new SignInError(message, 'failed')

/** Reads no more than the limit, decompressed: an endless answer ends here. */
async function textOf(body: ReadableStream<Uint8Array> | null, max_bytes: number, host: string): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.length
    if (size > max_bytes) throw unreachable(`${host} answered more than ${max_bytes / 1024} KB.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** The wire with another deadline or limit; `wire` is the one that is used. */
export function wireWith({ timeout_ms = TIMEOUT_MS, max_bytes = MAX_BYTES } = {}): Wire {
  const sets = new Map<string, ReturnType<Wire['keys']>>()

  const ask: Wire['ask'] = async (url, { form, headers = {} } = {}) => {
    if (!isSafeUrl(url)) throw failed('The provider names an address that does not start with https://.')
    const { host } = new URL(url)
    try {
      const response = await fetch(url, {
        method: form ? 'POST' : 'GET',
        headers: { accept: 'application/json', 'user-agent': 'Xinex', ...headers },
        ...(form && { body: form }),
        redirect: 'manual',
        signal: AbortSignal.timeout(timeout_ms),
      })
      const text = await textOf(response.body, max_bytes, host)
      return { status: response.status, text, json: objectIn(text) }
    } catch (cause) {
      if (cause instanceof SignInError) throw cause
      const late = cause instanceof Error && cause.name === 'TimeoutError'
      throw unreachable(late ? `${host} did not answer within ${timeout_ms / 1000} s.` : reasonOf(host, cause))
    }
  }

  return {
    ask,
    async get(url, headers) {
      const { status, json } = await ask(url, { headers })
      const { host } = new URL(url)
      if (status !== 200)
        throw unreachable(
          `${host} answered ${status}${status >= 300 && status < 400 ? ', a redirect, which is not followed' : ''}.`,
        )
      if (!json) throw unreachable(`${host} did not answer with JSON.`)
      return json
    },
    keys(url) {
      const known = sets.get(url)
      if (known) return known
      const set = createRemoteJWKSet(new URL(url), {
        cooldownDuration: 30_000,
        cacheMaxAge: 600_000,
        timeoutDuration: timeout_ms,
        [customFetch]: async (address) => {
          const { status, text } = await ask(address)
          return new Response(text, { status: status >= 200 && status < 600 ? status : 502 })
        },
      })
      const [oldest] = sets.keys()
      if (sets.size >= MOST_KEY_SETS && oldest !== undefined) sets.delete(oldest)
      sets.set(url, set)
      return set
    },
  }
}

export const wire = wireWith()

/** A few words for what people mistype or forget; never the cause's own text, which may quote the address. */
function reasonOf(host: string, cause: unknown): string {
  const code = String(Object(cause).code ?? '')
  if (/CERT|ISSUER|SIGNED|SIGNATURE/.test(code)) return `The certificate of ${host} is not trusted.`
  if (/ENOTFOUND|EAI_AGAIN|DNS/.test(code)) return `The name ${host} was not found.`
  if (/Refused|ECONNREFUSED/.test(code)) return `${host} refused the connection.`
  return `${host} could not be reached.`
}
