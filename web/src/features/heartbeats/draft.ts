import type { Heartbeat, NumberRule, PingFilter, PingRule, Schedule } from '@/types'

/** Bounds as they are typed: half a number is not one yet. */
export type NumberDraft = { name: string; min: string; max: string }
/** What the form edits, with every field present so that inputs stay controlled. */
export type Draft = {
  name: string
  tags: string[]
  kind: Schedule['kind']
  every_s: number | null
  cron: string
  oncalendar: string
  timezone: string
  /** Those on which it is expected; all of them is no rule. */
  weekdays: number[]
  /** Days without a run, as they are typed. */
  except: string
  grace_s: number | null
  max_runtime_s: number | null
  min_interval_s: number | null
  day_min: number | null
  day_max: number | null
  failures: number | null
  watch_duration: boolean
  manual_resume: boolean
  numbers: NumberDraft[]
  post_only: boolean
  rules: PingRule[]
  otherwise: PingFilter['otherwise']
  severity: Heartbeat['severity']
  reminder_interval_s: number | null
  runbook_url: string
  description: string
  enabled: boolean
  /** The name in addresses with the ping key; empty is made from the name. */
  name_slug: string
  /** Own secret part of the address; only of a new one. */
  slug: string
}

export const WEEK = [1, 2, 3, 4, 5, 6, 7] as const

/** A new one with the server's own defaults, in the time zone of the workspace. */
export const emptyDraft = (timezone: string): Draft => ({
  ...{ name: '', tags: [], kind: 'interval', every_s: 86_400, cron: '', oncalendar: '', timezone },
  ...{ weekdays: [...WEEK], except: '', grace_s: 300, max_runtime_s: null, min_interval_s: null },
  ...{ day_min: null, day_max: null, failures: 1, watch_duration: false, manual_resume: false, numbers: [] },
  ...{ post_only: false, rules: [], otherwise: 'success', severity: 'high', reminder_interval_s: null },
  ...{ runbook_url: '', description: '', enabled: true, name_slug: '', slug: '' },
})

const typed = ({ name, min, max }: NumberRule): NumberDraft => ({
  name,
  min: min === undefined ? '' : String(min),
  max: max === undefined ? '' : String(max),
})

export function draftOf(heartbeat: Heartbeat): Draft {
  const { schedule, per_day, filter, numbers, ...rest } = heartbeat
  return {
    ...emptyDraft(schedule.timezone),
    ...{ name: rest.name, tags: rest.tags, kind: schedule.kind },
    every_s: schedule.every_s ?? 86_400,
    ...{ cron: schedule.cron ?? '', oncalendar: schedule.oncalendar ?? '' },
    weekdays: schedule.only?.weekdays ?? [...WEEK],
    except: (schedule.only?.except ?? []).join('\n'),
    ...{ grace_s: rest.grace_s, max_runtime_s: rest.max_runtime_s, min_interval_s: rest.min_interval_s },
    ...{ day_min: per_day?.min ?? null, day_max: per_day?.max ?? null, failures: rest.failures },
    ...{ watch_duration: rest.watch_duration, manual_resume: rest.manual_resume, numbers: numbers.map(typed) },
    ...{ post_only: filter.post_only, rules: filter.rules, otherwise: filter.otherwise, severity: rest.severity },
    reminder_interval_s: rest.reminder_interval_s,
    ...{ runbook_url: rest.runbook_url ?? '', description: rest.description ?? '', enabled: rest.enabled },
    name_slug: rest.name_slug,
  }
}

/** The schedule alone, as the preview and the form both send it. */
export function scheduleOf(draft: Draft): Schedule {
  const { kind, timezone, weekdays, every_s, cron, oncalendar } = draft
  const except = draft.except.split(/[\s,;]+/).filter(Boolean)
  const only = {
    ...(weekdays.length < WEEK.length && { weekdays: [...weekdays].sort() }),
    ...(except.length > 0 && { except }),
  }
  const when =
    kind === 'cron'
      ? { cron: cron.trim() }
      : kind === 'oncalendar'
        ? { oncalendar: oncalendar.trim() }
        : every_s === null
          ? {}
          : { every_s }
  return { kind, ...when, timezone, ...(Object.keys(only).length > 0 && { only }) }
}

/** A comma is a decimal point for many people; what is no number at all is left for the server to refuse in words. */
function bound(text: string): number | string | undefined {
  const trimmed = text.trim().replace(',', '.')
  if (trimmed === '') return undefined
  return Number.isFinite(Number(trimmed)) ? Number(trimmed) : trimmed
}
// Safe: only what is there is left.
const given = <T extends object>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null)) as {
    [K in keyof T]?: NonNullable<T[K]>
  }

/** The body of a create or an edit; an emptied number that must be there means what the server has. */
export function bodyOf(draft: Draft) {
  const perDay = given({ min: draft.day_min, max: draft.day_max })
  return {
    ...given({ grace_s: draft.grace_s, failures: draft.failures }),
    ...given({ name_slug: draft.name_slug.trim() || undefined, slug: draft.slug.trim() || undefined }),
    ...{ name: draft.name.trim(), tags: draft.tags, schedule: scheduleOf(draft) },
    ...{ max_runtime_s: draft.max_runtime_s, min_interval_s: draft.min_interval_s },
    per_day: Object.keys(perDay).length > 0 ? perDay : null,
    ...{ watch_duration: draft.watch_duration, manual_resume: draft.manual_resume },
    numbers: draft.numbers.map(({ name, min, max }) => ({
      name: name.trim(),
      ...given({ min: bound(min), max: bound(max) }),
    })),
    filter: { post_only: draft.post_only, rules: draft.rules, otherwise: draft.otherwise },
    ...{ severity: draft.severity, reminder_interval_s: draft.reminder_interval_s, enabled: draft.enabled },
    ...{ runbook_url: draft.runbook_url.trim() || null, description: draft.description.trim() || null },
  }
}
