import { and, eq, inArray, isNull } from 'drizzle-orm'
import type { HandoffNotice, Layer, ScheduleConfig } from '#contract/oncall'
import { notification_channels } from '#db/schema/notification-channels'
import type { Ctx } from '#kernel/context'
import { dayAt, isZone } from '#kernel/days'
import { invalid } from '#kernel/fail'
import { faultsOf, textFault } from '#kernel/faults'
import { presets } from '#oncall/presets'
import { type Edit, LayerDraft, MOST, NoticeDraft, PresetDraft } from './schema'

type Faults = Record<string, string>
type Members = ReadonlyMap<string, string>
/** What a person asked for, completed; what they did not speak of is missing. */
export type Wanted = {
  name?: string
  description?: string | null
  timezone?: string
  layers?: Layer[]
  notice?: Required<HandoffNotice>
}
type Base = { config: ScheduleConfig }

const defaultNotice = { mode: 'on_change', people: true, channel_ids: [], day: 1, time: '09:00' } as const
export const noticeOf = (notice: Partial<HandoffNotice> = {}): Required<HandoffNotice> => ({
  ...defaultNotice,
  ...notice,
  channel_ids: [...(notice.channel_ids ?? [])],
})

/** Longest shift of each kind: a year. */
const longest = { hourly: 8_760, custom: 8_760, daily: 366, weekly: 52, monthly: 12 } as const

export function notMember(id: string, members: Members): string | undefined {
  return members.has(id) ? undefined : 'is not a member of this workspace'
}
function dayFault(date: string): string | undefined {
  const at = Date.parse(`${date}T00:00:00Z`)
  const real = !Number.isNaN(at) && new Date(at).toISOString().startsWith(date)
  return real && date >= '2000-01-01' && date < '2200-01-01' ? undefined : 'is not a day of the years 2000 to 2199'
}
function peopleFaults(participants: Layer['participants'], members: Members, at: string, faults: Faults) {
  for (const [i, turn] of participants.entries())
    for (const id of typeof turn === 'string' ? [turn] : turn) {
      const fault = notMember(id, members)
      if (fault) faults[`${at}.${i}`] = fault
    }
}

/** What of a layer the schema cannot say. */
function layerFaults({ rotation, length, start_date, end_date, participants }: Layer, members: Members, at: string) {
  const faults: Faults = {}
  if (length > longest[rotation]) faults[`${at}.length`] = `must be at most ${longest[rotation]}: a year`
  const start = dayFault(start_date)
  if (start) faults[`${at}.start_date`] = start
  const end = end_date ? dayFault(end_date) : undefined
  if (end) faults[`${at}.end_date`] = end
  else if (end_date && end_date < start_date) faults[`${at}.end_date`] = 'must not be before the first day'
  peopleFaults(participants, members, `${at}.participants`, faults)
  return faults
}

const completed = (draft: LayerDraft, index: number, today: string): Layer => ({
  id: draft.id ?? Bun.randomUUIDv7(),
  name: draft.name?.trim() ?? `Layer ${index + 1}`,
  priority: draft.priority ?? 1,
  rotation: draft.rotation,
  length: draft.length ?? 1,
  handoff_time: draft.handoff_time ?? '09:00',
  handoff_day: (draft.rotation === 'weekly' ? draft.handoff_day : null) ?? null,
  start_date: draft.start_date ?? today,
  end_date: draft.end_date ?? null,
  participants: draft.participants,
  restrictions: draft.restrictions ?? [],
})

function layersOf(given: unknown[], members: Members, today: string, faults: Faults): Layer[] {
  const layers: Layer[] = []
  const seen = new Set<string>()
  if (given.length > MOST.layers) faults.layers = `must have at most ${MOST.layers} items`
  for (const [i, one] of given.slice(0, MOST.layers).entries()) {
    const wrong = faultsOf(LayerDraft, one, `layers.${i}`)
    Object.assign(faults, wrong)
    if (Object.keys(wrong).length > 0) continue
    // Safe: just checked against the schema of this very type.
    const layer = completed(one as LayerDraft, i, today)
    Object.assign(faults, layerFaults(layer, members, `layers.${i}`))
    if (seen.has(layer.id)) faults[`layers.${i}.id`] = 'is used twice'
    seen.add(layer.id)
    layers.push(layer)
  }
  return layers
}

function presetOf(given: unknown, members: Members, today: string, faults: Faults): Layer[] {
  const wrong = faultsOf(PresetDraft, given, 'preset')
  Object.assign(faults, wrong)
  if (Object.keys(wrong).length > 0) return []
  // Safe: just checked against the schema of this very type.
  const { id, participants, start_date = today } = given as typeof PresetDraft.static
  const day = dayFault(start_date)
  if (day) faults['preset.start_date'] = day
  peopleFaults(participants, members, 'preset.participants', faults)
  return presets.find((preset) => preset.id === id)?.layers(participants, start_date) ?? []
}

async function noticeFrom(ctx: Ctx, given: unknown, faults: Faults): Promise<Required<HandoffNotice>> {
  const wrong = faultsOf(NoticeDraft, given, 'notice')
  Object.assign(faults, wrong)
  if (Object.keys(wrong).length > 0) return noticeOf()
  // Safe: just checked against the schema of this very type.
  const notice = noticeOf(given as typeof NoticeDraft.static)
  const { id, tenant_id, user_id } = notification_channels
  const mine = and(eq(tenant_id, ctx.tenant.id), isNull(user_id), inArray(id, notice.channel_ids))
  const known = new Set(
    notice.channel_ids.length === 0
      ? []
      : (await ctx.db.select({ id }).from(notification_channels).where(mine)).map((row) => row.id),
  )
  for (const [i, channel] of notice.channel_ids.entries())
    if (!known.has(channel)) faults[`notice.channel_ids.${i}`] = 'is not a channel of this workspace'
  return notice
}

/** What a person asked for, completed; throws 422 naming every wrong field at once. */
export async function read(ctx: Ctx, input: Edit, members: Members, base?: Base): Promise<Wanted> {
  const faults: Faults = {}
  const { name, description, layers, preset, notice } = input
  const zone = input.timezone ?? base?.config.timezone ?? ctx.tenant.timezone
  if (!isZone(zone)) throw invalid({ timezone: 'is not a time zone such as Europe/Berlin' })
  const text = description ? textFault(description) : undefined
  if (text) faults.description = text
  if (layers !== undefined && preset !== undefined) faults.preset = 'makes the layers: give one or the other'
  const today = dayAt(zone, ctx.now()).date
  const wanted: Wanted = { name: name?.trim(), timezone: input.timezone }
  if (description !== undefined) wanted.description = description?.trim() || null
  if (layers !== undefined && !Array.isArray(layers)) faults.layers = 'must be a list'
  else if (layers !== undefined) wanted.layers = layersOf(layers, members, today, faults)
  else if (preset !== undefined) wanted.layers = presetOf(preset, members, today, faults)
  if (notice !== undefined) wanted.notice = await noticeFrom(ctx, notice, faults)
  if (Object.keys(faults).length > 0) throw invalid(faults)
  return wanted
}
