import { stateOf } from '#engine/heartbeats/rows'
import { statusAt } from '#heartbeats/status'
import { isoAt } from '#kernel/clock'
import type { Ctx } from '#kernel/context'
import { originOf } from '#kernel/origin'
import { sha256 } from '#kernel/secrets'
import { type Found, mayReport, openSlug, pingUrlOf } from '#modules/heartbeats/service'
import { checkBadge } from './badge-keys'
import { keywordsOf } from './keywords'

export type Version = 1 | 2 | 3

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Without fractions of a second, and with the offset written out, as theirs. */
export const theirTime = (at: number | null) => (at === null ? null : isoAt(at).replace(/\.\d+Z$/, '+00:00'))

/** What a key that only reads knows a check by; nothing can be reported with it. */
export const uniqueKeyOf = (id: string) => sha256(`healthchecks:unique:${id}`).slice(0, 40)

const scheduleFields = ({ schedule }: Found['row']) => {
  if (schedule.kind === 'interval') return { timeout: schedule.every_s }
  return { schedule: schedule.kind === 'cron' ? schedule.cron : schedule.oncalendar, tz: schedule.timezone }
}

/** What of a check tells where to report, and is left out for a key that only reads. */
function secretFields(ctx: Ctx, { row }: Found, v: Version, channels: string[]) {
  const slug = openSlug(ctx.app, row)
  // Their tools put it into the address of a ping: the secret slug where that is a UUID, as it is unless chosen otherwise.
  const uuid = UUID.test(slug) ? slug : row.id
  const update_url = `${originOf(ctx.app.config)}/api/v${v}/checks/${uuid}`
  return {
    ...{ uuid, ping_url: pingUrlOf(ctx.app, slug), update_url },
    ...{ pause_url: `${update_url}/pause`, resume_url: `${update_url}/resume`, channels: channels.join(',') },
  }
}

/** When the next ping is expected: of a run under way, since it began. */
function nextPing({ status, expected_at, runs }: ReturnType<typeof stateOf>): number | null {
  if (status === 'down' || status === 'paused') return null
  const times = [expected_at, runs.at(-1)?.at ?? null].filter((at) => at !== null)
  return times.length > 0 ? Math.min(...times) : null
}

/** A heartbeat as one of their checks, field by field in their order. `channels`: those that hear of it. */
export function checkOf(ctx: Ctx, found: Found, v: Version, channels: string[]) {
  const { row } = found
  const state = stateOf(found.state)
  const keywords = keywordsOf(row.filter)
  const started = state.runs.length > 0
  const status = statusAt(state, ctx.now())
  const shown = v === 1 && started && status !== 'down' ? 'started' : status === 'late' ? 'grace' : status
  const last_duration = Math.floor((state.last_duration_ms ?? 0) / 1_000)
  return {
    ...{ name: row.name, slug: row.name_slug, tags: row.tags.join(' '), desc: row.description ?? '' },
    ...{ grace: row.grace_s, n_pings: state.pings, status: shown, started },
    // Resumed, theirs has not been pinged yet.
    last_ping: theirTime(state.status === 'new' ? null : state.last_run_at),
    next_ping: theirTime(nextPing(state)),
    ...{ manual_resume: row.manual_resume, methods: row.filter.post_only ? 'POST' : '' },
    subject: keywords.filter_subject ? keywords.success_kw : '',
    subject_fail: keywords.filter_subject ? keywords.failure_kw : '',
    ...keywords,
    badge_url: `${originOf(ctx.app.config)}/b/2/${checkBadge(ctx.app.vault, row.number)}.svg`,
    ...(last_duration > 0 && { last_duration }),
    ...(mayReport(ctx) ? secretFields(ctx, found, v, channels) : { unique_key: uniqueKeyOf(row.id) }),
    ...scheduleFields(row),
  }
}
