import { ByteReader, ByteWriter } from '#engine/history-bytes'
import type { Phases } from '#probes/define'

const names = ['dns_ms', 'connect_ms', 'tls_ms', 'first_byte_ms', 'transfer_ms'] as const
/** Five minutes: of the phases averages are kept, not every check's. */
export const SLOT_MS = 300_000
const SLOTS = 12

/** How many answers told where their time went, which phases they had (a bit each), and tenths of a millisecond of each. */
export type PhaseSum = Float32Array | Float64Array
const WIDTH = 2 + names.length

export const newPhaseSum = (): PhaseSum => new Float64Array(WIDTH)
/** The slots of an hour, one after the other. Never precise to more than six digits, which averages need not be. */
export const newSlots = (): PhaseSum => new Float32Array(SLOTS * WIDTH)
export const slotOf = (at: number) => Math.floor(at / SLOT_MS)
/** Where in the slots of an hour one begins; the functions below take it rather than a view, which costs more than they do. */
export const placeOf = (index: number) => index * WIDTH

/** Tenths of a millisecond in the order of the names, -1 for a phase that did not happen; nothing without any. */
export function tenthsOf(phases: Phases | undefined): number[] | undefined {
  if (!phases) return undefined
  const tenths = names.map((name) => {
    const ms = phases[name]
    return ms !== undefined && ms >= 0 ? Math.round(ms * 10) : -1
  })
  return tenths.some((tenth) => tenth >= 0) ? tenths : undefined
}

export function addTenths(into: PhaseSum, tenths: number[], place = 0): void {
  into[place]!++
  for (let i = 0; i < names.length; i++) {
    if (tenths[i]! < 0) continue
    into[place + 1]! |= 1 << i
    into[place + 2 + i]! += tenths[i]!
  }
}

/** Adds a sum to another one, or takes it away again; which phases there were stays known. */
export function mergePhases(into: PhaseSum, from: PhaseSum, sign: 1 | -1 = 1, place = 0): void {
  into[1]! |= from[place + 1]!
  for (let i = 0; i < WIDTH; i++) if (i !== 1) into[i] = Math.max(0, into[i]! + sign * from[place + i]!)
}

/** What an average answer spent in each phase; one without a phase counts as zero there, so that they add up. */
export function averages(sum: PhaseSum | undefined): Phases | undefined {
  const count = sum?.[0] ?? 0
  if (!sum || count === 0) return undefined
  const seen = names.flatMap((name, i) => (sum[1]! & (1 << i) ? [[name, Math.round(sum[2 + i]! / count) / 10]] : []))
  return Object.fromEntries(seen)
}

function writeAverages(to: ByteWriter, slots: PhaseSum, place: number, last: number[]) {
  const count = slots[place]!
  const seen = slots[place + 1]!
  to.number(count)
  to.number(seen)
  for (let i = 0; i < names.length; i++) {
    if (!(seen & (1 << i))) continue
    const average = Math.round(slots[place + 2 + i]! / count)
    to.signed(average - last[i]!)
    last[i] = average
  }
}
function readAverages(from: ByteReader, slots: PhaseSum, place: number, last: number[]) {
  const count = from.number()
  const seen = from.number()
  slots[place] = count
  slots[place + 1] = seen
  for (let i = 0; i < names.length; i++) {
    if (!(seen & (1 << i))) continue
    last[i] = last[i]! + from.signed()
    slots[place + 2 + i] = last[i]! * count
  }
}
const none = () => names.map(() => 0)

/** Of each slot in use its distance to the one before, then averages as their difference to those before. */
export function packSlots(slots: PhaseSum | undefined): Uint8Array {
  const to = new ByteWriter()
  const last = none()
  let before = -1
  for (let index = 0; slots && index < SLOTS; index++) {
    if (slots[placeOf(index)] === 0) continue
    to.number(index - before - 1)
    writeAverages(to, slots, placeOf(index), last)
    before = index
  }
  return to.used()
}

export function unpackSlots(bytes: Uint8Array): PhaseSum | undefined {
  if (bytes.length === 0) return undefined
  const from = new ByteReader(bytes)
  const slots = newSlots()
  const last = none()
  for (let index = -1; from.more; ) {
    index += from.number() + 1
    readAverages(from, slots, placeOf(index), last)
  }
  return slots
}

/** The whole of an hour. */
export function totalOf(slots: PhaseSum | undefined): PhaseSum {
  const total = newPhaseSum()
  for (let index = 0; slots && index < SLOTS; index++) mergePhases(total, slots, 1, placeOf(index))
  return total
}

/** As it is, so that sums of sums are right to the last digit. */
export function packSum(sum: PhaseSum): Uint8Array {
  const to = new ByteWriter()
  if (sum[0] === 0) return to.used()
  to.number(sum[0]!)
  to.number(sum[1]!)
  for (let i = 0; i < names.length; i++) if (sum[1]! & (1 << i)) to.number(Math.round(sum[2 + i]!))
  return to.used()
}

export function unpackSum(bytes: Uint8Array | undefined): PhaseSum | undefined {
  if (!bytes || bytes.length === 0) return undefined
  const from = new ByteReader(bytes)
  const sum = newPhaseSum()
  sum[0] = from.number()
  sum[1] = from.number()
  for (let i = 0; i < names.length; i++) if (sum[1] & (1 << i)) sum[2 + i] = from.number()
  return sum
}
