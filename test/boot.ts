import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import type { Role } from '#contract/permissions'
import { users } from '#db/schema/auth'
import { memberships, tenants } from '#db/schema/tenants'
import { isoAt } from '#kernel/clock'
import { type Config, readConfig } from '#kernel/config'
import { type Ctx, systemCtx } from '#kernel/context'
import { type Level, logTo } from '#kernel/log'
import { hashPassword } from '#kernel/passwords'
import type { How } from '#kernel/sessions'
import { type Appliance, openAppliance } from '../src/app'
import { createTestClock } from './clock'

export const START = Date.parse('2026-05-01T12:00:00.000Z')
export const PASSWORD = 'correct horse battery'
let hashed: Promise<string> | undefined

export type Answer = {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: a test states the shape it expects by asserting it
  body: any
}
export type Ask = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>

type Person = Awaited<ReturnType<typeof person>>
export type People = Record<'alice' | 'dan' | 'carol' | 'bob' | 'mallory', Person>

async function person(appliance: Appliance, name: string, tenant_id: string, role: Role) {
  const { app } = appliance
  const at = isoAt(app.clock.now())
  return app.db.tx(async (tx) => {
    const user = { id: Bun.randomUUIDv7(), email: `${name}@example.test`, name, created_at: at, updated_at: at }
    await tx.insert(users).values({ ...user, instance_admin: name === 'alice', email_verified_at: at })
    await tx.insert(memberships).values({ tenant_id, user_id: user.id, role, created_at: at })
    const { token } = await app.credentials.issueToken(tx, {
      tenant_id,
      user_id: user.id,
      name: 'test',
      scope: 'full',
      expires_at: null,
      created_at: at,
    })
    return { ...user, token }
  })
}

/**
 * A whole appliance on a temporary folder: real routes, real SQL, a clock that stands still until `advance`.
 * Alice owns, Dan is an admin, Carol a member, Bob views, Mallory owns another workspace, Nobody is signed out.
 */
export async function boot({
  config = {} as Partial<Config>,
  start = true,
  data = '',
  now = START,
  level = 'warn' as Level,
  /** Those who are in the folder already, where one is given. */
  known: there = undefined as People | undefined,
} = {}) {
  const folder = data || mkdtempSync(join(tmpdir(), 'xinex-'))
  const clock = createTestClock(now)
  const lines: string[] = []
  const log = logTo((line) => lines.push(line), level, clock.now)
  const full = { ...readConfig({}), ...config, data: folder }
  const appliance = await openAppliance({ config: full, clock, log, version: '0.0.0-test', durable: false })
  const { app, handle } = appliance

  const known = await app.db.read.select().from(tenants)
  const workspace = async (name: string) => {
    const at = isoAt(clock.now())
    const row = { id: Bun.randomUUIDv7(), name, slug: name.toLowerCase(), created_at: at, updated_at: at }
    await app.db.tx((tx) => tx.insert(tenants).values(row))
    return { ...row, tier: 'self_hosted', timezone: 'UTC' }
  }
  const acme = known.find((t) => t.slug === 'acme') ?? (await workspace('Acme'))
  const evil = known.find((t) => t.slug === 'evil') ?? (await workspace('Evil'))
  const suffix = known.length > 0 ? `-${Bun.randomUUIDv7().slice(-6)}` : ''
  const people = there ?? {
    alice: await person(appliance, `alice${suffix}`, acme.id, 'owner'),
    dan: await person(appliance, `dan${suffix}`, acme.id, 'admin'),
    carol: await person(appliance, `carol${suffix}`, acme.id, 'member'),
    bob: await person(appliance, `bob${suffix}`, acme.id, 'viewer'),
    mallory: await person(appliance, `mallory${suffix}`, evil.id, 'owner'),
  }
  if (start) await appliance.start()

  /** Sends one request through the gateway; paths that are not at the root are under /api/v1. */
  const asking =
    (credentials: Record<string, string>): Ask =>
    async (method, path, body, headers = {}) => {
      const url = `http://localhost${/^\/(api|v2|integrations\/(pagerduty|opsgenie)|s|a|ping|p|snitch|badge|b|health|assets|\.well-known)(\/|$)/.test(path) ? '' : '/api/v1'}${path}`
      const raw = typeof body === 'string' || body instanceof Uint8Array
      const response = await handle(
        new Request(url, {
          method,
          headers: {
            ...credentials,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(body === undefined ? {} : { body: raw ? (body as string) : JSON.stringify(body) }),
        }),
      )
      const text = await response.text()
      const json = response.headers.get('content-type')?.includes('json') && text !== ''
      return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text || undefined }
    }
  const bearer = (token: string) => asking({ authorization: `Bearer ${token}` })

  return {
    appliance,
    app,
    clock,
    lines,
    folder,
    people,
    tenants: { acme, evil },
    asking,
    bearer,
    alice: bearer(people.alice.token),
    dan: bearer(people.dan.token),
    carol: bearer(people.carol.token),
    bob: bearer(people.bob.token),
    mallory: bearer(people.mallory.token),
    nobody: asking({}),
    /** One of them signed in with a browser: a client that keeps the cookie and sends the CSRF token. */
    async session(name: keyof typeof people, how: How = {}) {
      const tenant = name === 'mallory' ? evil : acme
      const where = { user_agent: 'Test', address: '127.0.0.1' }
      const {
        set_cookie,
        csrf_token: csrf,
        public_id,
      } = await app.credentials.signIn(people[name].id, tenant.id, where, how)
      const cookie = set_cookie.split(';')[0] ?? ''
      return { ask: asking({ cookie, 'x-csrf-token': csrf }), cookie, csrf, public_id }
    },
    /** Gives one of them the password PASSWORD. */
    async givePassword(name: keyof typeof people) {
      hashed ??= hashPassword(PASSWORD)
      const password_hash = await hashed
      await app.db.tx((tx) => tx.update(users).set({ password_hash }).where(eq(users.id, people[name].id)))
    },
    ctx: (more: Partial<Ctx> = {}) => systemCtx(app, acme, more),
    /** Moves time; timers fire in order and the engine comes to rest between them. */
    advance: (ms: number) => clock.advance(ms, () => appliance.idle()),
    async stop() {
      if (start) await appliance.stop()
      else await appliance.close()
      if (!data) rmSync(folder, { recursive: true, force: true })
    },
  }
}
export type Booted = Awaited<ReturnType<typeof boot>>
