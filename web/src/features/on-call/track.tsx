import type { ReactNode } from 'react'
import { cx } from '@/ui/cx'
import { useNow } from '@/ui/time'
import { lanesOf, placeOf, type Window } from './calendar'
import { fillOf, initialsOf, paleOf } from './person'
import type { Shift, Span } from './types'
import { instantOf, isWeekend, spanOf, weekdayShort } from './zone'

export const LANE = 26
const GAP = 4
export const heightOf = (lanes: number) => lanes * (LANE + 2) + 2 * GAP

/** Where something lies in the window, in percent of its width. */
export const boxAt = (window: Window, from: number, to: number) => {
  const left = placeOf(window, from)
  return { left: `${left}%`, width: `${placeOf(window, to) - left}%` }
}

/** A row: its name at the left (above it on phones), and the time to the right. */
export const Row = ({
  name,
  note,
  children,
  className,
}: {
  name: ReactNode
  note?: string
  children: ReactNode
  className?: string
}) => (
  <div className={cx('border-t border-line md:flex', className)}>
    <div className="sticky left-0 z-20 flex w-fit max-w-full shrink-0 flex-col justify-center bg-inherit px-3 pt-1.5 md:w-37 md:border-e md:border-line md:py-1">
      <span className="max-w-60 truncate text-xs font-medium" title={typeof name === 'string' ? name : undefined}>
        {name}
      </span>
      {note && <span className="truncate text-2xs text-subtle max-md:hidden">{note}</span>}
    </div>
    <div className="relative min-w-0 flex-1 overflow-hidden">{children}</div>
  </div>
)

/** The lines between days, weekends, what is over, and the present moment. */
export function Days({ window }: { window: Window }) {
  const now = useNow(60_000)
  const inside = now > window.from && now < window.to
  return (
    <div aria-hidden className="pointer-events-none absolute inset-0">
      {window.days.map((day, i) => {
        const from = instantOf(day, window.zone)
        const next = window.days[i + 1]
        return (
          <i
            key={day}
            className={cx('absolute inset-y-0', i > 0 && 'border-s border-line', isWeekend(day) && 'bg-sunken/70')}
            style={boxAt(window, from, next ? instantOf(next, window.zone) : window.to)}
          />
        )
      })}
      {inside && (
        <i
          data-today
          className="absolute inset-y-0 z-10 border-s-2 border-accent"
          style={{ left: `${placeOf(window, now)}%` }}
        />
      )}
    </div>
  )
}

/** The names of the days. */
export function DayNames({ window, today }: { window: Window; today: string }) {
  const narrow = window.days.length > 14
  return (
    <div aria-hidden className="relative h-8">
      {window.days.map((day, i) => {
        const next = window.days[i + 1]
        const place = boxAt(window, instantOf(day, window.zone), next ? instantOf(next, window.zone) : window.to)
        return (
          <span
            key={day}
            className="absolute inset-y-0 flex items-center gap-1 overflow-hidden px-1.5 text-2xs whitespace-nowrap text-subtle"
            style={place}
          >
            {!narrow && <span>{weekdayShort(day)}</span>}
            <span className={cx('tabular-nums', day === today && 'rounded-full bg-ink px-1.5 font-medium text-on-ink')}>
              {Number(day.slice(8))}
            </span>
          </span>
        )
      })}
    </div>
  )
}

const bar = 'absolute @container overflow-hidden rounded-xs border-e border-surface text-2xs whitespace-nowrap'
/** As wide as there is room for: nothing, the initials, or the name as well. */
const Words = ({ name }: { name: string }) => (
  <span className="hidden h-[26px] items-center gap-1 ps-0.5 @min-[21px]:flex">
    <b className="font-semibold">{initialsOf(name)}</b>
    <span className="hidden truncate @min-[64px]:inline">{name}</span>
  </span>
)

/** One coloured bar for each shift, with the initials of the person and, where there is room, the name. */
export function Shifts({ shifts, window, muted }: { shifts: readonly Shift[]; window: Window; muted?: boolean }) {
  const now = useNow(60_000)
  const { bars, lanes } = lanesOf(shifts)
  return (
    <div aria-hidden style={{ height: heightOf(lanes) }}>
      {bars
        .filter(({ from, to }) => to > window.from && from < window.to)
        .map(({ item, from, to, lane }) => {
          const fill = muted || to <= now ? paleOf(item.user_name) : fillOf(item.user_name)
          return (
            <span
              key={`${item.user_id} ${item.from} ${item.layer_id}`}
              title={`${item.user_name}, ${spanOf(from, to, window.zone)}`}
              data-shift
              className={cx(bar, 'h-[26px]', item.why !== 'layer' && 'ring-1 ring-accent ring-inset')}
              style={{ ...boxAt(window, from, to), top: GAP + lane * (LANE + 2), ...fill }}
            >
              <Words name={item.user_name} />
            </span>
          )
        })}
    </div>
  )
}

/** Nobody is on call: red and hatched, so that it is seen in grey print as well. */
export const hatch =
  'bg-[repeating-linear-gradient(135deg,var(--down-line)_0_4px,var(--down-soft)_4px_9px)] ring-1 ring-inset ring-down-line'
export const Gaps = ({ gaps, window }: { gaps: readonly Span[]; window: Window }) => (
  <div aria-hidden>
    {gaps.map(({ from, to }) => (
      <span
        key={from}
        data-gap
        title={`Nobody, ${spanOf(Date.parse(from), Date.parse(to), window.zone)}`}
        className={cx('absolute h-[26px] rounded-xs', hatch)}
        style={{ ...boxAt(window, Date.parse(from), Date.parse(to)), top: GAP }}
      />
    ))}
  </div>
)
