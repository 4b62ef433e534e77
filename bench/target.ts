/**
 * A target as a process of its own. GET /m/<number> is a check, answered as POST /plan said for this monitor and this
 * moment; everything else is for whoever measures: POST /reset, GET /stats?interval_ms=, GET /log.
 *   bun bench/target.ts [port] [host] [certificate.pem key.pem]
 * Prints its port, and the port for HTTPS.
 */
import { bad, type Kind, kinds, type Plan } from './plan'
import { growing, statsOf } from './target-log'

const [port = '0', host = '127.0.0.1', cert, key] = process.argv.slice(2)
const SLOW_MS = 1_000
const LONGEST_MS = 250

let log = growing()
let plan: Plan = { windows: {}, flapping: {} }
/** How often each was asked, for those that fail every so many times. */
let asked = new Map<number, number>()

function kindAt(number: number, at: number): Kind {
  const every = plan.flapping[number]
  if (every) {
    const count = (asked.get(number) ?? 0) + 1
    asked.set(number, count)
    return count % every === 0 ? 'fail' : 'ok'
  }
  for (const { from, until, kind } of plan.windows[number] ?? []) if (at >= from && at < until) return kind
  return plan.all ?? 'ok'
}

/** Released when the client gives up. */
const never = ({ signal }: Request) => new Promise<void>((done) => signal.addEventListener('abort', () => done()))

async function check(request: Request, number: number): Promise<Response> {
  const at = performance.timeOrigin + performance.now()
  const kind = kindAt(number, at)
  log.add(number, at, kinds.indexOf(kind))
  if (kind === 'hang') await never(request)
  if (kind === 'slow') await Bun.sleep(SLOW_MS)
  if (kind === 'wait') await Bun.sleep((number * 37) % LONGEST_MS)
  return new Response(kind === 'fail' ? 'broken' : 'ok', { status: kind === 'fail' ? 500 : 200 })
}

async function answer(request: Request): Promise<Response> {
  const { url } = request
  const path = url.slice(url.indexOf('/', 8))
  if (path.startsWith('/m/')) return check(request, Number(path.slice(3)))
  if (path === '/plan') {
    // Safe: sent by `openTarget` alone.
    plan = (await request.json()) as Plan
    asked = new Map()
    return new Response('ok')
  }
  if (path === '/reset') {
    log = growing()
    return new Response('ok')
  }
  if (path === '/log') return new Response(log.bytes())
  const interval_ms = Number(new URL(url).searchParams.get('interval_ms') ?? 60_000)
  return Response.json({ ...statsOf(log, interval_ms), bad: log.count((_, __, kind) => bad(kinds[kind] ?? 'ok')) })
}

// Hanging is what some of the answers are for, so nothing here ends a connection by itself.
const common = { hostname: host, fetch: answer, idleTimeout: 0 } as const
const plain = Bun.serve({ ...common, port: Number(port) })
const secure =
  cert && key ? Bun.serve({ ...common, port: 0, tls: { cert: Bun.file(cert), key: Bun.file(key) } }) : undefined
console.log(`${plain.port} ${secure?.port ?? ''}`)
