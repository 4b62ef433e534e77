import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { Pair } from '../certs'
import { type Listening, listening } from '../probing'

const PAGE = 'all is ok'
const html = (body: BodyInit | null, init?: ResponseInit) => new Response(body, init)

async function* pieces() {
  for (const piece of ['all ', 'is ', 'ok']) yield piece
}

const PAGES: Record<string, () => Response | Promise<Response>> = {
  '/': () => html(PAGE, { headers: { 'x-node': 'a1' } }),
  '/empty': () => html(null, { status: 204 }),
  '/error': () => html('sorry', { status: 500 }),
  '/teapot': () => html('no coffee', { status: 418 }),
  '/busy': () => html('too many', { status: 429 }),
  '/chunked': () => html(pieces() as unknown as BodyInit),
  '/packed': () => html(gzipSync(PAGE), { headers: { 'content-encoding': 'gzip' } }),
  '/unpackable': () => html('no gzip at all', { headers: { 'content-encoding': 'gzip' } }),
  '/json': () => Response.json({ database: { state: 'down' } }),
  '/late': () => Bun.sleep(20_000).then(() => html(PAGE)),
  '/slow': () => Bun.sleep(700).then(() => html(PAGE)),
  '/nowhere': () => html(null, { status: 302 }),
  '/elsewhere': () => html(null, { status: 302, headers: { location: 'ftp://127.0.0.1/' } }),
  '/unmodified': () => html(null, { status: 304 }),
}

type Site = { url: string; port: number; stop: () => void }

/** Pages with a status, a header or a content of their own. */
export function site({
  pair,
  hostname = '127.0.0.1',
  moved,
}: {
  pair?: Pair
  hostname?: string
  moved?: string
}): Site {
  const server = Bun.serve({
    port: 0,
    hostname,
    ...(pair && { tls: pair }),
    fetch(request) {
      // By hand: HTTP/1.0 names no host, and check_http writes an IPv6 address without its brackets.
      const pathname = request.url.replace(/^https?:\/\/[^/]*/, '')
      if (pathname === '/moved' && moved) return Response.redirect(moved, 301)
      return PAGES[pathname]?.() ?? html('not here', { status: 404 })
    },
  })
  // Safe: a server that listens at a port has one.
  const port = server.port as number
  return { port, url: server.url.href.replace(/\/$/, ''), stop: () => void server.stop(true) }
}

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n'

/** What arrives instead of a proper answer once a request has come. */
const ANSWERS = {
  reset: (socket: Socket) => socket.resetAndDestroy(),
  closed: (socket: Socket) => socket.end(),
  garbage: (socket: Socket) => socket.end('\x00\x01\x02 this is no HTTP\r\n\r\n'),
  ssh: (socket: Socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'),
  cut: (socket: Socket) => socket.end(`${HEAD}Content-Length: 1000\r\n\r\nall is ok`),
  cutChunks: (socket: Socket) => socket.end(`${HEAD}Transfer-Encoding: chunked\r\n\r\n9\r\nall is ok\r\n`),
  headOnly: (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Type: te'),
  stuck: (socket: Socket) => socket.write(`${HEAD}Content-Length: 1000\r\n\r\nall is ok`),
  old: (socket: Socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nall is ok'),
  twice: (socket: Socket) => socket.end(`${HEAD}Content-Length: 9\r\nContent-Length: 3\r\n\r\nall is ok`),
  odd: (socket: Socket) => socket.end('HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n'),
  continued: (socket: Socket) =>
    socket.end(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${HEAD}Content-Length: 9\r\n\r\nall is ok`),
  silent: () => {},
} satisfies Record<string, (socket: Socket) => unknown>

export type Odd = Record<keyof typeof ANSWERS, Listening>

/** Servers on ports of their own that answer as no web server should. */
export async function oddities(): Promise<Odd> {
  const entries = Object.entries(ANSWERS).map(async ([name, answer]) => {
    const server = await listening((socket) => void socket.once('data', () => answer(socket)))
    return [name, { ...server, url: server.url.replace(/\/$/, '') }]
  })
  // Safe: the names are those of ANSWERS.
  return Object.fromEntries(await Promise.all(entries)) as Odd
}
