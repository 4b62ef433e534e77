import { type PointerEvent, useRef, useState } from 'react'
import { cx } from '@/ui/cx'
import { lanesOf, snap, type Window } from './calendar'
import { momentAt } from './final-row'
import { fillOf } from './person'
import { boxAt, Days, heightOf, LANE, Row } from './track'
import type { Override } from './types'
import type { Range } from './use-pick'
import { spanOf } from './zone'

type Grip = 'from' | 'to' | 'both'
type Drag = { override: Override; grip: Grip; x: number; at: number; now: Range }

const STILL = 4
const spanOfOverride = ({ from, to }: Override): Range => ({ from: Date.parse(from), to: Date.parse(to) })

/** The span while one of its edges, or all of it, is pulled along. */
export function dragged(was: Range, grip: Grip, by: number, least: number): Range {
  if (grip === 'both') return { from: was.from + by, to: was.to + by }
  if (grip === 'from') return { from: Math.min(was.from + by, was.to - least), to: was.to }
  return { from: was.from, to: Math.max(was.to + by, was.from + least) }
}

/** What an override does, short enough for its bar. */
export function overrideWords({ kind, user_id, replaces }: Override, nameOf: (id: string | null) => string): string {
  if (kind === 'add') return `${nameOf(user_id)} too`
  if (kind === 'remove') return `Without ${nameOf(replaces)}`
  return `${nameOf(user_id)} for ${replaces ? nameOf(replaces) : 'everybody'}`
}

type Props = {
  overrides: readonly Override[]
  window: Window
  nameOf: (id: string | null) => string
  /** Moved by the keyboard and not stored yet. */
  moved: (Range & { id: string }) | null
  mayWrite: boolean
  onEdit: (override: Override) => void
  onMove: (override: Override, to: Range) => void
}

/** The overrides themselves; their edges can be dragged, and so can all of one. The keyboard does it in the row below. */
export function OverrideRow({ overrides, window, nameOf, moved, mayWrite, onEdit, onMove }: Props) {
  const track = useRef<HTMLDivElement>(null)
  const [drag, setDrag] = useState<Drag | null>(null)
  const { bars, lanes } = lanesOf(overrides)

  const down = (override: Override, grip: Grip) => (event: PointerEvent) => {
    if (event.button !== 0 || event.pointerType === 'touch' || !mayWrite || !track.current) return
    event.stopPropagation()
    event.currentTarget.setPointerCapture(event.pointerId)
    const { at } = momentAt(event, track.current, window)
    setDrag({ override, grip, x: event.clientX, at, now: spanOfOverride(override) })
  }
  const move = (event: PointerEvent) => {
    event.stopPropagation()
    if (!drag || !track.current) return
    const { at } = momentAt(event, track.current, window)
    const was = spanOfOverride(drag.override)
    const edge = drag.grip === 'to' ? was.to : was.from
    const by = snap(window, edge + at - drag.at, [], 0) - edge
    setDrag({ ...drag, now: dragged(was, drag.grip, by, window.step) })
  }
  const up = (override: Override) => (event: PointerEvent) => {
    // An edge lies on its bar, which would hear of it as well.
    event.stopPropagation()
    if (event.pointerType === 'touch' && mayWrite) return onEdit(override)
    if (!drag) return
    const { now, x } = drag
    const was = spanOfOverride(override)
    setDrag(null)
    if (Math.abs(event.clientX - x) < STILL) return onEdit(override)
    if (now.from !== was.from || now.to !== was.to) onMove(override, now)
  }
  const hands = (override: Override, grip: Grip) => ({
    onPointerDown: down(override, grip),
    onPointerMove: move,
    onPointerUp: up(override),
    onPointerCancel: () => setDrag(null),
  })
  return (
    <Row name="Overrides" className="bg-surface">
      <div ref={track} className="relative" style={{ height: heightOf(lanes) }}>
        <Days window={window} />
        {bars
          .filter(({ from, to }) => to > window.from && from < window.to)
          .map(({ item, from, to, lane }) => {
            const there = drag?.override.id === item.id ? drag.now : moved?.id === item.id ? moved : { from, to }
            const who = nameOf(item.kind === 'remove' ? item.replaces : item.user_id)
            return (
              <div
                key={item.id}
                data-override={item.id}
                aria-hidden
                title={`${overrideWords(item, nameOf)}, ${spanOf(there.from, there.to, window.zone)}`}
                className={cx(
                  'absolute z-10 flex h-[26px] items-center overflow-hidden rounded-xs px-2 text-2xs whitespace-nowrap ring-1 ring-accent ring-inset',
                  mayWrite && 'cursor-grab active:cursor-grabbing',
                )}
                style={{ ...boxAt(window, there.from, there.to), top: 4 + lane * (LANE + 2), ...fillOf(who) }}
                {...hands(item, 'both')}
              >
                <span className="truncate">{overrideWords(item, nameOf)}</span>
                {mayWrite && (
                  <>
                    <i {...hands(item, 'from')} className="absolute inset-y-0 left-0 w-2 cursor-ew-resize" />
                    <i {...hands(item, 'to')} className="absolute inset-y-0 right-0 w-2 cursor-ew-resize" />
                  </>
                )}
              </div>
            )
          })}
      </div>
    </Row>
  )
}
