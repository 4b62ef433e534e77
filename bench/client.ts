/** Asks the appliance's API as a program would; several tokens, because each may ask only so often. */
import { EMAIL, PASSWORD } from './appliance'

export type Page<T> = { items: T[]; total: number; total_pages: number }
export type Monitor = { id: string; name: string; status: string }
export type Interval = { status: string; reason: string | null; from: string; until: string | null }
export type Incident = {
  id: string
  title: string
  status: string
  source_type: string
  monitor_id: string | null
  monitor_name: string | null
  message: string | null
  opened_at: string
  resolved_at: string | null
  held: { why: string } | null
}

/** Requests a minute are limited for each token; with this many a measurement never meets the limit. */
export const TOKENS = 4
const MOST_IMPORTED = 1_000
const PER_PAGE = 100

export function createClient(base: () => string, tokens: string[]) {
  let turn = 0
  async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    for (;;) {
      const answer = await fetch(`${base()}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${tokens[turn++ % tokens.length]}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      if (answer.status === 429) {
        await Bun.sleep(1_000 * Number(answer.headers.get('retry-after') ?? 1))
        continue
      }
      if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`)
      // Safe: whoever asks names the shape that the API documents for this path.
      return (text ? JSON.parse(text) : undefined) as T
    }
  }
  const get = <T>(path: string) => ask<T>('GET', path)
  return {
    get,
    post: <T>(path: string, body: unknown = {}) => ask<T>('POST', path, body),
    put: <T>(path: string, body: unknown) => ask<T>('PUT', path, body),
    remove: (path: string) => ask<void>('DELETE', path),
    /** All pages of a list. */
    async all<T>(path: string): Promise<T[]> {
      const items: T[] = []
      const glue = path.includes('?') ? '&' : '?'
      for (let page = 1; ; page++) {
        const found = await get<Page<T>>(`${path}${glue}per_page=${PER_PAGE}&page=${page}`)
        items.push(...found.items)
        if (page >= found.total_pages) return items
      }
    },
    /** Many monitors; answers their ids in the order given. */
    async add(drafts: object[]): Promise<string[]> {
      const ids: string[] = []
      for (let from = 0; from < drafts.length; from += MOST_IMPORTED) {
        const items = drafts.slice(from, from + MOST_IMPORTED)
        ids.push(...(await ask<{ ids: string[] }>('POST', '/monitors/import', { items })).ids)
      }
      return ids
    },
  }
}
export type Client = ReturnType<typeof createClient>

/** Signed in as a person: some things are for whoever runs the appliance, and no token may do them. */
export async function signIn(base: string) {
  const answer = await fetch(`${base}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: EMAIL, password: PASSWORD }),
  })
  if (!answer.ok) throw new Error(`The sign-in was answered ${answer.status}: ${await answer.text()}`)
  const { csrf_token } = (await answer.json()) as { csrf_token: string }
  const cookie = answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  return { cookie, 'x-csrf-token': csrf_token }
}
