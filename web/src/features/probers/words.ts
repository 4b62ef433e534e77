import type { MonitorStatus, Prober } from '@/types'
import { inWords, ms, plural } from '@/ui/format'

/** From here on a clock is wrong enough to be told; the prober corrects its results by it all the same. */
export const CLOCK_WARN_MS = 2_000
/** A check that starts this much too late says that the machine has more to do than it can. */
export const LAG_WARN_MS = 5_000

export const glyphOf = ({ status, blind }: Prober): MonitorStatus =>
  status === 'waiting' ? 'pending' : status === 'offline' ? 'down' : blind ? 'unknown' : 'up'

export const statusWords = ({ status, blind }: Prober): string =>
  status === 'waiting' ? 'Waiting for it' : status === 'offline' ? 'Offline' : blind ? 'Cannot see' : 'Online'

/** `3 seconds ahead`, `exact to 40 ms`; nothing before it was measured. */
export function clockWords(offset_ms: number | null): string | undefined {
  if (offset_ms === null) return undefined
  const off = Math.abs(offset_ms)
  const far = off < 1_000 ? ms(off) : inWords(Math.round(off / 1_000))
  if (off < 100) return `right, within ${ms(Math.max(off, 1))}`
  return `${far} ${offset_ms > 0 ? 'ahead' : 'behind'}`
}
export const clockIsOff = ({ clock_offset_ms }: Prober) => Math.abs(clock_offset_ms ?? 0) > CLOCK_WARN_MS

/** What is the matter with one that is there, in a few words each. */
export function troubles(prober: Prober): string[] {
  if (prober.status !== 'online') return []
  const { buffered, lag_ms, clock_offset_ms } = prober
  return [
    ...(clockIsOff(prober) ? [`its clock is ${clockWords(clock_offset_ms)}`] : []),
    ...(buffered ? [`${plural(buffered, 'result')} wait there`] : []),
    ...(lag_ms !== null && lag_ms > LAG_WARN_MS ? [`checks start ${ms(lag_ms)} late`] : []),
  ]
}

/** How its own way to the network stands. */
export function networkWords({ uplink, anchors, status }: Prober): string {
  if (uplink?.state === 'up') {
    const ok = uplink.anchors.filter((one) => one.ok).length
    if (uplink.anchors.length === 1 && ok === 1) return 'Works: its one anchor answers'
    return `Works: ${ok} of ${plural(uplink.anchors.length, 'anchor')} ${ok === 1 ? 'answers' : 'answer'}`
  }
  if (uplink?.state === 'down') return 'Seems down: no anchor answers'
  if (anchors.length === 0) return 'Not judged: it has no anchors'
  return status === 'online' ? 'The anchors are being asked' : 'Not known'
}

/** What is lost with it. */
export function lossWords({ name, region, monitors_alone }: Prober): string {
  const end = `The tokens of ${name} stop working at once.`
  if (monitors_alone === 0) return `${end} No monitor is checked from ${region} alone, so none stays unchecked.`
  const which = `${plural(monitors_alone, 'monitor')} ${monitors_alone === 1 ? 'is' : 'are'} checked from ${region} only`
  return `${end} ${which}, and ${monitors_alone === 1 ? 'is' : 'are'} unknown until another prober stands there.`
}
