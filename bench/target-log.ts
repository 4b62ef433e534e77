import { slotAfter } from '#probing/grid'

const WIDTH = 3
type See<T> = (number: number, at: number, kind: number) => T

/** Arrivals in the order they came, 24 bytes each. */
export function growing() {
  let values = new Float64Array(WIDTH * 65_536)
  let used = 0
  return {
    add(number: number, at: number, kind: number) {
      if (used === values.length) {
        const larger = new Float64Array(values.length * 2)
        larger.set(values)
        values = larger
      }
      values[used++] = number
      values[used++] = at
      values[used++] = kind
    },
    each(see: See<void>) {
      for (let i = 0; i < used; i += WIDTH) see(values[i] ?? 0, values[i + 1] ?? 0, values[i + 2] ?? 0)
    },
    count(which: See<boolean>) {
      let found = 0
      for (let i = 0; i < used; i += WIDTH) if (which(values[i] ?? 0, values[i + 1] ?? 0, values[i + 2] ?? 0)) found++
      return found
    },
    length: () => used / WIDTH,
    bytes: () => new Uint8Array(values.buffer.slice(0, used * 8)),
  }
}
export type TargetLog = ReturnType<typeof growing>

/** What `bytes` gave, as it was added. */
export function* logged(bytes: ArrayBuffer): Generator<{ number: number; at: number; kind: number }> {
  const values = new Float64Array(bytes)
  for (let i = 0; i < values.length; i += WIDTH)
    yield { number: values[i] ?? 0, at: values[i + 1] ?? 0, kind: values[i + 2] ?? 0 }
}

/** How late a check came against its monitor's own grid; one just before its slot is early, not late by an interval. */
export function lateness(number: number, at: number, interval_ms: number): number {
  const ms = at - (slotAfter(number, interval_ms, at) - interval_ms)
  return ms > interval_ms * 0.9 ? ms - interval_ms : ms
}

/** Lateness, and how evenly the checks are spread over the seconds. */
export function statsOf(log: Pick<TargetLog, 'each' | 'length'>, interval_ms: number) {
  const late: number[] = []
  const perSecond = new Map<number, number>()
  log.each((number, at) => {
    late.push(lateness(number, at, interval_ms))
    const second = Math.floor(at / 1000)
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1)
  })
  late.sort((a, b) => a - b)
  const at = (share: number) =>
    Number((late[Math.min(late.length - 1, Math.floor(late.length * share))] ?? 0).toFixed(2))
  // The first and the last second are not whole.
  const full = [...perSecond].sort((a, b) => a[0] - b[0]).slice(1, -1)
  const mean = full.reduce((sum, [, n]) => sum + n, 0) / Math.max(1, full.length)
  return {
    checks: log.length(),
    late_ms: { p50: at(0.5), p99: at(0.99), max: at(1) },
    peak_over_mean: Number((Math.max(0, ...full.map(([, n]) => n)) / Math.max(mean, 1e-9)).toFixed(3)),
  }
}
export type Stats = ReturnType<typeof statsOf> & { bad: number }
