import { createContext, useContext, useSyncExternalStore } from 'react'
import { duration, shortDuration } from './format'

const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone
/** The zone that absolute times are shown in; the app sets it to the person's own. */
export const TimeZone = createContext(ownZone)
export const useTimeZone = () => useContext(TimeZone)

/** One timer for all running times of the page; it stands still while nobody looks. */
const clocks = new Map<number, { now: number; listeners: Set<() => void>; timer?: ReturnType<typeof setInterval> }>()
function clockOf(every: number) {
  let clock = clocks.get(every)
  if (!clock) {
    clock = { now: Date.now(), listeners: new Set() }
    clocks.set(every, clock)
  }
  return clock
}
/** The present moment, renewed every so many milliseconds. */
export function useNow(every = 1000): number {
  const clock = clockOf(every)
  return useSyncExternalStore(
    (listener) => {
      clock.listeners.add(listener)
      clock.timer ??= setInterval(() => {
        clock.now = Date.now()
        for (const wake of clock.listeners) wake()
      }, every)
      return () => {
        clock.listeners.delete(listener)
        if (clock.listeners.size > 0) return
        clearInterval(clock.timer)
        clock.timer = undefined
      }
    },
    () => {
      if (!clock.timer && Date.now() - clock.now >= every) clock.now = Date.now()
      return clock.now
    },
  )
}

type When = string | number
const format = (at: When, options: Intl.DateTimeFormatOptions, timeZone: string) =>
  new Intl.DateTimeFormat('en-GB', { ...options, timeZone, hourCycle: 'h23' }).format(new Date(at))

const DAY: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short' }
const CLOCK: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' }

/** `23 Nov 2026, 14:01:48 Europe/Berlin`: nothing left to guess. */
export const exact = (at: When, zone: string) =>
  `${format(at, { ...DAY, year: 'numeric', ...CLOCK, second: '2-digit' }, zone)} ${zone}`

/** `Today, 14:01`, `19 Nov, 08:47`, `4 Mar 2025, 10:00`. */
export function dateTime(at: When, zone: string, now: number, seconds = false): string {
  const clock = format(at, seconds ? { ...CLOCK, second: '2-digit' } : CLOCK, zone)
  const day = (moment: When) => format(moment, { ...DAY, year: 'numeric' }, zone)
  if (day(at) === day(now)) return `Today, ${clock}`
  if (day(at) === day(now - 86_400_000)) return `Yesterday, ${clock}`
  const sameYear = format(at, { year: 'numeric' }, zone) === format(now, { year: 'numeric' }, zone)
  return `${format(at, sameYear ? DAY : { ...DAY, year: 'numeric' }, zone)}, ${clock}`
}

/** `6m ago`, `in 3d`, `just now`. */
export function relative(at: When, now: number): string {
  const seconds = (now - new Date(at).getTime()) / 1000
  if (Math.abs(seconds) < 5) return 'just now'
  return seconds > 0 ? `${shortDuration(seconds)} ago` : `in ${shortDuration(-seconds)}`
}

type Props = { at: When; className?: string }
const iso = (at: When) => new Date(at).toISOString()

/** `6m ago`; the exact moment and its zone in the title. */
export function Ago({ at, className }: Props) {
  const now = useNow(Date.now() - new Date(at).getTime() < 60_000 ? 1000 : 15_000)
  const zone = useTimeZone()
  return (
    <time dateTime={iso(at)} title={exact(at, zone)} className={className}>
      {relative(at, now)}
    </time>
  )
}

/** `Today, 14:01`. */
export function At({ at, className, seconds }: Props & { seconds?: boolean }) {
  const zone = useTimeZone()
  const now = useNow(60_000)
  return (
    <time dateTime={iso(at)} title={exact(at, zone)} className={className}>
      {dateTime(at, zone, now, seconds)}
    </time>
  )
}

/** `4 Mar 2026`. */
export function Day({ at, className }: Props) {
  const zone = useTimeZone()
  return (
    <time dateTime={iso(at)} title={exact(at, zone)} className={className}>
      {format(at, { ...DAY, year: 'numeric' }, zone)}
    </time>
  )
}

/** Time passed since then, running: `6m 12s`. */
export function Since({ at, className }: Props) {
  const now = useNow(1000)
  const zone = useTimeZone()
  return (
    <time dateTime={iso(at)} title={`Since ${exact(at, zone)}`} className={cxTabular(className)}>
      {duration((now - new Date(at).getTime()) / 1000)}
    </time>
  )
}

/** Time left until then, running: `in 48s`; `now` when it has come. */
export function Until({ at, className }: Props) {
  const now = useNow(1000)
  const zone = useTimeZone()
  const seconds = (new Date(at).getTime() - now) / 1000
  return (
    <time dateTime={iso(at)} title={exact(at, zone)} className={cxTabular(className)}>
      {seconds < 1 ? 'now' : `in ${duration(seconds)}`}
    </time>
  )
}

const cxTabular = (className?: string) => (className ? `tabular-nums ${className}` : 'tabular-nums')
