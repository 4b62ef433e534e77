import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { Net } from '#kernel/net'
import { peerOf } from '#probes/dial'
import type { TlsAsk } from '#probes/dial-tls'
import { Fault, socketFault, withFacts } from '#probes/fault'
import { exchange } from '#probes/http-exchange'
import type { Link } from '#probes/link'
import { type Family, familyNumber, openingPhases, pathOf, type Reached, reach } from '#probes/reach'

/** `socks5` turns names into addresses here, `socks5h` leaves that to the proxy. */
export type HttpProxy = {
  kind: 'http' | 'socks5' | 'socks5h'
  host: string
  port: number
  username?: string
  password?: string
  /** For `http`: the value of Proxy-Authorization. */
  authorization?: string
}

type Through = { host: string; port: number; tls?: TlsAsk; family: Family; net: Net; signal: AbortSignal }

/** A connection by way of a proxy: for https, HTTP/2 and SOCKS a tunnel, with the target's own TLS inside. */
export async function throughProxy(proxy: HttpProxy, to: Through, tunnel: boolean): Promise<Reached> {
  const { host, family, net, signal, tls } = to
  const address = await permitted(to, proxy.kind === 'socks5')
  const reached = await reach({ host: proxy.host, port: proxy.port, family, net, signal, upgradable: true })
  const { link } = reached
  try {
    if (proxy.kind !== 'http') await socks(link, proxy, address ?? host, to.port)
    else if (tunnel || tls) await connect(link, proxy, host, to.port)
    if (tls) await link.secure(tls)
    return reached
  } catch (error) {
    link.close()
    if (signal.aborted) throw new Fault('timeout', 'no answer in time', { cause: signal.reason })
    const code = error instanceof Object && 'code' in error ? String(error.code) : ''
    const fault = error instanceof Fault ? error : socketFault(code, peerOf(link.address, link.port))
    throw withFacts(fault, pathOf(reached.resolved), openingPhases(reached))
  }
}

/** A proxy must not be a way around the address policy; names only the proxy can resolve are left to it. */
async function permitted({ host, family, net, signal }: Through, needed: boolean): Promise<string | undefined> {
  try {
    return (await net.resolve(host, { family: familyNumber(family), signal })).address
  } catch (error) {
    if (needed || (error instanceof Object && 'code' in error && error.code === 'ADDRESS_BLOCKED')) throw error
    signal.throwIfAborted()
  }
}

/** Opens a tunnel by CONNECT (RFC 9110 section 9.3.6). */
async function connect(link: Link, { authorization }: HttpProxy, host: string, port: number) {
  const target = peerOf(host, port)
  const credentials = authorization ? `Proxy-Authorization: ${authorization}\r\n` : ''
  const bytes = Buffer.from(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${credentials}\r\n`)
  // The answer to CONNECT has no body, like that to HEAD.
  const { status } = await exchange(link, { bytes, head: true }, {})
  if (status >= 300) throw new Fault('protocol', `the proxy answered ${status} instead of opening a tunnel`)
}

/** Replies of RFC 1928 section 6. */
const REFUSALS: Record<number, string> = {
  1: 'failed',
  2: 'does not allow this connection',
  3: 'cannot reach the network',
  4: 'cannot reach the host',
  5: 'was refused by the host',
  6: 'got no answer from the host in time',
  7: 'does not know CONNECT',
  8: 'does not know this kind of address',
}

/** Opens a tunnel by SOCKS 5 (RFC 1928), with user and password where the proxy wants them (RFC 1929). */
async function socks(link: Link, { username = '', password = '' }: HttpProxy, host: string, port: number) {
  const hear = listenTo(link)
  const offers = username ? [0, 2] : [0]
  link.write(Uint8Array.from([5, offers.length, ...offers]))
  const [version, method] = await hear(2)
  if (version !== 5) throw new Fault('protocol', 'the proxy does not speak SOCKS 5')
  if (method === 2 && username) {
    const [user, pass] = [Buffer.from(username).subarray(0, 255), Buffer.from(password).subarray(0, 255)]
    link.write(Buffer.concat([Uint8Array.of(1, user.length), user, Uint8Array.of(pass.length), pass]))
    const [, refused] = await hear(2)
    if (refused !== 0) throw new Fault('protocol', 'the proxy refuses the user name or password')
  } else if (method !== 0) throw new Fault('protocol', 'the proxy asks for a user name and password')
  link.write(Uint8Array.from([5, 1, 0, ...addressBytes(host), port >> 8, port & 255]))
  const [, reply = 0, , kind, first = 0] = await hear(5)
  if (reply !== 0) throw new Fault('protocol', `the proxy ${REFUSALS[reply] ?? `answered ${reply}`}`)
  // The rest of the address that the proxy connects from, and its port.
  await hear((kind === 1 ? 3 : kind === 4 ? 15 : first) + 2)
}

/** Address type and address of RFC 1928 section 4. */
function addressBytes(host: string): number[] {
  if (!isIP(host)) {
    const name = Buffer.from(host).subarray(0, 255)
    return [3, name.length, ...name]
  }
  const bytes = ipaddr.parse(host).toByteArray()
  return [bytes.length === 4 ? 1 : 4, ...bytes]
}

/** Waits for exactly so many bytes at a time; a proxy sends nothing unasked, so no more than a reply is ever held. */
function listenTo(link: Link) {
  let held = Buffer.alloc(0)
  let ended: Error | undefined
  let wake = () => {}
  link.listen({
    data(chunk) {
      held = Buffer.concat([held, chunk.subarray(0, 1_024)])
      if (held.length > 4_096) ended = new Fault('protocol', 'the proxy does not speak SOCKS 5')
      wake()
    },
    end(error) {
      ended ??= error ?? new Fault('reset', 'the proxy closed the connection')
      wake()
    },
  })
  return async (count: number): Promise<Buffer> => {
    while (held.length < count) {
      if (ended) throw ended
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    const taken = held.subarray(0, count)
    held = held.subarray(count)
    return taken
  }
}
