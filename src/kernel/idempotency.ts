import { and, eq, lt, ne } from 'drizzle-orm'
import { idempotency_keys as keys } from '#db/schema/kernel'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'
import { fail } from '#kernel/fail'
import { sha256 } from '#kernel/secrets'

const KEPT_MS = 24 * 3_600_000
const kept = ['content-type', 'location', 'etag']

type Held = { key: string; finish: (response: Response) => Promise<Response>; abandon: () => Promise<void> }

/**
 * Claims the key for this request, or answers what the first request with it was answered.
 * 1. The row is inserted before the handler runs: of two racing requests one wins, the other hears 409.
 * 2. `change()` marks it `committed` in the transaction of the effect itself.
 * 3. The answer is sealed into the row afterwards. A crash between 2 and 3 leaves `committed`: a retry hears 409 with
 *    the id of what was made, and nothing is done twice.
 */
export async function claim(
  app: Pick<App, 'db' | 'clock' | 'vault'>,
  { given, actor, method, path, body }: { given: string; actor: string; method: string; path: string; body: string },
): Promise<Response | Held> {
  if (!/^[\x21-\x7e]{1,255}$/.test(given))
    throw fail('VALIDATION_FAILED', {
      details: { fields: { 'Idempotency-Key': 'must be 1 to 255 visible characters' } },
    })
  const key = sha256([actor, method, path, given].join('\n'))
  const request_hash = sha256(body)
  const at = app.clock.now()
  const created_at = isoAt(at)

  const [won] = await app.db.tx(async (tx) => {
    await tx.delete(keys).where(and(eq(keys.key, key), lt(keys.created_at, isoAt(at - KEPT_MS))))
    return tx.insert(keys).values({ key, request_hash, state: 'running', created_at }).onConflictDoNothing().returning()
  })
  if (!won) return replay(app, key, request_hash)

  /** Nothing was done: the key may be used again. A committed effect keeps its row. */
  const abandon = async () => {
    await app.db.tx((tx) => tx.delete(keys).where(and(eq(keys.key, key), eq(keys.state, 'running'))))
  }
  return {
    key,
    abandon,
    async finish(response) {
      const text = await response.clone().text()
      const headers = Object.fromEntries(
        kept.flatMap((name) => (response.headers.get(name) ? [[name, response.headers.get(name) ?? '']] : [])),
      )
      const answer = {
        state: 'answered' as const,
        status: response.status,
        headers,
        body: app.vault.seal(text, `idempotency:${key}`),
      }
      // Not carried out: after a fresh sign-in, or with the right CSRF token, the same request may succeed.
      if (response.status >= 500 || response.status === 401 || response.status === 403) await abandon()
      else await app.db.tx((tx) => tx.update(keys).set(answer).where(eq(keys.key, key)))
      return response
    },
  }
}

async function replay({ db, vault }: Pick<App, 'db' | 'vault'>, key: string, request_hash: string): Promise<Response> {
  const [row] = await db.read.select().from(keys).where(eq(keys.key, key))
  if (!row)
    throw fail('CONFLICT', { message: 'The first request with this Idempotency-Key has just ended; send it again' })
  if (row.request_hash !== request_hash) throw fail('IDEMPOTENCY_KEY_REUSED')
  if (row.state === 'running')
    throw fail('CONFLICT', { message: 'A request with this Idempotency-Key is still running' })
  if (row.state === 'committed' || row.body === null)
    throw fail('CONFLICT', {
      message: 'This request was carried out, but its answer was lost',
      details: { id: row.subject_id },
    })
  const status = row.status ?? 200
  const body = vault.open(row.body, `idempotency:${key}`)
  return new Response(status === 204 ? null : body, {
    status,
    headers: { ...row.headers, 'idempotency-replayed': 'true' },
  })
}

/** At start nothing runs: claims of a process that died are released, old ones dropped. */
export async function tidyIdempotency({ db, clock }: Pick<App, 'db' | 'clock'>, atStart: boolean) {
  await db.tx(async (tx) => {
    if (atStart) await tx.delete(keys).where(eq(keys.state, 'running'))
    await tx.delete(keys).where(and(ne(keys.state, 'running'), lt(keys.created_at, isoAt(clock.now() - KEPT_MS))))
  })
}
