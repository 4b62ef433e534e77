import { createHash } from 'node:crypto'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { eq } from 'drizzle-orm'
import { envelope, type Page as Paging } from '#db/query'
import { status_pages } from '#db/schema/status-pages'
import { tenants } from '#db/schema/tenants'
import type { LiveEvent } from '#kernel/bus'
import { type App, systemCtx } from '#kernel/context'
import { fail } from '#kernel/fail'
import { hasPermission } from '#kernel/guard'
import { lost, render } from './html'
import { type Model, modelOf } from './model'
import { sheets } from './style'

/** Times of day and uptime shares move without an event; nothing shown is older than this. */
const REFRESH_MS = 60_000
/** A storm of events renders a page at most this often in a second; in between, what is shown is under a second old. */
const RENDERS_PER_S = 5
const CAPACITY = 1000

type Encoding = 'br' | 'gzip' | 'identity'
type Bytes = Uint8Array<ArrayBuffer>
type Rendered = {
  tenant_id: string
  members_only: boolean
  model: Model
  at: number
  headers: Record<Encoding, Record<string, string>>
  bytes: Record<Encoding, Bytes>
}
type Entry = {
  shown?: Rendered
  stale: boolean
  pending?: Promise<Rendered | undefined>
  second: number
  renders: number
}

const base = {
  'content-type': 'text/html; charset=utf-8',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  // The editor shows the page beside its form; for browsers that do not know frame-ancestors.
  'x-frame-options': 'SAMEORIGIN',
  vary: 'Accept-Encoding',
}
const CACHED = 'public, max-age=15, stale-while-revalidate=60'
const PRIVATE = 'private, no-store'

