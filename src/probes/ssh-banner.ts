import { type Conversation, MAX_BYTES } from '#probes/exchange'
import { Fault } from '#probes/fault'
import { quoted } from '#probes/text'

/** With the line end (RFC 4253 section 4.2). */
const MAX_BANNER = 255

/** How a server introduces itself. */
export type Banner = {
  /** The whole line, for people. */
  line: string
  /** The same as it came, for the hash that the server signs. */
  raw: Buffer
  /** `2.0`, or `1.99` from a server that speaks protocol 1 as well. */
  protocol: string
  software: string
  /** How many bytes were read up to its end. */
  read: number
}

/** The line in which the server introduces itself; other lines may come before it (RFC 4253 section 4.2). */
export async function bannerOf(talk: Conversation): Promise<Banner> {
  let found: { raw: Buffer; read: number } | undefined
  await talk.until(() => {
    found = bannerIn(talk.received)
    return found !== undefined
  })
  if (!found) throw missing(talk.received)
  const line = found.raw.toString('utf8')
  const [, protocol, software = ''] = /^SSH-([^-\s]+)-(\S*)/.exec(line) ?? []
  if (!protocol) throw new Fault('protocol', `the server does not speak SSH: it said ${quoted(line)}`)
  return { ...found, line, protocol, software }
}

function bannerIn(bytes: Buffer): { raw: Buffer; read: number } | undefined {
  let from = 0
  for (;;) {
    const end = bytes.indexOf(10, from)
    const isBanner = bytes.subarray(from, from + 4).toString('latin1') === 'SSH-'
    const length = (end < 0 ? bytes.length : end + 1) - from
    if (isBanner && length > MAX_BANNER)
      throw new Fault('protocol', `the server introduces itself with more than ${MAX_BANNER} bytes`)
    if (end < 0) return
    if (isBanner) return { raw: bytes.subarray(from, bytes[end - 1] === 13 ? end - 1 : end), read: end + 1 }
    from = end + 1
  }
}

/** Servers that turn somebody away say so in plain text and hang up. */
function missing(received: Buffer): Fault {
  const [line = ''] = received.toString('utf8').split(/\r?\n/, 1)
  if (received.length >= MAX_BYTES)
    return new Fault('protocol', `the server does not speak SSH: it began with ${quoted(line)}`)
  const what = 'the server closed the connection without introducing itself'
  return new Fault('reset', line ? `${what}; it said ${quoted(line)}` : what)
}
