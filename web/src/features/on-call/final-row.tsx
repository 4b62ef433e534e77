import { type PointerEvent, useId, useRef } from 'react'
import { cx } from '@/ui/cx'
import { cellsIn, cellWords, lanesOf, snap, type Window } from './calendar'
import { boxAt, Days, Gaps, heightOf, Row, Shifts } from './track'
import type { Timeline } from './types'
import type { Range, usePick } from './use-pick'

/** How near the pointer has to come to the end of a shift, in pixels. */
const REACH = 6
/** A hand that trembles does not drag yet. */
const STILL = 4

/** The moment below the pointer. */
export function momentAt({ clientX }: { clientX: number }, track: HTMLElement, window: Window) {
  const { left, width } = track.getBoundingClientRect()
  const perPixel = (window.to - window.from) / Math.max(1, width)
  return { at: window.from + Math.min(width, Math.max(0, clientX - left)) * perPixel, perPixel }
}
const edgesOf = ({ shifts, gaps }: Timeline) =>
  [...shifts, ...gaps].flatMap(({ from, to }) => [Date.parse(from), Date.parse(to)])

/** What is below a click: the whole shift or gap. */
function wholeAt({ shifts, gaps }: Timeline, at: number): Range | undefined {
  const one = [...shifts, ...gaps].find(({ from, to }) => Date.parse(from) <= at && at < Date.parse(to))
  return one && { from: Date.parse(one.from), to: Date.parse(one.to) }
}

type Props = {
  window: Window
  timeline: Timeline
  pick: ReturnType<typeof usePick>
  /** Who may change it can pick a part for an override. */
  onPicked: ((range: Range) => void) | null
}

/** Who is on call in the end, after overrides and temporary schedules; a part of it can be picked. */
export function FinalRow({ window, timeline, pick, onPicked }: Props) {
  const track = useRef<HTMLDivElement>(null)
  const from = useRef<{ x: number; at: number } | null>(null)
  const id = useId()
  const { lanes } = lanesOf(timeline.shifts)
  const { cursor, picked } = pick
  const edges = edgesOf(timeline)

  const snapped = (event: PointerEvent) => {
    if (!track.current) return 0
    const { at, perPixel } = momentAt(event, track.current, window)
    return snap(window, at, edges, REACH * perPixel)
  }
  const down = (event: PointerEvent) => {
    // Fingers scroll the calendar; a tap still picks a whole shift.
    if (event.button !== 0 || event.pointerType === 'touch' || !onPicked) return
    event.currentTarget.setPointerCapture(event.pointerId)
    from.current = { x: event.clientX, at: snapped(event) }
  }
  const move = (event: PointerEvent) => {
    if (!from.current || Math.abs(event.clientX - from.current.x) < STILL) return
    const to = snapped(event)
    if (to !== from.current.at) pick.pick({ from: Math.min(from.current.at, to), to: Math.max(from.current.at, to) })
  }
  const up = (event: PointerEvent) => {
    const began = from.current
    from.current = null
    if (!track.current) return
    if (began && Math.abs(event.clientX - began.x) >= STILL && picked) return onPicked?.(picked)
    const { at } = momentAt(event, track.current, window)
    pick.look(at)
    pick.pick(wholeAt(timeline, at) ?? null)
  }
  return (
    <Row name="On call" note="After overrides" className="bg-surface">
      <div ref={track} className="relative" style={{ height: heightOf(lanes) }}>
        <Days window={window} />
        <Gaps gaps={timeline.gaps} window={window} />
        <Shifts shifts={timeline.shifts} window={window} />
        {picked && (
          <i
            aria-hidden
            data-picked
            className="pointer-events-none absolute inset-y-0.5 z-10 rounded-xs border-2 border-focus bg-accent/20"
            style={boxAt(window, picked.from, picked.to)}
          />
        )}
        {/* biome-ignore lint/a11y/useSemanticElements: a table cannot be drawn over the bars of the shifts */}
        <div
          role="grid"
          aria-label="Who is on call, by the hour"
          aria-colcount={cellsIn(window)}
          aria-describedby={`${id}-keys`}
          aria-activedescendant={id}
          tabIndex={0}
          onKeyDown={pick.onKeyDown}
          onKeyUp={pick.onKeyUp}
          onBlur={() => pick.settle(true)}
          onPointerDown={down}
          onPointerMove={move}
          onPointerUp={up}
          onPointerCancel={() => {
            from.current = null
          }}
          className={cx('group absolute inset-0 z-10 -outline-offset-2', onPicked && 'cursor-crosshair')}
        >
          {/* biome-ignore lint/a11y/useSemanticElements: see above */}
          {/* biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names its cell */}
          <div role="row">
            {/* biome-ignore lint/a11y/useSemanticElements: see above */}
            {/* biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names its cell */}
            <div
              role="gridcell"
              id={id}
              aria-label={cellWords(timeline, cursor, cursor + window.step, window.zone)}
              className="pointer-events-none absolute inset-y-0 min-w-1.5 rounded-xs border-2 border-focus opacity-0 group-focus:opacity-100"
              style={boxAt(window, cursor, cursor + window.step)}
            />
          </div>
        </div>
        <p id={`${id}-keys`} className="sr-only">
          {onPicked
            ? 'Arrow keys move by a cell, with Control by a day. With Shift they pick a part; Enter overrides it. Delete removes an override, with Alt the arrows move it.'
            : 'Arrow keys move by a cell, with Control by a day.'}
        </p>
      </div>
    </Row>
  )
}
