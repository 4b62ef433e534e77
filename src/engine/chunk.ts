import { ByteReader, ByteWriter } from '#engine/history-bytes'
import { addTenths, newSlots, type PhaseSum, placeOf, SLOT_MS } from '#engine/history-phases'

export const HOUR_MS = 3_600_000

/**
 * The checks of one series in one hour, about four bytes each. Checks come in regular distances and answers take much the
 * same time, so of both the difference to the check before is kept: how much longer than the last one the distance was,
 * how much longer the answer took in tenths of a millisecond (from -1 = none), and the code.
 */
export type Chunk = {
  series: number
  hour: number
  written: ByteWriter
  n: number
  last_at: number
  last_distance: number
  last_ms10: number
  /** How many checks had each status, in the order of `checkStatuses`. */
  counts: [number, number, number, number]
  /** Where the time went, in slots of five minutes; made when the first answer tells. */
  slots: PhaseSum | undefined
  /** It was packed before and taken out again for checks that came late. */
  reopened: boolean
}

/** The two low bits of a code; the rest is the number of the message. */
export const checkStatuses = ['up', 'degraded', 'down', 'unknown'] as const
export type CheckStatus = (typeof checkStatuses)[number]
export const statusOf = (code: number): CheckStatus => checkStatuses[code & 3]!
/** Response times of failures say nothing about the target's speed. */
export const isTimed = (code: number) => (code & 3) < 2

export const newChunk = (series: number, hour: number): Chunk => ({
  series,
  hour,
  written: new ByteWriter(),
  n: 0,
  last_at: hour * HOUR_MS,
  last_distance: 0,
  last_ms10: -1,
  counts: [0, 0, 0, 0],
  slots: undefined,
  reopened: false,
})

/** `ms10` is the response time in tenths of a millisecond, or -1. Time only moves on within a chunk; answers the time kept. */
export function append(chunk: Chunk, at: number, ms10: number, code: number, tenths?: number[]): number {
  const shown_at = chunk.n > 0 && at <= chunk.last_at ? chunk.last_at + 1 : at
  const distance = shown_at - chunk.last_at
  chunk.written.signed(distance - chunk.last_distance)
  chunk.written.signed(ms10 - chunk.last_ms10)
  chunk.written.number(code)
  chunk.last_at = shown_at
  chunk.last_distance = distance
  chunk.last_ms10 = ms10
  chunk.n++
  chunk.counts[code & 3]!++
  if (tenths && isTimed(code)) {
    chunk.slots ??= newSlots()
    addTenths(chunk.slots, tenths, placeOf(Math.min(11, Math.floor((shown_at - chunk.hour * HOUR_MS) / SLOT_MS))))
  }
  return shown_at
}

/** How packed checks are written down. `first`: distance, response time plus one and code, as plain numbers. */
export const forms = { first: 0, differences: 1 } as const
export type Form = number
type Visit = (at: number, ms10: number, code: number) => void

/** Visits every check, oldest first. */
export function decode(bytes: Uint8Array, hour: number, form: Form, visit: Visit): void {
  const from = new ByteReader(bytes)
  let at = hour * HOUR_MS
  if (form === forms.first) {
    while (from.more) {
      at += from.number()
      const ms10 = from.number() - 1
      visit(at, ms10, from.number())
    }
    return
  }
  let distance = 0
  for (let ms10 = -1; from.more; ) {
    distance += from.signed()
    at += distance
    ms10 += from.signed()
    visit(at, ms10, from.number())
  }
}

export const used = (chunk: Chunk) => chunk.written.used()
