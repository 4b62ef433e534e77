import { and, eq, gt, inArray, isNull, lte } from 'drizzle-orm'
import type { ScheduleConfig, Target } from '#contract/oncall'
import type { Reader } from '#db/client'
import { channel_failures } from '#db/schema/engine'
import { notification_channels } from '#db/schema/notification-channels'
import { schedule_versions, schedules } from '#db/schema/schedules'
import { membersOf } from '#engine/on-call'
import { isoAt } from '#kernel/clock'
import { onCallAt, presentOnly } from '#oncall/resolve'

/** Who a step reaches at one moment: everybody once, by the first target that leads to them. */
export type Reach = {
  users: { user_id: string; name: string; via: Target & { name: string } }[]
  channels: { id: string; name: string }[]
  /** Targets that lead to nobody, and why: "nobody is on call in “Primary”". */
  empty: { target: Target; why: string }[]
}
type Via = Target & { name: string }

/** What the targets of a step are, as far as they still exist. */
async function known(db: Reader, tenant_id: string, targets: Target[]) {
  const idsOf = (type: Target['type']) => targets.filter((target) => target.type === type).map(({ id }) => id)
  const named = await schedulesOf(db, tenant_id, idsOf('schedule'))
  return { schedules: named, channels: await channelsOf(db, tenant_id, idsOf('channel')) }
}

async function schedulesOf(db: Reader, tenant_id: string, ids: string[]) {
  if (ids.length === 0) return new Map<string, typeof schedules.$inferSelect>()
  const where = and(eq(schedules.tenant_id, tenant_id), inArray(schedules.id, ids))
  return new Map((await db.select().from(schedules).where(where)).map((row) => [row.id, row]))
}

async function channelsOf(db: Reader, tenant_id: string, ids: string[]) {
  const { id, name, enabled, muted_until } = notification_channels
  if (ids.length === 0) return new Map<string, never>()
  const rows = await db
    .select({ id, name, enabled, muted_until, failure: channel_failures.error })
    .from(notification_channels)
    .leftJoin(channel_failures, eq(channel_failures.channel_id, id))
    .where(and(eq(notification_channels.tenant_id, tenant_id), isNull(notification_channels.user_id), inArray(id, ids)))
  return new Map(rows.map((row) => [row.id, row]))
}

/** What a schedule said at a moment: what counts now, or what counted before its last change. */
export async function configAt(
  db: Reader,
  { id, config, valid_from }: Pick<typeof schedules.$inferSelect, 'id' | 'config' | 'valid_from'>,
  at: number,
): Promise<ScheduleConfig> {
  if (at >= Date.parse(valid_from)) return config
  const [past] = await db
    .select({ config: schedule_versions.config })
    .from(schedule_versions)
    .where(
      and(
        eq(schedule_versions.schedule_id, id),
        lte(schedule_versions.from, isoAt(at)),
        gt(schedule_versions.until, isoAt(at)),
      ),
    )
  // The clock was set back: what is said now is nearest to it.
  return past?.config ?? config
}

type ChannelState = { name: string; enabled: boolean; muted_until: string | null; failure: string | null }
/** Why a channel hears nothing, or undefined. */
export function channelFault({ name, enabled, muted_until, failure }: ChannelState, at: number): string | undefined {
  if (!enabled) return `the channel “${name}” is switched off`
  if (failure !== null) return `the channel “${name}” has not worked since its last message: ${failure}`
  if (muted_until !== null && Date.parse(muted_until) > at)
    return `the channel “${name}” is muted until ${muted_until.slice(0, 16).replace('T', ' ')} UTC`
}

/** Who is reached at a moment by the targets of a step. The people behind schedules are those on call then. */
export async function reachOf(db: Reader, tenant_id: string, targets: Target[], at: number): Promise<Reach> {
  const found = await known(db, tenant_id, targets)
  const names = await membersOf(db, tenant_id)
  const shifts = new Map<string, string[]>()
  for (const [id, row] of found.schedules) {
    const config = await configAt(db, row, at)
    // Whoever has left is no part of it any more: others of the same turn, or of a lower layer, are on call instead.
    const present = presentOnly(config, (user_id) => names.has(user_id))
    shifts.set(
      id,
      onCallAt(present, at).map(({ user_id }) => user_id),
    )
  }

  const reach: Reach = { users: [], channels: [], empty: [] }
  const call = (user_id: string, via: Via) => {
    const name = names.get(user_id)
    if (name !== undefined && !reach.users.some((one) => one.user_id === user_id))
      reach.users.push({ user_id, name, via })
    return name !== undefined
  }
  for (const target of targets) {
    const why = reached(target, call, reach, { ...found, shifts, names, at })
    if (why !== undefined) reach.empty.push({ target, why })
  }
  return reach
}

type Known = Awaited<ReturnType<typeof known>> & {
  shifts: Map<string, string[]>
  names: Map<string, string>
  at: number
}

/** Adds what one target leads to; answers why that is nobody. */
function reached(
  target: Target,
  call: (user_id: string, via: Via) => boolean,
  reach: Reach,
  { schedules, channels, shifts, names, at }: Known,
): string | undefined {
  const { type, id } = target
  if (type === 'user')
    return call(id, { ...target, name: names.get(id) ?? '' }) ? undefined : 'a person it names has left the workspace'
  if (type === 'channel') {
    const channel = channels.get(id)
    if (!channel) return 'a channel it names was deleted'
    const fault = channelFault(channel, at)
    if (fault === undefined && !reach.channels.some((one) => one.id === id))
      reach.channels.push({ id, name: channel.name })
    return fault
  }
  const schedule = schedules.get(id)
  if (!schedule) return 'a schedule it names was deleted'
  const on = shifts.get(id) ?? []
  if (on.length === 0) return `nobody is on call in “${schedule.name}”`
  const called = on.filter((user_id) => call(user_id, { ...target, name: schedule.name }))
  return called.length > 0 ? undefined : `whoever is on call in “${schedule.name}” has left the workspace`
}
