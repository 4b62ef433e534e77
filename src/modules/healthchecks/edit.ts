import type { PingFilter } from '#db/schema/heartbeats'
import type { HeartbeatRow } from '#engine/heartbeats/rows'
import { AppError } from '#kernel/fail'
import { type Input, type NewHeartbeat, nameSlugOf } from '#modules/heartbeats/service'
import type { Version } from './check'
import { filterOf } from './keywords'
import { isCron, type Spec, wrong } from './spec'

const DAY_S = 86_400
const HOUR_S = 3_600
const noFilter: PingFilter = { post_only: false, rules: [], otherwise: 'success' }

/** A field of ours that is refused is told in their form. */
export async function asTheirs<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'VALIDATION_FAILED') throw error
    // Safe: `invalid` makes nothing else.
    const [[field, sentence] = ['', error.message]] = Object.entries(error.details.fields as Record<string, string>)
    throw wrong(`${field} ${sentence}`)
  }
}

/** A schedule wins over a period, and a time zone alone moves the schedule that is there. Days off are ours and stay. */
function scheduleOf({ schedule, timeout, tz }: Spec, before?: HeartbeatRow['schedule']): Input['schedule'] {
  const same = { ...(before?.only && { only: before.only }), ...(tz !== undefined && { timezone: tz }) }
  // Theirs is UTC unless said otherwise; an interval has no use for one.
  const zone = { timezone: tz ?? before?.timezone ?? 'UTC' }
  if (schedule !== undefined)
    return isCron(schedule)
      ? { kind: 'cron', cron: schedule.trim(), ...same, ...zone }
      : { kind: 'oncalendar', oncalendar: schedule.trim(), ...same, ...zone }
  if (timeout !== undefined) return { kind: 'interval', every_s: timeout, ...same }
  return before && tz !== undefined ? { ...before, timezone: tz } : undefined
}

/** Before version 3 the name made the slug. */
const slugFrom = ({ name, slug }: Spec, v: Version): Pick<Input, 'name_slug'> => {
  if (slug) return { name_slug: slug }
  return v < 3 && name?.trim() ? { name_slug: nameSlugOf(name.trim()) } : {}
}

/** What a spec changes; what it does not name stays. Ours always has a name, theirs may have none. */
export function editOf(spec: Spec, before: HeartbeatRow, v: Version): Input {
  const { name, tags, desc, grace, manual_resume } = spec
  const schedule = scheduleOf(spec, before.schedule)
  const filter = filterOf(spec, before.filter)
  return {
    ...(name?.trim() && { name: name.trim() }),
    ...slugFrom(spec, v),
    ...(tags !== undefined && { tags: tagsOf(tags) }),
    ...(desc !== undefined && { description: desc }),
    ...(grace !== undefined && { grace_s: grace }),
    ...(manual_resume !== undefined && { manual_resume }),
    ...(schedule && { schedule }),
    ...(filter && { filter }),
  }
}

/** A new one, with their defaults where they differ from ours: a day, and an hour of grace. */
export function draftOf(spec: Spec, v: Version): NewHeartbeat {
  const { name = '', slug, tags = '', desc = '', grace = HOUR_S, manual_resume = false } = spec
  const schedule = scheduleOf(spec) ?? { kind: 'interval', every_s: DAY_S }
  return {
    ...{ name: name.trim() || slug || 'Unnamed check', ...slugFrom(spec, v) },
    ...{ tags: tagsOf(tags), description: desc || null, grace_s: grace, manual_resume, schedule },
    filter: { ...noFilter, ...filterOf(spec, noFilter) },
  }
}

/** As many and as long as a heartbeat may have. */
function tagsOf(text: string): string[] {
  const tags = [...new Set(text.split(/\s+/).filter(Boolean))]
  if (tags.length > 20 || tags.some((tag) => tag.length > 40)) throw wrong('tags is too long')
  return tags
}
