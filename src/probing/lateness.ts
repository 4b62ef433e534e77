/** How much later than planned checks began, over the last starts; for health and for the bench. */
export function createLateness(samples = 4_096) {
  const ring = new Float64Array(samples)
  let count = 0
  return {
    add(ms: number) {
      ring[count++ % samples] = ms
    },
    stats() {
      const sorted = ring.slice(0, Math.min(count, samples)).sort()
      const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
      return { count, p50_ms: at(0.5), p99_ms: at(0.99), max_ms: sorted.at(-1) ?? 0 }
    },
    reset() {
      count = 0
    },
  }
}
