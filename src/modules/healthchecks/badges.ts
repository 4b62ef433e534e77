import { and, eq, sql } from 'drizzle-orm'
import { heartbeat_states as states } from '#db/schema/heartbeat-states'
import { heartbeats } from '#db/schema/heartbeats'
import { tenants } from '#db/schema/tenants'
import type { App, Ctx } from '#kernel/context'
import { fail } from '#kernel/fail'
import { originOf } from '#kernel/origin'
import { badgeKey, createBadgeKeys, numberOf, signatureOf, statesOf } from './badge-keys'
import { type BadgeStatus, badgeSvg, shieldsColors } from './svg'

const FORMATS = ['svg', 'json', 'shields'] as const
type Format = (typeof FORMATS)[number]
type Counts = { total: number; grace: number; down: number }

/** Changes are rare, and a page with a badge may be opened by many. */
const CACHED = 'public, max-age=10'
/** A badge is shown on other pages; opened by itself it may run and load nothing. */
const HEADERS = {
  'cache-control': CACHED,
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
}

/** `backup.svg` → the label and the format; a label may have dots of its own. */
function parted(file: string): { name: string; format: Format } {
  const dot = file.lastIndexOf('.')
  const format = FORMATS.find((one) => one === file.slice(dot + 1))
  if (dot < 1 || !format) throw fail('NOT_FOUND')
  return { name: file.slice(0, dot), format }
}

/** How many there are, late and down; late as src/heartbeats/status.ts has it. */
async function countsOf({ db, clock }: App, where: ReturnType<typeof and>): Promise<Counts> {
  const late = sql`${states.status} = 'up' and ${states.expected_at} <= ${clock.now()}
    and coalesce(json_array_length(${states.data}, '$.runs'), 0) = 0`
  const [row] = await db.read
    .select({
      total: sql<number>`count(*)`,
      grace: sql<number>`coalesce(sum(${late}), 0)`,
      down: sql<number>`coalesce(sum(${states.status} = 'down'), 0)`,
    })
    .from(heartbeats)
    .innerJoin(states, eq(states.heartbeat, heartbeats.number))
    .where(where)
  return row ?? { total: 0, grace: 0, down: 0 }
}

function drawn(label: string, counts: Counts, known: 2 | 3, format: Format): Response {
  const status: BadgeStatus = counts.down > 0 ? 'down' : counts.grace > 0 && known === 3 ? 'late' : 'up'
  if (format === 'json') return Response.json({ status, ...counts }, { headers: HEADERS })
  if (format === 'shields') {
    const shields = { schemaVersion: 1, label, message: status, color: shieldsColors[status] }
    return Response.json(shields, { headers: HEADERS })
  }
  return new Response(badgeSvg(label, status), { headers: { ...HEADERS, 'content-type': 'image/svg+xml' } })
}

/** Badges as strangers see them; whoever was given the address sees the state, and can find out nothing else. */
export function createBadges(app: App) {
  const { vault, db } = app
  const ids = async () => (await db.read.select({ id: tenants.id }).from(tenants)).map(({ id }) => id)
  const find = createBadgeKeys(app, ids)

  /** Of all heartbeats of a workspace that have this tag; `*` is all. */
  async function ofTag(key: string, signature: string, tag: string, format: Format) {
    const tenant_id = await find(key)
    const known = tenant_id && statesOf(vault, tenant_id, tag, signature)
    if (!known) throw fail('NOT_FOUND')
    const [tenant] = await db.read.select({ name: tenants.name }).from(tenants).where(eq(tenants.id, tenant_id))
    if (!tenant) throw fail('NOT_FOUND')
    const tagged = sql`exists (select 1 from json_each(${heartbeats.tags}) where value = ${tag})`
    const where = and(eq(heartbeats.tenant_id, tenant_id), tag === '*' ? undefined : tagged)
    return drawn(tag === '*' ? tenant.name : tag, await countsOf(app, where), known, format)
  }
  return {
    all(key: string, file: string) {
      const { name, format } = parted(file)
      return ofTag(key, name, '*', format)
    },
    tagged(key: string, signature: string, file: string) {
      const { name, format } = parted(file)
      return ofTag(key, signature, name, format)
    },
    /** Of one heartbeat, under its name. */
    async one(given: string, file: string) {
      const { name: key, format } = parted(file)
      const number = numberOf(vault, key)
      if (number === undefined || !['2', '3'].includes(given)) throw fail('NOT_FOUND')
      const where = eq(heartbeats.number, number)
      const [row] = await db.read.select({ name: heartbeats.name }).from(heartbeats).where(where)
      if (!row) throw fail('NOT_FOUND')
      return drawn(row.name, await countsOf(app, and(where)), given === '3' ? 3 : 2, format)
    },
  }
}

/** The addresses of all badges of a workspace, by tag. */
export async function badgesOf({ app, db, tenant }: Ctx) {
  const rows = await db
    .selectDistinct({ tag: sql<string>`tag.value` })
    .from(sql`${heartbeats}, json_each(${heartbeats.tags}) tag`)
    .where(eq(heartbeats.tenant_id, tenant.id))
    .orderBy(sql`1`)
  const base = `${originOf(app.config)}/badge/${badgeKey(app.vault, tenant.id)}`
  const linksOf = (tag: string) => {
    const signature = signatureOf(app.vault, tenant.id, tag)
    const link = (format: Format, three: boolean) =>
      `${base}/${signature}${three ? '' : '-2'}${tag === '*' ? '' : `/${encodeURIComponent(tag)}`}.${format}`
    return Object.fromEntries(
      FORMATS.flatMap((format) => [
        [format, link(format, false)],
        [`${format}3`, link(format, true)],
      ]),
    )
  }
  return { badges: Object.fromEntries(['*', ...rows.map(({ tag }) => tag)].map((tag) => [tag, linksOf(tag)])) }
}
