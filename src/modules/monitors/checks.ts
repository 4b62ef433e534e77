import { and, eq, inArray, ne } from 'drizzle-orm'
import { incidents } from '#db/schema/engine'
import { probers } from '#db/schema/probers'
import type { Ctx } from '#kernel/context'
import { fail, invalid } from '#kernel/fail'
import { probeOf } from '#probes/index'
import { read } from './draft'
import type { Trial } from './schema'
import { last, load, statusOf, view } from './view'

const DAY = 86_400_000
const PASSIVE = 'Nothing is asked over the network for this type: there is nothing to try'

/** The certificate that the last check met, if it met one. */
function certificateOf(evidence: Record<string, unknown> | null, now: number) {
  const [leaf] = Array.isArray(evidence?.certificates) ? evidence.certificates : [evidence?.certificate]
  if (typeof leaf !== 'object' || leaf === null) return null
  const { valid_to, subject = '', issuer = '' } = leaf as Record<string, unknown>
  const at = typeof valid_to === 'string' ? Date.parse(valid_to) : Number.NaN
  if (Number.isNaN(at)) return null
  const days_left = Math.floor((at - now) / DAY)
  const textOf = (value: unknown) => (typeof value === 'string' ? value : '')
  return { valid_to: new Date(at).toISOString(), days_left, subject: textOf(subject), issuer: textOf(issuer) }
}

/** Who looks from each region: the name of its prober, nobody for the appliance itself. */
async function withProbers<T extends { region: string }>({ db, tenant }: Ctx, regions: T[]) {
  const names = regions.map(({ region }) => region)
  const there = await db
    .select({ region: probers.region, name: probers.name })
    .from(probers)
    .where(and(eq(probers.tenant_id, tenant.id), inArray(probers.region, names)))
  const byRegion = new Map(there.map(({ region, name }) => [region, name]))
  return regions.map((one) => ({ ...one, prober: byRegion.get(one.region) ?? null }))
}

/** Everything known about where the monitor stands at this moment. */
export async function status(ctx: Ctx, id: string) {
  const { monitor, state } = await load(ctx, id)
  const live = ctx.app.engine.snapshot(monitor.number)
  const [incident] = await ctx.db
    .select({ id: incidents.id, held: incidents.held })
    .from(incidents)
    .where(and(eq(incidents.tenant_id, ctx.tenant.id), eq(incidents.monitor_id, id), ne(incidents.status, 'resolved')))
    .limit(1)
  const evidence = live?.evidence ?? state?.evidence ?? null
  return {
    monitor_id: id,
    status: statusOf(monitor, state),
    since: view(monitor, state).status_since,
    ...last(ctx, monitor, state),
    reason: live?.reason ?? state?.reason ?? null,
    phases: live?.phases ?? null,
    evidence,
    next_check_at: monitor.enabled ? (live?.next_check_at ?? null) : null,
    failures_in_a_row: live?.failures_in_a_row ?? 0,
    alert_threshold: monitor.alert_threshold,
    certificate: certificateOf(evidence, ctx.now()),
    incident_id: incident?.id ?? null,
    regions: await withProbers(ctx, live?.regions ?? []),
    down_only_from: live?.down_only_from ?? [],
    held: incident?.held ?? null,
  }
}

/** Checks at once, recorded like a scheduled check. */
export async function check(ctx: Ctx, id: string) {
  const { monitor } = await load(ctx, id)
  if (!monitor.enabled) throw fail('CONFLICT', { message: 'This monitor is paused; resume it first' })
  return { verdict: await ctx.app.engine.checkNow(monitor.number) }
}

/** Runs a check with settings that are not saved; masked secrets come from the monitor named by `id`. Nothing is stored. */
export async function trial(ctx: Ctx, { id, ...input }: Trial) {
  const base = id === undefined ? undefined : (await load(ctx, id)).monitor
  const kept = base?.type === input.type ? base : undefined
  const { type, url, settings, timeout_ms, degraded_ms, inverted } = read(ctx.app, input, kept)
  if (probeOf(type)?.passive) throw invalid({ type: PASSIVE })
  return { verdict: await ctx.app.engine.dryRun({ type, url, settings, timeout_ms, degraded_ms, inverted }) }
}
