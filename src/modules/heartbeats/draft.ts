import type { HeartbeatKind } from '#contract/heartbeats'
import type { PingFilter } from '#db/schema/heartbeats'
import type { HeartbeatRow } from '#engine/heartbeats/rows'
import type { AiExpectation, NumberRule, Schedule } from '#heartbeats/define'
import { scheduleFaults } from '#heartbeats/schedule'
import { invalid } from '#kernel/fail'
import { faultsOf, lineFault, textFault } from '#kernel/faults'
import { type Edit, judged, type ScheduleInput } from './schema'
import { nameSlugOf } from './slug'

/** What a person decides about a heartbeat. */
export type Wanted = Omit<
  HeartbeatRow,
  'number' | 'id' | 'tenant_id' | 'kind' | 'slug' | 'slug_hash' | 'created_at' | 'updated_at'
>
/** An edit of any kind; `ai` is set by the module of agents alone, as far as it changes. */
export type Input = Edit & { ai?: Partial<AiExpectation> }
type Faults = Record<string, string | undefined>
/** Whose time zone counts unless another one is named, and when it is: a schedule that is over is none. */
type At = { timezone: string; now: number }

const DAY_S = 86_400
const defaults = (kind: HeartbeatKind, timezone: string) => ({
  ...{ name: '', name_slug: '', grace_s: 300, max_runtime_s: null, min_interval_s: null, per_day: null },
  ...{ failures: kind === 'ai' ? 3 : 1, manual_resume: false, watch_duration: false, numbers: [] as NumberRule[] },
  schedule: { kind: 'interval', every_s: DAY_S, timezone } satisfies Schedule as Schedule,
  filter: { post_only: false, rules: [], otherwise: 'success' } satisfies PingFilter as PingFilter,
  ...{ ai: null, severity: 'high' as const, reminder_interval_s: null, tags: [] as string[] },
  ...{ runbook_url: null, description: null },
})

/** Throws 422 for what the framework leaves to us, by the field it is under. */
function requireShape(input: Partial<Record<keyof typeof judged, unknown>>) {
  const given = (Object.keys(judged) as (keyof typeof judged)[]).filter((field) => input[field] !== undefined)
  const faults = given.map((field) => faultsOf(judged[field], input[field], field))
  requireNone(Object.assign({}, ...faults))
}
function requireNone(faults: Faults) {
  const wrong = Object.entries(faults).filter((entry): entry is [string, string] => entry[1] !== undefined)
  if (wrong.length > 0) throw invalid(Object.fromEntries(wrong))
}

const own = { interval: 'every_s', cron: 'cron', oncalendar: 'oncalendar' } as const
/** The schedule with its time zone; what does not belong to its kind, or is missing, goes to `faults`. */
function scheduleOf(given: ScheduleInput, { timezone, now }: At, faults: Faults): Schedule {
  const { kind, only, every_s = 0, cron = '', oncalendar = '' } = given
  const found: Faults = {}
  for (const [other, field] of Object.entries(own)) {
    const there = given[field] !== undefined
    if (other === kind && !there) found[`schedule.${field}`] = 'is required'
    if (other !== kind && there) found[`schedule.${field}`] = `is not used by the kind ${kind}`
  }
  const same = { timezone: given.timezone ?? timezone, ...(only && { only: { ...only } }) }
  const schedule: Schedule =
    kind === 'interval'
      ? { kind, every_s, ...same }
      : kind === 'cron'
        ? { kind, cron: cron.trim(), ...same }
        : { kind, oncalendar: oncalendar.trim(), ...same }
  Object.assign(faults, Object.keys(found).length > 0 ? found : scheduleFaults(schedule, now))
  return schedule
}
/** A schedule by itself, as it would be stored; throws 422. */
export function scheduleFrom(schedule: ScheduleInput, at: At): Schedule {
  const faults: Faults = faultsOf(judged.schedule, schedule, 'schedule')
  requireNone(faults)
  const made = scheduleOf(schedule, at, faults)
  requireNone(faults)
  return made
}

function linkFault(text: string): string | undefined {
  const url = URL.parse(text)
  const fine = !lineFault(text) && url && ['http:', 'https:'].includes(url.protocol) && !url.username && !url.password
  return fine ? undefined : 'must be an absolute http:// or https:// URL'
}
const orderFault = ({ min, max }: { min?: number; max?: number }) =>
  min !== undefined && max !== undefined && min > max ? 'must not be less than min' : undefined

/** Query keys of a ping that mean something else. */
const TAKEN = ['rid', 'msg']
function numberFaults(numbers: NumberRule[], faults: Faults) {
  for (const [i, rule] of numbers.entries()) {
    if (TAKEN.includes(rule.name)) faults[`numbers.${i}.name`] = 'means something else in a ping'
    if (numbers.findIndex(({ name }) => name === rule.name) < i) faults[`numbers.${i}.name`] = 'is there twice'
    faults[`numbers.${i}.max`] = orderFault(rule)
  }
}
function textFaultsOf(input: Input, faults: Faults) {
  for (const [i, tag] of input.tags?.entries() ?? []) faults[`tags.${i}`] = lineFault(tag)
  for (const [i, { contains }] of input.filter?.rules?.entries() ?? [])
    faults[`filter.rules.${i}.contains`] = contains.trim() === '' ? 'must not be empty' : textFault(contains)
  if (input.name !== undefined) faults.name = lineFault(input.name)
  if (input.description) faults.description = textFault(input.description)
  if (input.runbook_url) faults.runbook_url = linkFault(input.runbook_url)
  if (input.per_day) faults['per_day.max'] = orderFault(input.per_day)
  numberFaults(input.numbers ?? [], faults)
}
const perDayOf = (per_day: Wanted['per_day']) =>
  per_day?.min === undefined && per_day?.max === undefined ? null : per_day

/**
 * The whole heartbeat that a create (without `base`) or an edit asks for; what is left out stays, or takes its default.
 * Throws 422 naming every wrong field at once.
 */
export function wish(input: Input, at: At & { kind: HeartbeatKind }, base?: HeartbeatRow): Wanted {
  requireShape(input)
  const faults: Faults = {}
  textFaultsOf(input, faults)
  const before = base ?? defaults(at.kind, at.timezone)
  const { timezone } = before.schedule
  const schedule = input.schedule ? scheduleOf(input.schedule, { ...at, timezone }, faults) : before.schedule
  requireNone(faults)
  // Safe: what is undefined was left out.
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as Input
  const ai: AiExpectation | null = at.kind === 'ai' ? { mode: 'learned', budgets: {}, ...before.ai, ...given.ai } : null
  const all = { ...before, ...given, ai }
  const name = all.name.trim()
  return {
    ...{ name, name_slug: all.name_slug || nameSlugOf(name), schedule, grace_s: all.grace_s },
    ...{ max_runtime_s: all.max_runtime_s, min_interval_s: all.min_interval_s, per_day: perDayOf(all.per_day) },
    ...{ failures: all.failures, manual_resume: all.manual_resume, watch_duration: all.watch_duration },
    ...{ numbers: all.numbers, filter: { ...before.filter, ...given.filter }, ai: all.ai, severity: all.severity },
    reminder_interval_s: all.reminder_interval_s,
    tags: [...new Set(all.tags.map((tag) => tag.trim()))],
    runbook_url: all.runbook_url || null,
    description: all.description || null,
  }
}
