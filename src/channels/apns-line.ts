import { type ClientHttp2Session, connect, constants } from 'node:http2'
import { isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { DeliveryError } from '#channels/define'
import { addressesOf, unreachable } from '#channels/dial'
import type { Net } from '#kernel/net'

export type ApnsAnswer = { status: number; reason: string; id: string }
type Request = { net: Net; path: string; headers: Record<string, string>; body: string; now: number }

const ANSWER_CHARS = 4_096
/** Routers forget a silent connection, and what is then sent is lost without a word: a new one costs less than a deadline. */
const IDLE_MS = 4 * 60_000

/**
 * One connection to Apple that is kept between messages (https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
 * asks for that), dialled under the address policy, and made anew when it ends or has been silent for long.
 */
export function apnsLine(host: string, { timeout_ms, ca }: { timeout_ms: number; ca?: string }) {
  let line: { session: ClientHttp2Session; used: number; failed?: unknown } | undefined
  let opening: Promise<NonNullable<typeof line>> | undefined

  const drop = (one: typeof line) => {
    if (line === one) line = undefined
  }
  async function open(net: Net, now: number) {
    const url = new URL(`https://${host}`)
    const name = url.hostname.replace(/^\[|\]$/g, '')
    const [address] = await addressesOf(net, name)
    const socket = {
      ...{ host: address, port: Number(url.port || 443), ALPNProtocols: ['h2'] },
      ...(isIP(name) ? {} : { servername: name }),
      ...(ca && { ca }),
    }
    const session = connect(url.origin, { createConnection: () => connectTls(socket) })
    const made = { session, used: now, failed: undefined as unknown }
    session.on('error', (error) => {
      made.failed = error
      drop(made)
    })
    session.on('goaway', () => drop(made))
    session.on('close', () => drop(made))
    // Nothing else keeps the program running for it.
    session.unref()
    return made
  }
  async function get(net: Net, now: number) {
    if (line && now - line.used > IDLE_MS) {
      line.session.close()
      line = undefined
    }
    if (line && !line.session.closed && !line.session.destroyed) return line
    opening ??= open(net, now).finally(() => {
      opening = undefined
    })
    line = await opening
    return line
  }

  return {
    /** Rejects with DeliveryError when there is no whole answer in time. */
    async ask({ net, path, headers, body, now }: Request): Promise<ApnsAnswer> {
      const used = await get(net, now)
      used.used = now
      return new Promise((resolve, reject) => {
        const stream = used.session.request({ ':method': 'POST', ':path': path, ...headers })
        let [status, id, text] = [0, '', '']
        const late = setTimeout(() => {
          stream.close(constants.NGHTTP2_CANCEL)
          // Perhaps nobody is there any more: the next attempt dials anew.
          drop(used)
          used.session.close()
          reject(new DeliveryError(`${host} did not answer within ${timeout_ms / 1_000} s.`, 'retry'))
        }, timeout_ms)
        const broken = (cause: unknown) => {
          clearTimeout(late)
          reject(unreachable(host, used.failed ?? cause))
        }
        stream.setEncoding('utf8')
        stream.on('response', (given) => {
          status = Number(given[':status'])
          id = String(given['apns-id'] ?? '')
        })
        stream.on('data', (chunk: string) => {
          if (text.length < ANSWER_CHARS) text += chunk
        })
        stream.on('error', broken)
        // A connection that breaks closes its streams as well: what has not come to its end by then is no answer.
        stream.on('close', () => broken(undefined))
        stream.on('end', () => {
          if (!status) return broken(undefined)
          clearTimeout(late)
          resolve({ status, id, reason: reasonIn(text) })
        })
        stream.end(body)
      })
    },
    close: () => line?.session.close(),
  }
}
export type ApnsLine = ReturnType<typeof apnsLine>

/** One of Apple's words, such as `BadDeviceToken`; anything else is no reason. */
function reasonIn(text: string): string {
  return /"reason"\s*:\s*"([A-Za-z]{1,60})"/.exec(text)?.[1] ?? ''
}
