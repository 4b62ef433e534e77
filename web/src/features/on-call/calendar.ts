import type { ScheduleRange } from '@/search'
import type { Shift, Span, Timeline } from './types'
import { dateOf, dayAndMonth, daysAfter, instantOf, mondayOf, monthAndYear, spanOf } from './zone'

const HOUR = 3_600_000

/** What the calendar shows: whole days of one zone. */
export type Window = { zone: string; days: string[]; from: number; to: number; step: number }

const DAYS = { week: 7, fortnight: 14 } as const
/** How far one press of an arrow key goes, and what the pointer snaps to. */
const STEP = { week: HOUR, fortnight: HOUR, month: 3 * HOUR } as const

const firstOfMonth = (date: string) => `${date.slice(0, 7)}-01`
const nextMonth = (date: string, by: number) => {
  const [year = 0, month = 1] = date.split('-').map(Number)
  return new Date(Date.UTC(year, month - 1 + by, 1)).toISOString().slice(0, 10)
}
const isDate = (text: string | undefined): text is string =>
  text !== undefined && !Number.isNaN(Date.parse(`${text}T00:00:00Z`))

/** The first day of the range that a day is in. */
export const startOf = (range: ScheduleRange, date: string) => (range === 'month' ? firstOfMonth(date) : mondayOf(date))
export const turn = (range: ScheduleRange, start: string, by: 1 | -1) =>
  range === 'month' ? nextMonth(start, by) : daysAfter(start, by * DAYS[range])

export function windowOf(range: ScheduleRange, asked: string | undefined, zone: string, now: number): Window {
  const start = startOf(range, isDate(asked) ? asked : dateOf(now, zone))
  const end = turn(range, start, 1)
  const days: string[] = []
  for (let day = start; day < end; day = daysAfter(day, 1)) days.push(day)
  return { zone, days, from: instantOf(start, zone), to: instantOf(end, zone), step: STEP[range] }
}
/** `23 – 29 Nov`, `November 2026`. */
export function windowName(range: ScheduleRange, { days }: Window): string {
  const [first = '', last = ''] = [days[0], days.at(-1)]
  if (range === 'month') return monthAndYear(first)
  const from = first.slice(0, 7) === last.slice(0, 7) ? String(Number(first.slice(8))) : dayAndMonth(first)
  return `${from} – ${dayAndMonth(last)} ${last.slice(0, 4)}`
}

/** How far into the window a moment is, in percent, never outside of it. */
export const placeOf = ({ from, to }: Pick<Window, 'from' | 'to'>, at: number) =>
  Math.min(100, Math.max(0, ((at - from) / (to - from)) * 100))

export type Bar<T> = { item: T; from: number; to: number; lane: number }
/** Bars that are there at the same time lie below each other. */
export function lanesOf<T extends Span>(items: readonly T[]): { bars: Bar<T>[]; lanes: number } {
  const ends: number[] = []
  const bars = items
    .map((item) => ({ item, from: Date.parse(item.from), to: Date.parse(item.to) }))
    .sort((a, b) => a.from - b.from || b.to - a.to)
    .map((bar) => {
      const free = ends.findIndex((end) => end <= bar.from)
      const lane = free < 0 ? ends.length : free
      ends[lane] = bar.to
      return { ...bar, lane }
    })
  return { bars, lanes: Math.max(1, ends.length) }
}

/** Full steps since the window began: the cell a moment is in. */
export const cellOf = ({ from, step }: Window, at: number) => Math.floor((at - from) / step)
export const cellsIn = ({ from, to, step }: Window) => Math.max(1, Math.ceil((to - from) / step))
export const cellStart = ({ from, step }: Window, cell: number) => from + cell * step

/** The nearest step or, still nearer, the beginning or end of a shift. */
export function snap(window: Window, at: number, edges: readonly number[], reach: number): number {
  const edge = edges.reduce<number | undefined>(
    (best, one) => (Math.abs(one - at) <= reach && (!best || Math.abs(one - at) < Math.abs(best - at)) ? one : best),
    undefined,
  )
  if (edge !== undefined) return edge
  return window.from + Math.round((at - window.from) / window.step) * window.step
}

export const at = (shifts: readonly Shift[], moment: number) =>
  shifts.filter(({ from, to }) => Date.parse(from) <= moment && moment < Date.parse(to))
/** Who is on call in a part of the window, in words. */
export function whoIn({ shifts }: Pick<Timeline, 'shifts'>, from: number, to: number): string {
  const there = shifts.filter((shift) => Date.parse(shift.from) < to && from < Date.parse(shift.to))
  const names = [...new Set(there.map(({ user_name }) => user_name))]
  return names.length > 0 ? names.join(', ') : 'nobody'
}
/** A cell as it is read out. */
export function cellWords(timeline: Pick<Timeline, 'shifts'>, from: number, to: number, zone: string): string {
  const replaced = at(timeline.shifts, from).some(({ why }) => why === 'override')
  return `${spanOf(from, to, zone)}: ${whoIn(timeline, from, to)}${replaced ? ', by an override' : ''}`
}