function dress(html: string, model: Model, row: { tenant_id: string; members_only: boolean; at: number }): Rendered {
  const identity = Buffer.from(html)
  const bytes = {
    identity,
    gzip: gzipSync(identity),
    br: brotliCompressSync(identity, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  }
  const shared = {
    ...base,
    'content-security-policy': sheets[model.theme].policy,
    'cache-control': row.members_only ? PRIVATE : CACHED,
    // Weak: one tag for all encodings of the same page.
    etag: `W/"${createHash('sha256').update(identity).digest('base64url').slice(0, 27)}"`,
  }
  const encoded = (name: Encoding) => ({ ...shared, ...(name === 'identity' ? {} : { 'content-encoding': name }) })
  return { ...row, model, bytes, headers: { identity: encoded('identity'), gzip: encoded('gzip'), br: encoded('br') } }
}

const encodingFor = (accepted: string): Encoding =>
  /\bbr\b(?!;q=0(\.0*)?(,|$))/.test(accepted)
    ? 'br'
    : /\bgzip\b(?!;q=0(\.0*)?(,|$))/.test(accepted)
      ? 'gzip'
      : 'identity'

function createPages(app: App) {
  const entries = new Map<string, Entry>()
  /** Last status heard of each monitor: a check that changes nothing makes no page stale. */
  const heard = new Map<string, unknown>()

  const changed = ({ type, data }: LiveEvent): boolean => {
    if (type !== 'monitor_status') return true
    const before = heard.get(String(data.monitor_id))
    heard.set(String(data.monitor_id), data.status)
    return before !== data.status
  }
  app.bus.subscribe((event) => {
    if (!changed(event)) return
    for (const entry of entries.values())
      if (!entry.shown || entry.shown.tenant_id === event.tenant_id) entry.stale = true
  })

  async function renderPage(slug: string): Promise<Rendered | undefined> {
    const [row] = await app.db.read
      .select({ page: status_pages, tenant: tenants })
      .from(status_pages)
      .innerJoin(tenants, eq(tenants.id, status_pages.tenant_id))
      .where(eq(status_pages.slug, slug))
    if (!row) return undefined
    const { page, tenant } = row
    const model = await modelOf(systemCtx(app, tenant), page)
    const at = app.clock.now()
    return dress(render(model), model, { tenant_id: tenant.id, members_only: page.visibility === 'members', at })
  }

  /** Renders once however many ask at the same time. An event that arrives meanwhile leaves it stale: the next asker renders again. */
  function refresh(slug: string, entry: Entry): Promise<Rendered | undefined> {
    if (entry.pending) return entry.pending
    entry.stale = false
    entries.set(slug, entry)
    if (entries.size > CAPACITY) entries.delete(entries.keys().next().value ?? '')
    entry.pending = renderPage(slug)
      .then((shown) => {
        entry.shown = shown
        if (!shown) entries.delete(slug)
        return shown
      })
      .finally(() => {
        entry.pending = undefined
      })
    return entry.pending
  }

  function mayRender(entry: Entry): boolean {
    const second = Math.floor(app.clock.monotonic() / 1000)
    if (entry.second !== second) Object.assign(entry, { second, renders: 0 })
    return entry.renders++ < RENDERS_PER_S
  }

  /** What stands in memory when it is fresh, without a query; otherwise rendered anew. */
  function find(slug: string): Rendered | undefined | Promise<Rendered | undefined> {
    if (!/^[a-z0-9-]{1,63}$/.test(slug)) return undefined
    const entry = entries.get(slug)
    if (!entry?.shown) return refresh(slug, entry ?? { stale: false, second: 0, renders: 0 })
    const due = entry.stale || Math.abs(app.clock.now() - entry.shown.at) >= REFRESH_MS
    return due && mayRender(entry) ? refresh(slug, entry) : entry.shown
  }

  return { find }
}

const made = new WeakMap<App, ReturnType<typeof createPages>>()
function pagesOf(app: App) {
  const known = made.get(app)
  if (known) return known
  const pages = createPages(app)
  made.set(app, pages)
  return pages
}

/** A members' page exists for members of its workspace alone. */
async function admitted(app: App, { tenant_id, members_only }: Rendered, request: Request): Promise<boolean> {
  if (!members_only) return true
  const identity = await app.credentials.identify(request.headers)
  return identity?.tenant.id === tenant_id && hasPermission(app, identity, 'tenant:read', '/api/v1/status-pages')
}

async function visible(app: App, slug: string, request: Request): Promise<Rendered> {
  const shown = await pagesOf(app).find(slug)
  if (!shown || !(await admitted(app, shown, request))) throw fail('NOT_FOUND')
  return shown
}

export const cacheControl = ({ members_only }: { members_only: boolean }) => (members_only ? PRIVATE : CACHED)

/** The page as data. */
export const statusPage = (app: App, slug: string, request: Request) => visible(app, slug, request)

/** Open incidents and those of the last two weeks, newest first. */
export async function incidents(app: App, slug: string, request: Request, page: Paging) {
  const shown = await visible(app, slug, request)
  const all = shown.model.incidents
  const items = all.slice((page.page - 1) * page.per_page, page.page * page.per_page)
  return { shown, body: envelope(items, all.length, page) }
}

const lostBytes = Buffer.from(lost)
const lostHeaders = { ...base, 'content-security-policy': sheets.auto.policy, 'cache-control': 'no-store' }
const notFound = () => new Response(lostBytes, { status: 404, headers: lostHeaders })

function answer(request: Request, { headers, bytes }: Rendered): Response {
  const encoding = encodingFor(request.headers.get('accept-encoding') ?? '')
  const head = headers[encoding]
  const given = request.headers.get('if-none-match')
  if (given && head.etag && given.split(',').some((one) => one.trim() === head.etag || one.trim() === '*')) {
    const { 'content-encoding': _, 'content-type': __, ...rest } = head
    return new Response(null, { status: 304, headers: rest })
  }
  return new Response(request.method === 'HEAD' ? null : bytes[encoding], { headers: head })
}

/** The page as HTML, in memory as bytes: a reader costs no query. Strangers hear 404 for a members' page. */
export function html(app: App, slug: string, request: Request): Response | Promise<Response> {
  const found = pagesOf(app).find(slug)
  if (found && !(found instanceof Promise) && !found.members_only) return answer(request, found)
  return Promise.resolve(found).then(async (shown) =>
    shown && (await admitted(app, shown, request)) ? answer(request, shown) : notFound(),
  )
}
