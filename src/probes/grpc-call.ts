import type { ClientHttp2Session, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2'
import { Fault } from '#probes/fault'
import { healthRequest, LinkStream } from '#probes/grpc-wire'
import type { Link } from '#probes/link'

export type GrpcAnswer = {
  /** HTTP status; gRPC itself always has 200. */
  status: number
  content_type: string
  /** Undefined when the server ended without one. */
  grpc_status: number | undefined
  grpc_message: string
  message: Buffer
  first_byte_at: number
}

const PATH = '/grpc.health.v1.Health/Check'
const MAX_MESSAGE = 4_096

type Call = { link: Link; secure: boolean; authority: string; metadata: Record<string, string>; service: string }

/** Calls grpc.health.v1.Health/Check once over an open connection. */
export async function callHealth({ link, secure, authority, metadata, service }: Call): Promise<GrpcAnswer> {
  const { connect } = await import('node:http2')
  const stream = new LinkStream(link)
  const scheme = secure ? 'https' : 'http'
  const session = connect(`${scheme}://${authority}`, {
    createConnection: () => stream,
    settings: { enablePush: false },
  })
  try {
    const headers = {
      ...metadata,
      ':method': 'POST',
      ':scheme': scheme,
      ':path': PATH,
      ':authority': authority,
      te: 'trailers',
      'content-type': 'application/grpc',
      'grpc-accept-encoding': 'identity',
      'user-agent': 'grpc-xinex-monitoring',
    }
    return await answerTo(session, stream, headers, healthRequest(service))
  } finally {
    session.destroy()
    stream.destroy()
  }
}

const textOf = (headers: IncomingHttpHeaders, name: string) => {
  const value = headers[name]
  return Array.isArray(value) ? value.join(', ') : (value ?? '')
}

/** Percent-encoded by the protocol; a server that does not care is read as it is. */
function messageOf(headers: IncomingHttpHeaders): string {
  const text = textOf(headers, 'grpc-message')
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function answerTo(session: ClientHttp2Session, stream: LinkStream, headers: OutgoingHttpHeaders, request: Buffer) {
  return new Promise<GrpcAnswer>((resolve, reject) => {
    const answer: Omit<GrpcAnswer, 'message'> = {
      ...{ status: 0, content_type: '', grpc_status: undefined, grpc_message: '', first_byte_at: 0 },
    }
    const parts: Buffer[] = []
    let size = 0
    const fail = (error: unknown) => {
      const own = stream.errored
      const { signal } = stream.link
      if (signal.aborted) reject(signal.reason)
      else if (own instanceof Error && ('reason' in own || 'code' in own)) reject(own)
      else if (error instanceof Fault) reject(error)
      else reject(new Fault('protocol', 'the server broke off in the middle of HTTP/2', { cause: error }))
    }
    const learn = (found: IncomingHttpHeaders) => {
      const code = textOf(found, 'grpc-status')
      if (!code) return
      answer.grpc_status = Number(code)
      answer.grpc_message = messageOf(found)
    }
    session.on('error', fail).on('goaway', () => fail(undefined))
    stream.on('error', fail).on('close', () => fail(undefined))
    const call = session.request(headers)
    call.on('error', fail)
    call.on('response', (found) => {
      answer.status = Number(found[':status'] ?? 0)
      answer.content_type = textOf(found, 'content-type')
      answer.first_byte_at = performance.now()
      learn(found)
    })
    call.on('trailers', learn)
    call.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > MAX_MESSAGE) fail(new Fault('protocol', 'the answer is longer than a health answer can be'))
      else parts.push(chunk)
    })
    // `close` also comes after an answer of nothing but headers, which may have no `end`.
    const finish = () => (answer.status ? resolve({ ...answer, message: Buffer.concat(parts) }) : fail(undefined))
    call.on('end', finish).on('close', finish)
    call.end(request)
  })
}
