import { type RateClass, rateLimits } from '#contract/rate-limits'

type Window = { index: number; current: number; previous: number }
export type Allowance = { ok: boolean; limit: number; remaining: number; reset_s: number }

/** Most counters kept at once; the least recently used goes first, so strangers cannot fill the memory. */
const CAPACITY = 50_000

/** Sliding window over two fixed ones, weighted: constant memory for each counter. */
export function createLimiter(now: () => number) {
  const windows = new Map<string, Window>()
  return (rateClass: RateClass, who: string, cost = 1): Allowance => {
    const { requests: limit, window_s } = rateLimits[rateClass]
    const at = now()
    const span = window_s * 1000
    const index = Math.floor(at / span)
    const key = `${rateClass}:${who}`
    const known = windows.get(key)
    windows.delete(key)
    const window = known ?? { index, current: 0, previous: 0 }
    if (window.index !== index) {
      window.previous = window.index === index - 1 ? window.current : 0
      window.current = 0
      window.index = index
    }
    windows.set(key, window)
    if (windows.size > CAPACITY) windows.delete(windows.keys().next().value ?? '')

    const used = window.previous * (1 - (at % span) / span) + window.current
    const ok = used + Math.max(cost, 1) <= limit
    if (ok) window.current += cost
    const remaining = Math.max(0, Math.floor(limit - used - (ok ? cost : 0)))
    return { ok, limit, remaining, reset_s: Math.ceil(((index + 1) * span) / 1000) }
  }
}
