import { and, eq } from 'drizzle-orm'
import { incidents } from '#db/schema/engine'
import { heartbeats } from '#db/schema/heartbeats'
import { monitors } from '#db/schema/monitors'
import * as engine from '#engine/lint'
import { windowAt } from '#engine/maintenance-rows'
import { simulate } from '#engine/simulate'
import type { Ctx } from '#kernel/context'
import { invalid } from '#kernel/fail'
import { faultsOf } from '#kernel/faults'
import { RuleDraft, readRule } from '#modules/alert-routing-rules/service'
import type { Rule, Subject } from '#oncall/route'
import type { Question, Trial } from './schema'

function momentOf(ctx: Ctx, at: string | undefined): number {
  if (at === undefined) return ctx.now()
  const moment = Date.parse(at)
  if (!Number.isFinite(moment)) throw invalid({ at: 'is not a moment such as 2026-05-01T03:00:00Z' })
  return moment
}

/** What a rule would be asked about; exactly one of the ways to name it. */
async function subjectOf(
  ctx: Ctx,
  { monitor_id, heartbeat_id, incident_id, subject, at: asked }: Question,
): Promise<Subject> {
  const at = momentOf(ctx, asked)
  if ([monitor_id, heartbeat_id, incident_id, subject].filter((one) => one !== undefined).length !== 1)
    throw invalid({ subject: 'name one of monitor_id, heartbeat_id, incident_id and subject' })
  if (subject) {
    const { name, severity = 'high', source_type = 'monitor', monitor_type = null, tags = [], regions = [] } = subject
    return { name, severity, source_type, monitor_type, tags, regions, at }
  }
  if (incident_id !== undefined) return ofIncident(ctx, incident_id, at)
  if (monitor_id !== undefined) return ofMonitor(ctx, monitor_id, at)
  return ofHeartbeat(ctx, heartbeat_id ?? '', at)
}

async function ofMonitor(ctx: Ctx, id: string, at: number): Promise<Subject> {
  const [row] = await ctx.db
    .select()
    .from(monitors)
    .where(and(eq(monitors.tenant_id, ctx.tenant.id), eq(monitors.id, id)))
  if (!row) throw invalid({ monitor_id: 'is not a monitor of this workspace' })
  const { name, severity, type: monitor_type, tags, regions } = row
  return { name, severity, source_type: 'monitor', monitor_type, tags, regions, at }
}
async function ofHeartbeat(ctx: Ctx, id: string, at: number): Promise<Subject> {
  const [row] = await ctx.db
    .select()
    .from(heartbeats)
    .where(and(eq(heartbeats.tenant_id, ctx.tenant.id), eq(heartbeats.id, id)))
  if (!row) throw invalid({ heartbeat_id: 'is not a heartbeat of this workspace' })
  const monitor_type = row.kind === 'ai' ? 'ai_heartbeat' : 'heartbeat'
  const { name, severity, tags } = row
  return { name, severity, source_type: 'heartbeat', monitor_type, tags, regions: [], at }
}
async function ofIncident(ctx: Ctx, id: string, at: number): Promise<Subject> {
  const [row] = await ctx.db
    .select()
    .from(incidents)
    .where(and(eq(incidents.tenant_id, ctx.tenant.id), eq(incidents.id, id)))
  if (!row) throw invalid({ incident_id: 'is not an incident of this workspace' })
  if (row.monitor_id) return { ...(await ofMonitor(ctx, row.monitor_id, at)), severity: row.severity }
  if (row.heartbeat_id) return { ...(await ofHeartbeat(ctx, row.heartbeat_id, at)), severity: row.severity }
  const { title: name, severity, source_type, labels } = row
  const { tags = [], regions = [], type = source_type } = labels ?? {}
  return { name, severity, source_type, monitor_type: type, tags, regions, at }
}

/** Why nobody would be called yet, whatever the rules say. */
async function heldAt(ctx: Ctx, { monitor_id, heartbeat_id, incident_id }: Question, at: number) {
  const named = { monitor_id: monitor_id ?? null, heartbeat_id: heartbeat_id ?? null }
  const [incident] = incident_id
    ? await ctx.db
        .select({ monitor_id: incidents.monitor_id, heartbeat_id: incidents.heartbeat_id })
        .from(incidents)
        .where(and(eq(incidents.tenant_id, ctx.tenant.id), eq(incidents.id, incident_id)))
    : [named]
  if (!incident?.monitor_id && !incident?.heartbeat_id) return null
  const window = await windowAt(ctx.db, { tenant_id: ctx.tenant.id, ...incident }, at)
  return window
    ? {
        why: 'maintenance',
        message: `It is in the maintenance window “${window.name}” then: nobody is called before its end`,
      }
    : null
}

/** Who would be called at a moment, in which order, by what. Nobody is. */
export async function ask(ctx: Ctx, question: Question, draft?: Rule) {
  const subject = await subjectOf(ctx, question)
  const held = await heldAt(ctx, question, subject.at)
  return { ...(await simulate(ctx.db, { tenant_id: ctx.tenant.id, subject, draft })), held }
}

/** The same with a rule that is not saved. */
export async function trial(ctx: Ctx, { rule, ...question }: Trial) {
  if (rule === undefined) return ask(ctx, question)
  const faults = faultsOf(RuleDraft, rule)
  if (Object.keys(faults).length > 0)
    throw invalid(Object.fromEntries(Object.entries(faults).map(([path, fault]) => [`rule.${path}`, fault])))
  // Safe: just judged.
  const given = rule as typeof RuleDraft.static
  const read = await readRule(ctx, given, 'rule')
  const { name = 'This rule', enabled = true, match = 'all', conditions = [], actions = {} } = read
  const draft: Rule = { id: given.id ?? '', name, enabled, match, conditions, actions }
  return ask(ctx, question, draft)
}

/** What is wrong with who is called, before an incident shows it. */
export const lint = async (ctx: Ctx) => ({ items: await engine.lint(ctx.db, ctx.tenant.id, ctx.now()) })
