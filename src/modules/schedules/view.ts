import type { schedules } from '#db/schema/schedules'
import { isoAt } from '#kernel/clock'
import type { Interval } from '#oncall/intervals'
import { presentOnly, type Shift, type Standing, standing } from '#oncall/resolve'
import { noticeOf } from './draft'

export type Row = typeof schedules.$inferSelect
export type Names = ReadonlyMap<string, string>

export const nameOf = (names: Names, user_id: string) => names.get(user_id) ?? 'Somebody who has left'
const person = (names: Names) => (one: { user_id: string }) => ({
  user_id: one.user_id,
  user_name: nameOf(names, one.user_id),
})

/** Who is on call, and who is next. */
export const standingView = ({ on, next }: Standing, names: Names) => ({
  on_call: on.map(({ user_id, until, layer_id, why, override_id = null }) => ({
    ...person(names)({ user_id }),
    ...{ layer_id, why, override_id },
    until: until === null ? null : isoAt(until),
  })),
  next: next && { at: isoAt(next.at), users: next.on.map(person(names)) },
})

/** `members`: whoever has left is on call no more. */
export const nowOf = ({ config }: Row, members: Names, now: number) =>
  standingView(
    standing(
      presentOnly(config, (id) => members.has(id)),
      now,
    ),
    members,
  )

/** The row as clients see it. */
export function view(row: Row, members: Names, now: number) {
  const { config, valid_from: _, notice, ...rest } = row
  const open = ({ to }: { to: string }) => Date.parse(to) > now
  return {
    ...rest,
    timezone: config.timezone,
    layers: config.layers.map((layer) => ({
      ...layer,
      handoff_day: layer.handoff_day ?? null,
      end_date: layer.end_date ?? null,
    })),
    overrides: config.overrides.filter(open).map((one) => ({
      ...one,
      note: one.note ?? null,
      created_by: one.created_by ?? null,
    })),
    temporary: config.temporary.filter(open),
    notice: noticeOf(notice),
    ...nowOf(row, members, now),
  }
}

export const intervalView = ({ from, to }: Interval) => ({ from: isoAt(from), to: isoAt(to) })
export const shiftView =
  (names: Names) =>
  ({ user_id, from, to, layer_id, why, override_id }: Shift) => ({
    ...person(names)({ user_id }),
    ...intervalView({ from, to }),
    ...{ layer_id, why, override_id: override_id ?? null },
  })
