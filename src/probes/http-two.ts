import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2'
import { Duplex } from 'node:stream'
import type { Phases } from '#probes/define'
import { Fault } from '#probes/fault'
import { Growing } from '#probes/growing'
import type { Parts } from '#probes/http-client'
import { type HttpAnswer, MAX_BODY } from '#probes/http-reader'
import type { Link } from '#probes/link'

/** Frames, headers and body together; whoever sends more for one answer means harm. */
const MAX_RECEIVED = 4 * MAX_BODY
const MAX_HEAD = 65_536

type Ask = Parts & { authority: string; scheme: string }

/** Headers of one connection only; HTTP/2 forbids them (RFC 9113 section 8.2.2). */
const HOP = new Set(['connection', 'host', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'])

/** Sends one request over HTTP/2 (RFC 9113) on an open connection and reads the answer. */
export async function exchangeTwo(link: Link, ask: Ask, phases: Phases): Promise<HttpAnswer> {
  if (link.security && link.security.alpn !== 'h2') throw new Fault('protocol', 'the server does not offer HTTP/2')
  const sent = performance.now()
  let first = 0
  const stream = streamOf(link, () => {
    first ||= performance.now()
  })
  const session = connect(`${ask.scheme}://${ask.authority}`, {
    createConnection: () => stream,
    settings: { enablePush: false, maxHeaderListSize: MAX_HEAD },
  })
  try {
    return await request(session, stream, link, ask)
  } catch (error) {
    throw asFault(error)
  } finally {
    session.on('error', () => {})
    session.destroy()
    stream.destroy()
    if (first) {
      phases.first_byte_ms = first - sent
      phases.transfer_ms = performance.now() - first
    }
  }
}

/** The connection as node:http2 wants it, with an end to what it takes. */
function streamOf(link: Link, onFirst: () => void): Duplex {
  let received = 0
  const stream: Duplex = new Duplex({
    read() {},
    write(chunk: Buffer, _, done) {
      link.write(chunk)
      done()
    },
  })
  // Who waits hears of it through the session; without a listener an error would end the process.
  stream.on('error', () => {})
  link.listen({
    data(chunk) {
      onFirst()
      received += chunk.length
      if (received > MAX_RECEIVED) stream.destroy(new Fault('protocol', 'the answer takes more than 4 MB of frames'))
      else stream.push(chunk)
    },
    end(error) {
      if (error) stream.destroy(error)
      else stream.push(null)
    },
  })
  return stream
}

function request(session: ClientHttp2Session, stream: Duplex, link: Link, ask: Ask): Promise<HttpAnswer> {
  const { method, path, authority, scheme, body } = ask
  const own = ask.headers.filter(([name]) => !HOP.has(name.toLowerCase()))
  // A Host header in the settings replaces the name from the URL here too.
  const host = ask.headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? authority
  const pseudo = { ':method': method, ':path': path, ':scheme': scheme, ':authority': host }
  const headers = { ...pseudo, ...Object.fromEntries(own.map(([name, value]) => [name.toLowerCase(), value])) }
  return new Promise((resolve, reject) => {
    const closed = () => reject(new Fault('reset', 'the server closed the connection without an answer'))
    stream.once('error', reject).once('close', closed)
    // The session does not always notice that its connection ended; what was on its way is read by then.
    stream.once('end', () => setImmediate(closed))
    link.signal.addEventListener('abort', () => reject(link.signal.reason), { once: true })
    session.once('error', reject).once('close', closed)
    session.once('goaway', (code) => {
      if (code !== 0) reject(new Fault('protocol', `the server ended the HTTP/2 session with code ${code}`))
    })
    const sending = session.request(headers, { endStream: !body })
    const content = new Growing(MAX_BODY)
    let answer: HttpAnswer | undefined
    const finish = (cut: boolean) => {
      const length = Number(answer?.headers.find(([name]) => name === 'content-length')?.[1] ?? 0)
      const short = !cut && method !== 'HEAD' && answer?.status !== 304 && content.length < Math.min(length, MAX_BODY)
      if (short) reject(new Fault('reset', 'the server ended the stream in the middle of its answer'))
      else if (answer) resolve({ ...answer, body: content.bytes(), cut })
      else closed()
    }
    sending.once('response', (given) => {
      answer = headOf(given)
      if (listSize(answer) > MAX_HEAD) reject(new Fault('protocol', 'the headers are longer than 64 KB'))
    })
    sending.on('data', (chunk: Buffer) => {
      if (!content.add(chunk)) finish(true)
    })
    sending.once('error', reject)
    // A reset stream ends like a whole one; what it was is known when it closes.
    sending.once('close', () => {
      if (!sending.rstCode) finish(false)
      else reject(new Fault('protocol', `the server reset the request with code ${sending.rstCode}`))
    })
    if (body) sending.end(body)
  })
}

const listSize = ({ headers }: HttpAnswer) =>
  headers.reduce((size, [name, value]) => size + name.length + value.length, 0)

function headOf(given: IncomingHttpHeaders): HttpAnswer {
  const headers = Object.entries(given)
    .filter(([name]) => !name.startsWith(':'))
    .flatMap(([name, value]) => [value ?? []].flat().map((it): [string, string] => [name, it]))
  return { status: Number(given[':status']), version: '2', headers, body: Buffer.alloc(0), cut: false, reusable: false }
}

function asFault(error: unknown): unknown {
  if (error instanceof Fault) return error
  const code = error instanceof Object && 'code' in error ? String(error.code) : ''
  if (!code.startsWith('ERR_HTTP2')) return error
  return new Fault('protocol', `the server does not speak HTTP/2 properly (${code})`, { code, cause: error })
}
