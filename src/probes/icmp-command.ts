import type { Reply } from '#probes/icmp-socket'

/** The replies in the output of ping: iputils, BusyBox, macOS and BSD all write `ttl=57 time=12.3 ms`. */
export function repliesIn(output: string): Reply[] {
  const pattern = /(?:ttl|hlim)=(\d+) time[=<]([\d.]+) ?ms/gi
  return [...output.matchAll(pattern)].map((match) => ({ ttl: Number(match[1]), rtt_ms: Number(match[2]) }))
}

/** Where the program is, or undefined. */
export const pingProgram = () => Bun.which('ping') ?? undefined

type Run = {
  program: string
  address: string
  count: number
  spacing_ms: number
  timeout_ms: number
  signal: AbortSignal
}

/** Below this, ping wants the rights of the administrator (iputils: 2 ms since 20221126, 200 ms before). */
const LEAST_SPACING_MS = 200

/** Lets the system's ping program do it, which is installed with the rights we lack. */
export async function pingBy({ program, address, count, spacing_ms, timeout_ms, signal }: Run): Promise<Reply[]> {
  const wait_s = Math.max(1, Math.ceil(timeout_ms / 1_000))
  const waiting = process.platform === 'darwin' ? [] : ['-W', String(wait_s)]
  // As far apart as asked, as long as all of them fit into the time.
  const spacing_s = Math.max(LEAST_SPACING_MS, Math.min(spacing_ms, timeout_ms / 2 / count)) / 1_000
  const options = ['-n', '-c', String(count), ...(count > 1 ? ['-i', spacing_s.toFixed(2)] : []), ...waiting]
  const child = Bun.spawn([program, ...options, address], {
    stdout: 'pipe',
    stderr: 'ignore',
    stdin: 'ignore',
    env: { LC_ALL: 'C', PATH: process.env.PATH ?? '' },
  })
  const stop = () => child.kill('SIGKILL')
  const timer = setTimeout(stop, timeout_ms)
  signal.addEventListener('abort', stop)
  try {
    return repliesIn(await new Response(child.stdout).text())
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    stop()
  }
}
