import { type KeyboardEvent, useState } from 'react'
import { cellOf, cellStart, cellsIn, cellWords, type Window, whoIn } from './calendar'
import type { Override, Timeline } from './types'
import { spanOf } from './zone'

const DAY = 86_400_000
export type Range = { from: number; to: number }
type State = { cursor: number; anchor: number | null; picked: Range | null; moved: (Range & { id: string }) | null }

type Acts = {
  /** An override of that moment, if there is one. */
  overrideAt: (at: number) => Override | undefined
  onNew: (range: Range) => void
  onEdit: (override: Override) => void
  onMove: (override: Override, to: Range) => void
  onRemove: (override: Override) => void
}

const clampTo = (window: Window, at: number) =>
  cellStart(window, Math.min(cellsIn(window) - 1, Math.max(0, cellOf(window, at))))

/** How far a key goes, in milliseconds; `undefined` for keys that go nowhere. */
function wayOf({ key, ctrlKey, metaKey }: KeyboardEvent, window: Window): number | undefined {
  const far = ctrlKey || metaKey ? DAY : window.step
  const ways: Record<string, number> = {
    ...{ ArrowLeft: -far, ArrowRight: far, PageUp: -DAY, PageDown: DAY },
    ...{ Home: Number.NEGATIVE_INFINITY, End: Number.POSITIVE_INFINITY },
  }
  return ways[key]
}
const go = (window: Window, at: number, way: number) => {
  if (way === Number.NEGATIVE_INFINITY) return window.from
  if (way === Number.POSITIVE_INFINITY) return clampTo(window, window.to - 1)
  return clampTo(window, at + way)
}

/**
 * A cell in focus and a part that is picked, by keyboard and pointer alike. Arrows go by a cell, with Ctrl by a day; with
 * Shift they pick, with Alt they move the override below (Alt and Shift: its end), which is stored when Alt is released.
 */
export function usePick(
  window: Window,
  timeline: Timeline,
  now: number,
  acts: Acts | null,
  say: (words: string) => void,
) {
  const [state, set] = useState<State>(() => ({
    ...{ anchor: null, picked: null, moved: null },
    cursor: clampTo(window, now),
  }))
  const { zone, step } = window
  // Another week is shown: what was in focus may not be in it.
  const cursor = clampTo(window, state.cursor < window.from || state.cursor >= window.to ? now : state.cursor)
  const put = (part: Partial<State>) => set((before) => ({ ...before, ...part }))

  const pick = (picked: Range | null, words = '') => {
    put({ picked, anchor: null })
    if (picked)
      say(words || `${spanOf(picked.from, picked.to, zone)} picked: ${whoIn(timeline, picked.from, picked.to)}`)
  }
  const walk = (way: number) => {
    const next = go(window, cursor, way)
    put({ cursor: next, anchor: null, picked: null })
    say(cellWords(timeline, next, next + step, zone))
  }
  const extend = (way: number) => {
    const anchor = state.anchor ?? cursor
    const next = go(window, cursor, way)
    const picked = { from: Math.min(anchor, next), to: Math.max(anchor, next) + step }
    put({ cursor: next, anchor, picked })
    say(`${spanOf(picked.from, picked.to, zone)} picked: ${whoIn(timeline, picked.from, picked.to)}`)
  }
  const shove = (way: number, endOnly: boolean) => {
    const below = acts?.overrideAt(cursor)
    if (!below) return say('There is no override here to move.')
    if (!Number.isFinite(way)) return
    const { id } = below
    const was = state.moved ?? { from: Date.parse(below.from), to: Date.parse(below.to) }
    const from = endOnly ? was.from : was.from + way
    const to = Math.max(from + step, was.to + way)
    put({ moved: { id, from, to }, picked: null, anchor: null })
    say(`Override moved to ${spanOf(from, to, zone)}. Release Alt to keep it, Escape to leave it.`)
  }
  /** Alt was released, or the focus is elsewhere: what was moved stays there. */
  const settle = (keep: boolean) => {
    const { moved } = state
    if (!moved) return
    put({ moved: null, cursor: keep ? clampTo(window, moved.from) : cursor })
    const override = acts?.overrideAt(cursor)
    if (keep && override) acts?.onMove(override, moved)
    if (!keep) say('The override stays where it was.')
  }
  const open = () => {
    if (!acts) return
    const override = acts.overrideAt(cursor)
    if (!state.picked && override) return acts.onEdit(override)
    const there = timeline.shifts.find(({ from, to }) => Date.parse(from) <= cursor && cursor < Date.parse(to))
    const whole = there && { from: Date.parse(there.from), to: Date.parse(there.to) }
    acts.onNew(state.picked ?? whole ?? { from: cursor, to: cursor + step })
  }
  const remove = () => {
    const override = acts?.overrideAt(cursor)
    if (override) acts?.onRemove(override)
    else say('There is no override here to remove.')
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const way = wayOf(event, window)
    const { key, altKey, shiftKey } = event
    if (way !== undefined) {
      if (altKey && acts) shove(way, shiftKey)
      else if (shiftKey) extend(way)
      else walk(way)
    } else if (key === 'Enter' || key === ' ') open()
    else if (key === 'Delete' || key === 'Backspace') remove()
    else if (key === 'Escape') {
      if (state.moved) settle(false)
      else pick(null)
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  return {
    ...{ cursor, picked: state.picked, moved: state.moved, pick, settle, onKeyDown },
    onKeyUp: (event: KeyboardEvent) => event.key === 'Alt' && settle(true),
    look: (at: number) => put({ cursor: clampTo(window, at) }),
  }
}
