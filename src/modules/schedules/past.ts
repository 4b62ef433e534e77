import type { ScheduleConfig } from '#contract/oncall'
import { membersOf, namesOf, versionsOf } from '#engine/on-call'
import { isoAt } from '#kernel/clock'
import type { Ctx } from '#kernel/context'
import { invalid } from '#kernel/fail'
import { gapsIn } from '#oncall/intervals'
import { reportOf } from '#oncall/report'
import { presentOnly, type Shift, standing, timeline as timelineOf, type Version } from '#oncall/resolve'
import { read } from './draft'
import type { Preview, RangeQuery } from './schema'
import { load } from './versions'
import { intervalView, type Names, nameOf, nowOf, type Row, shiftView, standingView } from './view'

const DAY_MS = 86_400_000
const MOST_DAYS = 100
/** More than anybody reads, and what an answer can hold. */
const MOST_SHIFTS = 10_000
const [EARLIEST, LATEST] = [Date.UTC(2000), Date.UTC(2200)]

type Range = { from: number; to: number }
function rangeOf({ from, to }: RangeQuery, usual: Range): Range {
  const range = {
    from:
      from === undefined ? (to === undefined ? usual.from : Date.parse(to) + usual.from - usual.to) : Date.parse(from),
    to: to === undefined ? (from === undefined ? usual.to : Date.parse(from) + usual.to - usual.from) : Date.parse(to),
  }
  for (const name of ['from', 'to'] as const)
    if (!(range[name] >= EARLIEST && range[name] < LATEST))
      throw invalid({ [name]: 'must be in the years 2000 to 2199' })
  if (range.to <= range.from) throw invalid({ to: 'must be after `from`' })
  if (range.to - range.from > MOST_DAYS * DAY_MS)
    throw invalid({ to: `must be at most ${MOST_DAYS} days after \`from\`` })
  return range
}
const fortnight = (now: number): Range => ({ from: now, to: now + 14 * DAY_MS })

/** Each layer as if it were alone, through the versions in which it was there. */
function layersOf(versions: Version[], { layers }: ScheduleConfig, { from, to }: Range) {
  const names = new Map(layers.map(({ id, name }) => [id, name]))
  for (const { config } of versions) for (const { id, name } of config.layers) if (!names.has(id)) names.set(id, name)
  let total = 0
  return [...names].map(([id, name]) => {
    const only = versions.map((version) => ({
      ...version,
      config: {
        ...version.config,
        ...{ layers: version.config.layers.filter((layer) => layer.id === id), overrides: [], temporary: [] },
      },
    }))
    const shifts = timelineOf(only, from, to)
    total += shifts.length
    if (total > MOST_SHIFTS) throw invalid({ to: 'that is too much at once: ask for a shorter time' })
    return { id, name, shifts }
  })
}

type Shown = { versions: Version[]; config: ScheduleConfig; range: Range; since: number }

async function timelineView(ctx: Ctx, { versions, config, range, since }: Shown) {
  const layers = layersOf(versions, config, range)
  const shifts = timelineOf(versions, range.from, range.to)
  const people = [shifts, ...layers.map((layer) => layer.shifts)].flat().map(({ user_id }) => user_id)
  const show = shiftView(await namesOf(ctx.db, people))
  return {
    ...intervalView(range),
    shifts: shifts.map(show),
    // Before it was made, nobody was missing.
    gaps: gapsIn(shifts, Math.max(range.from, since), range.to).map(intervalView),
    layers: layers.map((layer) => ({ ...layer, shifts: layer.shifts.map(show) })),
  }
}

async function versionsIn(ctx: Ctx, row: Row, range: Range) {
  const now = ctx.now()
  const members = await membersOf(ctx.db, ctx.tenant.id)
  return versionsOf(ctx.db, row, { ...range, now, members })
}

export async function timeline(ctx: Ctx, id: string, query: RangeQuery) {
  const row = await load(ctx, id)
  const range = rangeOf(query, fortnight(ctx.now()))
  const versions = await versionsIn(ctx, row, range)
  return timelineView(ctx, { versions, range, config: row.config, since: Date.parse(row.created_at) })
}

/** Who had how much of it, and when nobody was on call. */
export async function report(ctx: Ctx, id: string, query: RangeQuery) {
  const row = await load(ctx, id)
  const now = ctx.now()
  const asked = rangeOf(query, { from: now - 30 * DAY_MS, to: now + 30 * DAY_MS })
  const from = Math.min(Math.max(asked.from, Date.parse(row.created_at)), asked.to)
  const shifts: Shift[] = timelineOf(await versionsIn(ctx, row, asked), asked.from, asked.to)
  const { gaps, overlaps, people, ...figures } = reportOf(shifts, row.config.timezone, from, asked.to)
  const names: Names = await namesOf(
    ctx.db,
    people.map(({ user_id }) => user_id),
  )
  return {
    ...intervalView(asked),
    ...figures,
    gaps: gaps.map(intervalView),
    overlaps: overlaps.map(intervalView),
    people: people.map((one) => ({ ...one, user_name: nameOf(names, one.user_id) })),
  }
}

/** Who is on call at a moment: in the past as it was, in future as it is planned. */
export async function onCall(ctx: Ctx, id: string, asked: string | undefined) {
  const row = await load(ctx, id)
  const now = ctx.now()
  const at = asked === undefined ? now : Date.parse(asked)
  if (!(at >= EARLIEST && at < LATEST)) throw invalid({ at: 'must be in the years 2000 to 2199' })
  const members = await membersOf(ctx.db, ctx.tenant.id)
  if (at >= Date.parse(row.valid_from)) return { at: isoAt(at), ...nowOf(row, members, at) }
  const versions = await versionsIn(ctx, row, { from: at, to: at + 1 })
  const then = versions.find(({ from, until }) => from <= at && (until === null || at < until))
  const people = then ? standing(then.config, at) : { on: [], next: null }
  const named = [...people.on, ...(people.next?.on ?? [])].map(({ user_id }) => user_id)
  const names = await namesOf(ctx.db, named)
  return { at: isoAt(at), ...standingView(people, names) }
}

/** What a schedule would be like, without saving it. */
export async function preview(ctx: Ctx, { id, from, to, ...draft }: Preview) {
  const now = ctx.now()
  const members = await membersOf(ctx.db, ctx.tenant.id)
  const base = id === undefined ? undefined : await load(ctx, id)
  const wanted = await read(ctx, draft, members, base)
  const range = rangeOf({ from, to }, fortnight(now))
  const config = {
    timezone: wanted.timezone ?? base?.config.timezone ?? ctx.tenant.timezone,
    layers: wanted.layers ?? base?.config.layers ?? [],
    overrides: base?.config.overrides ?? [],
    temporary: base?.config.temporary ?? [],
  }
  const version = { config: presentOnly(config, (one) => members.has(one)), from: 0, until: null }
  return timelineView(ctx, { versions: [version], config, range, since: range.from })
}
