/**
 * One process that pings over kept-alive connections at a fixed rate, whatever comes back: bench/pings.ts starts it. What it
 * is told comes as JSON on its input, what it counted goes as JSON to its output. Requests are written as bytes: a client
 * library would cost more of the machine than what is measured.
 */
import type { Socket } from 'bun'

export type Order = { port: number; slugs: string[]; rate: number; seconds: number; connections: number }
/** `answered`: pings of each slug, in the order given, that were answered 200; `times`: milliseconds since they were due. */
export type Counted = {
  due: number
  sent: number
  answered: number[]
  others: Record<string, number>
  lost: number
  times: number[]
}

/** What could not be sent for so long is not sent any more: nobody waits that long. */
const GIVE_UP_MS = 5_000
const AGAIN_MS = 20
/** After the last one, for what is under way. */
const END_MS = 5_000

type Ping = { slug: number; at: number }
type Line = { socket?: Socket; ping?: Ping; text: string }

/** Pings, each when it is due, over as many connections as there are; one is on its way over each at a time. */
export async function ping({ port, slugs, rate, seconds, connections }: Order): Promise<Counted> {
  const counted: Counted = { due: 0, sent: 0, answered: slugs.map(() => 0), others: {}, lost: 0, times: [] }
  const waiting: Ping[] = []
  const idle: Line[] = []
  let ended = false

  function next(line: Line) {
    while (waiting.length > 0 && performance.now() - (waiting[0]?.at ?? 0) > GIVE_UP_MS) waiting.shift()
    const ping = waiting.shift()
    if (!ping || !line.socket) {
      idle.push(line)
      return
    }
    line.ping = ping
    counted.sent++
    line.socket.write(`GET /api/v1/hb/${slugs[ping.slug]} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
  }
  function received(line: Line, data: Buffer) {
    line.text += data.toString('latin1')
    const head = line.text.indexOf('\r\n\r\n')
    const length = Number(/^content-length: (\d+)/im.exec(line.text.slice(0, head))?.[1] ?? 0)
    if (head < 0 || line.text.length < head + 4 + length) return
    const status = line.text.slice(9, 12)
    line.text = ''
    const { ping } = line
    if (!ping) return
    line.ping = undefined
    if (status === '200') {
      counted.answered[ping.slug] = (counted.answered[ping.slug] ?? 0) + 1
      counted.times.push(performance.now() - ping.at)
    } else counted.others[status] = (counted.others[status] ?? 0) + 1
    next(line)
  }
  /** Somebody may have ended the server: the connection is made again until it is there. */
  function broken(line: Line) {
    if (line.ping) counted.lost++
    Object.assign(line, { socket: undefined, ping: undefined, text: '' })
    const at = idle.indexOf(line)
    if (at >= 0) idle.splice(at, 1)
    if (!ended) setTimeout(() => connect(line), AGAIN_MS)
  }
  function connect(line: Line) {
    const socket = {
      open(socket: Socket) {
        line.socket = socket
        next(line)
      },
      data: (_: Socket, data: Buffer) => received(line, data),
      close: () => broken(line),
      error() {},
    }
    Bun.connect({ hostname: '127.0.0.1', port, socket }).catch(() => {
      if (!ended) setTimeout(() => connect(line), AGAIN_MS)
    })
  }

  const lines = Array.from({ length: connections }, (): Line => ({ text: '' }))
  for (const line of lines) connect(line)
  const from = performance.now()
  const all = Math.round(rate * seconds)
  while (counted.due < all) {
    const now = Math.min(all, Math.floor(((performance.now() - from) * rate) / 1_000))
    // When it was due, not when the loop got to it: what waits here counts as well.
    for (; counted.due < now; counted.due++)
      waiting.push({ slug: counted.due % slugs.length, at: from + (counted.due * 1_000) / rate })
    for (const line of idle.splice(0, waiting.length)) next(line)
    await Bun.sleep(1)
  }
  const end = performance.now() + END_MS
  while (performance.now() < end && (waiting.length > 0 || lines.some((line) => line.ping))) await Bun.sleep(5)
  ended = true
  for (const { socket } of lines) socket?.terminate()
  return counted
}

if (import.meta.main) {
  // Safe: written by bench/pings.ts alone.
  const order = JSON.parse(await Bun.stdin.text()) as Order
  process.stdout.write(JSON.stringify(await ping(order)), () => process.exit(0))
}
