import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { request as ask, createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { connect, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { authority } from '../certs'

/** Leads a host name to a server of ours; the path may change on the way. */
export type Host = { url: string; path?: (path: string) => string }

const listen = (server: Server) =>
  new Promise<number>((done) =>
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      done(typeof address === 'object' ? (address?.port ?? 0) : 0)
    }),
  )

/**
 * An internet of a few names: what goes through this proxy ends at our own servers, under real names and with
 * certificates of an authority made for this test. The program under test is the one that is shipped: it is told of both
 * by the environment variables that any operator behind a proxy sets.
 */
export async function internet(hosts: Record<string, Host>) {
  const ca = authority('Authority of a small internet')
  const names = Object.keys(hosts)
  const asked: string[] = []

  const forward = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const name = incoming.headers.host ?? ''
    const host = hosts[name]
    const path = incoming.url ?? '/'
    if (!host) return outgoing.writeHead(421).end()
    const headers = { ...incoming.headers, 'x-forwarded-proto': 'https', 'x-forwarded-host': name }
    const onward = ask(`${host.url}${host.path?.(path) ?? path}`, { method: incoming.method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.writeHead(502).end())
    incoming.pipe(onward)
  }
  const terminator = createHttps(ca.issue({ name: names[0] ?? 'none.test', names }), forward)
  const port = await listen(terminator)

  const sockets = new Set<Socket>()
  const proxy = createHttp((_, response) => response.writeHead(405).end())
  proxy.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const [name = '', to = ''] = (request.url ?? '').split(':')
    asked.push(`${name}:${to}`)
    sockets.add(socket.on('error', () => {}))
    if (!hosts[name] || to !== '443') return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    const upstream = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      upstream.write(head)
      upstream.pipe(socket).pipe(upstream)
    })
    sockets.add(upstream.on('error', () => socket.destroy()))
  })
  const proxyPort = await listen(proxy)

  const folder = mkdtempSync(join(tmpdir(), 'xinex-internet-'))
  chmodSync(folder, 0o755)
  const file = join(folder, 'ca.pem')
  writeFileSync(file, ca.cert)
  return {
    env: { HTTPS_PROXY: `http://127.0.0.1:${proxyPort}`, NODE_EXTRA_CA_CERTS: file },
    /** Every `host:port` that was dialled. */
    asked,
    stop() {
      for (const socket of sockets) socket.destroy()
      proxy.close()
      terminator.close()
    },
  }
}
