import { and, count, eq, notInArray, sql } from 'drizzle-orm'
import { monitors } from '#db/schema/monitors'
import { tenantUptime } from '#engine/uptime-totals'
import type { App, Ctx } from '#kernel/context'
import { probes } from '#probes/index'
import { own } from './view'

export type Figures = { uptime_30d: number | null; response_p95_ms: number | null; checks_per_minute: number }
type Kept = { figures: Figures; until: number; slow: boolean }

const MONTH_MS = 30 * 86_400_000
const KEPT_MS = 10_000
/** What takes longer is slow: it is kept for so many times as long, and shown once more while it is made anew. */
const QUICK_MS = 20
const TIMES_KEPT = 200
/** Older than this nothing is shown once more. */
const STALE_MS = 300_000
/** While nothing is summed up yet, a percentile over more monitors than this is estimated from as many, evenly chosen. */
const SAMPLE = 300
const passive = probes.filter((probe) => probe.passive).map(({ type }) => type)

/** The 95th percentile of the last hour or two. */
async function p95(ctx: Ctx): Promise<number | null> {
  const { engine } = ctx.app
  const summed = engine.history.recentP95(ctx.tenant.id, [...engine.regions(ctx.tenant.id).keys()])
  if (summed !== undefined) return summed
  const [{ total = 0 } = {}] = await ctx.db.select({ total: count() }).from(monitors).where(own(ctx))
  const step = Math.max(1, Math.ceil(total / SAMPLE))
  const sample = await ctx.db
    .select({ number: monitors.number })
    .from(monitors)
    .where(and(own(ctx), sql`${monitors.number} % ${step} = 0`))
  return engine.history.p95(sample.flatMap(({ number }) => engine.seriesOf(number).map(({ series }) => series)))
}

async function read(ctx: Ctx): Promise<Figures> {
  const now = ctx.now()
  const rate = sql<number>`coalesce(sum(60.0 / ${monitors.interval} * json_array_length(${monitors.regions})), 0)`
  const [checks] = await ctx.db
    .select({ rate })
    .from(monitors)
    .where(and(own(ctx), eq(monitors.enabled, true), notInArray(monitors.type, passive)))
  return {
    uptime_30d: await tenantUptime(ctx.db, ctx.tenant.id, now - MONTH_MS, now),
    response_p95_ms: await p95(ctx),
    checks_per_minute: Math.round((checks?.rate ?? 0) * 10) / 10,
  }
}

const keptOf = new WeakMap<App, Map<string, Kept>>()
const makingOf = new WeakMap<App, Map<string, Promise<Kept>>>()
const ofApp = <T>(all: WeakMap<App, Map<string, T>>, app: App): Map<string, T> => {
  const own = all.get(app) ?? new Map<string, T>()
  all.set(app, own)
  return own
}

/** Those who ask at the same time share one reading. */
function make(ctx: Ctx): Promise<Kept> {
  const all = ofApp(makingOf, ctx.app)
  const { id } = ctx.tenant
  const making = all.get(id)
  if (making) return making
  const begun = performance.now()
  const made = read(ctx)
    .then((figures) => {
      const took_ms = performance.now() - begun
      const slow = took_ms > QUICK_MS
      const kept = { figures, slow, until: ctx.now() + Math.max(KEPT_MS, slow ? took_ms * TIMES_KEPT : 0) }
      ofApp(keptOf, ctx.app).set(id, kept)
      return kept
    })
    .finally(() => all.delete(id))
  all.set(id, made)
  return made
}

/** What reads a month of all monitors; kept for a while, and nobody waits for it twice. */
export async function figuresOf(ctx: Ctx): Promise<Figures> {
  const known = ofApp(keptOf, ctx.app).get(ctx.tenant.id)
  if (known && known.until > ctx.now()) return known.figures
  const making = make(ctx)
  if (!known?.slow || ctx.now() - known.until > STALE_MS) return (await making).figures
  making.catch((error) => ctx.app.log.warn('The figures of a workspace could not be read', { error }))
  return known.figures
}
