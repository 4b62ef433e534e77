import type { Me } from '@/types'

const BASE = '/api/v1'

/** A refusal of the server, or `OFFLINE` (status 0) when it cannot be reached. `message` is a sentence for people. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: Record<string, unknown> = {},
  ) {
    super(message)
  }
  /** Sentence per field of a 422, by its path: `{ 'settings.port': 'must be at most 65535' }`. */
  get fields(): Record<string, string> {
    // Safe: the server's `invalid()` is the only writer of `details.fields`.
    return (this.details.fields as Record<string, string> | undefined) ?? {}
  }
}

/** Field sentences of any thrown value; empty when it carries none. */
export const fieldsOf = (error: unknown): Record<string, string> => (error instanceof ApiError ? error.fields : {})
/** What to tell a person about any thrown value. */
export const sentenceOf = (error: unknown): string =>
  error instanceof ApiError ? error.message : 'Something went wrong in this page. Reload it and try again.'

export type Query = Record<string, string | number | boolean | null | undefined>
type Options = { signal?: AbortSignal; headers?: Record<string, string>; body?: unknown }

let csrf: string | null = null
/** Kept in memory only; it comes with the answers of sign-in, set-up and `/me`. */
export const setCsrf = (token: string | null) => {
  csrf = token
}

let signedOut: () => void = () => {}
/** What to do when the server no longer knows this session. */
export const onSignedOut = (act: () => void) => {
  signedOut = act
}

function address(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value != null && value !== '')
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]))
  return `${BASE}${path}${given.length ? `?${search}` : ''}`
}

async function refusal(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null)
  if (body && typeof body === 'object' && 'error' in body && 'code' in body) {
    const details = 'details' in body && body.details && typeof body.details === 'object' ? body.details : {}
    return new ApiError(response.status, String(body.code), String(body.error), details as Record<string, unknown>)
  }
  return new ApiError(
    response.status,
    'INTERNAL_ERROR',
    `The server answered with ${response.status}. Try again later.`,
  )
}

async function send(method: string, url: string, body: unknown, { signal, headers }: Options): Promise<Response> {
  try {
    return await fetch(url, {
      method,
      signal,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(csrf && method !== 'GET' && { 'x-csrf-token': csrf }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new ApiError(0, 'OFFLINE', 'The server cannot be reached. Check the connection and try again.')
  }
}

async function renewCsrf(): Promise<boolean> {
  const response = await send('GET', address('/me'), undefined, {})
  if (!response.ok) return false
  const me = (await response.json()) as Me
  setCsrf(me.csrf_token)
  return true
}

async function request<T>(method: string, url: string, body?: unknown, options: Options = {}): Promise<T> {
  let response = await send(method, url, body, options)
  if (response.status === 403) {
    const refused = await refusal(response.clone())
    // Another tab signed in anew: this one's token is of the older session.
    if (refused.code === 'CSRF_TOKEN_INVALID' && (await renewCsrf())) response = await send(method, url, body, options)
  }
  if (!response.ok) {
    const refused = await refusal(response)
    // A wrong password is a 401 as well; it means nothing about the session.
    if (response.status === 401 && !/\/(auth\/|setup|me$)/.test(url)) signedOut()
    throw refused
  }
  // Safe: each call names the shape that the API's contract gives for that path.
  return (response.status === 204 ? undefined : await response.json()) as T
}

/** `api.get<Page<Monitor>>('/monitors', { q })`: paths below /api/v1; rejects with ApiError. */
export const api = {
  get: <T>(path: string, query?: Query, options?: Options) =>
    request<T>('GET', address(path, query), undefined, options),
  post: <T>(path: string, body?: unknown, options?: Options) => request<T>('POST', address(path), body, options),
  put: <T>(path: string, body: unknown, options?: Options) => request<T>('PUT', address(path), body, options),
  /** `body` is for what asks for a password. */
  del: (path: string, { body, ...options }: Options = {}) => request<void>('DELETE', address(path), body, options),
}
