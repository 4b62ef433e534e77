/**
 * A target that answers at once and keeps when each monitor's check arrived: GET /m/<number> is a check,
 * GET /stats?interval_ms= answers how late the checks were against the monitors' own grid, POST /reset forgets.
 */
import { slotAfter } from '#probing/grid'

let arrivals: { number: number; at: number }[] = []

const server = Bun.serve({
  port: Number(process.env.PORT ?? 0),
  hostname: '127.0.0.1',
  async fetch(request) {
    const url = new URL(request.url)
    const [, kind, number] = url.pathname.split('/')
    if (kind === 'm') {
      arrivals.push({ number: Number(number), at: performance.timeOrigin + performance.now() })
      return new Response('ok')
    }
    if (kind === 'reset') {
      arrivals = []
      return new Response('ok')
    }
    const interval_ms = Number(url.searchParams.get('interval_ms') ?? 60_000)
    const late = arrivals
      .map(({ number, at }) => at - (slotAfter(number, interval_ms, at) - interval_ms))
      // A check that arrives just before its slot is early by that much, not late by an interval.
      .map((ms) => (ms > interval_ms * 0.9 ? ms - interval_ms : ms))
      .sort((a, b) => a - b)
    const at = (share: number) =>
      Number((late[Math.min(late.length - 1, Math.floor(late.length * share))] ?? 0).toFixed(2))
    const perSecond = new Map<number, number>()
    for (const { at } of arrivals) perSecond.set(Math.floor(at / 1000), (perSecond.get(Math.floor(at / 1000)) ?? 0) + 1)
    const full = [...perSecond.entries()].sort((a, b) => a[0] - b[0]).slice(1, -1)
    const mean = full.reduce((sum, [, n]) => sum + n, 0) / Math.max(1, full.length)
    return Response.json({
      checks: arrivals.length,
      late_ms: { p50: at(0.5), p99: at(0.99), max: at(1) },
      peak_over_mean: Number((Math.max(0, ...full.map(([, n]) => n)) / Math.max(mean, 1e-9)).toFixed(2)),
    })
  },
})
console.log(server.port)
