import type { Net } from '#kernel/net'
import type { Evidence, Phases } from '#probes/define'
import { peerOf } from '#probes/dial'
import type { TlsAsk } from '#probes/dial-tls'
import { Fault, socketFault, withFacts } from '#probes/fault'
import { type HttpAnswer, HttpReader } from '#probes/http-reader'
import type { Link } from '#probes/link'
import { type Family, openingPhases, pathOf, type Reached, reach } from '#probes/reach'

export type HttpProxy = { host: string; port: number; authorization?: string }

/** One request, ready to send. */
export type HttpRequest = {
  url: URL
  head: boolean
  bytes: Uint8Array
  /** For https. */
  tls?: TlsAsk
  proxy?: HttpProxy
  family: Family
}

export type Trip = { answer: HttpAnswer; phases: Phases; evidence: Evidence }

type Place = { host: string; port: number; secure: boolean }
const places = new WeakMap<URL, Place>()

/** Where a URL leads; the host is a name or bare address (URL keeps the brackets of IPv6). Read once for each URL. */
export function placeOf(url: URL): Place {
  const known = places.get(url)
  if (known) return known
  const secure = url.protocol === 'https:'
  const place = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) || (secure ? 443 : 80), secure }
  places.set(url, place)
  return place
}

/** Sends one request on a new connection and reads the answer; follows nothing. */
export async function roundTrip(request: HttpRequest, net: Net, signal: AbortSignal): Promise<Trip> {
  const reached = request.proxy
    ? await throughProxy(request, request.proxy, net, signal)
    : await reach({
        ...placeOf(request.url),
        family: request.family,
        net,
        signal,
        tls: request.tls,
      })
  const phases = openingPhases(reached)
  const { security } = reached.link
  const evidence: Evidence = {
    ...pathOf(reached.resolved),
    ...(security && { protocol: security.protocol, certificates: security.chain }),
    ...(security?.problem && { certificate_error: security.problem }),
  }
  try {
    const answer = await exchange(reached.link, request, phases)
    return { answer, phases, evidence }
  } catch (error) {
    if (!signal.aborted) throw withFacts(asFault(error, reached), evidence, phases)
    throw new Fault('timeout', 'no answer in time', { cause: signal.reason, phases, evidence })
  } finally {
    reached.link.close()
  }
}

const asFault = (error: unknown, { link }: Reached) =>
  error instanceof Fault
    ? error
    : socketFault(error instanceof Object && 'code' in error ? String(error.code) : '', peerOf(link.address, link.port))

async function exchange(link: Link, { bytes, head }: Pick<HttpRequest, 'bytes' | 'head'>, phases: Phases) {
  const sent = performance.now()
  let reader: HttpReader | undefined
  try {
    return await new Promise<HttpAnswer>((resolve, reject) => {
      reader = new HttpReader(head, resolve, reject)
      link.listen(reader)
      link.write(bytes)
    })
  } finally {
    if (reader?.first_byte_at) {
      phases.first_byte_ms = reader.first_byte_at - sent
      phases.transfer_ms = performance.now() - reader.first_byte_at
    }
  }
}

/** A connection to the proxy; for https a CONNECT tunnel with the target's own TLS inside. */
async function throughProxy({ url, tls, family }: HttpRequest, proxy: HttpProxy, net: Net, signal: AbortSignal) {
  await permitTarget(placeOf(url).host, net, signal)
  const reached = await reach({ ...proxy, family, net, signal, upgradable: true })
  if (!tls) return reached
  const target = `${url.hostname}:${placeOf(url).port}`
  const authorization = proxy.authorization ? `Proxy-Authorization: ${proxy.authorization}\r\n` : ''
  const bytes = Buffer.from(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${authorization}\r\n`)
  try {
    // The answer to CONNECT has no body, like that to HEAD (RFC 9110 section 9.3.6).
    const { status } = await exchange(reached.link, { bytes, head: true }, {})
    if (status >= 300) throw new Fault('protocol', `the proxy answered ${status} instead of opening a tunnel`)
    await reached.link.secure(tls)
    return reached
  } catch (error) {
    reached.link.close()
    if (signal.aborted) throw new Fault('timeout', 'no answer in time', { cause: signal.reason })
    throw withFacts(asFault(error, reached), pathOf(reached.resolved), openingPhases(reached))
  }
}

/** A proxy must not be a way around the address policy; names only the proxy can resolve are left to it. */
async function permitTarget(host: string, net: Net, signal: AbortSignal) {
  try {
    await net.resolve(host, { signal })
  } catch (error) {
    if (error instanceof Object && 'code' in error && error.code === 'ADDRESS_BLOCKED') throw error
    signal.throwIfAborted()
  }
}
