import type { Net } from '#kernel/net'
import type { Evidence, Phases } from '#probes/define'
import { peerOf } from '#probes/dial'
import type { TlsAsk } from '#probes/dial-tls'
import { Fault, socketFault, withFacts } from '#probes/fault'
import { exchange, unanswered } from '#probes/http-exchange'
import { type Kept, keep, lend, take } from '#probes/http-pool'
import { type HttpProxy, throughProxy } from '#probes/http-proxy'
import type { HttpAnswer } from '#probes/http-reader'
import type { Link } from '#probes/link'
import { type Family, openingPhases, pathOf, reach } from '#probes/reach'

/** The parts of a request, for a version of HTTP that does not write it as text. */
export type Parts = { method: string; path: string; headers: [name: string, value: string][]; body?: Uint8Array }

/** One request, ready to send. */
export type HttpRequest = {
  url: URL
  head: boolean
  bytes: Uint8Array
  /** Speak HTTP/2, with these instead of the bytes. */
  two?: Parts
  /** For https. */
  tls?: TlsAsk
  proxy?: HttpProxy
  family: Family
  /** Where the connection waits for the next check; without it each request has its own. */
  keep_as?: string
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

/** Sends one request and reads the answer; follows nothing. On a new connection, or on the one kept for it. */
export async function roundTrip(request: HttpRequest, net: Net, signal: AbortSignal): Promise<Trip> {
  const { keep_as } = request
  const waiting = keep_as === undefined ? undefined : take(keep_as)
  if (waiting) {
    const { evidence } = waiting
    try {
      return await travel(request, { ...waiting, evidence: { ...evidence, reused_connection: true } }, {}, signal)
    } catch (error) {
      // A server may have closed it at the very moment we asked: that is nobody's fault, and asking is repeatable.
      const stale = error instanceof Object && unanswered.has(error) && !signal.aborted
      if (!stale) throw error
    }
  }
  const { kept, phases } = await open(request, net, signal)
  return travel(request, kept, phases, signal)
}

/** Of connections that end with their check. */
const SHORT = new AbortController()

/** A new connection, with a life of its own when it may outlive this check. */
async function open({ url, family, tls, proxy, two, keep_as }: HttpRequest, net: Net, signal: AbortSignal) {
  const life = keep_as === undefined ? SHORT : new AbortController()
  const own = keep_as === undefined ? undefined : lend({ life }, signal)
  const to = { ...placeOf(url), family, net, signal: own ? life.signal : signal, tls }
  try {
    const reached = proxy ? await throughProxy(proxy, to, two !== undefined) : await reach(to)
    const { link, resolved } = reached
    const { security } = link
    const evidence: Evidence = {
      ...pathOf(resolved),
      ...(security && { protocol: security.protocol, certificates: security.chain }),
      ...(security?.problem && { certificate_error: security.problem }),
    }
    const kept: Kept = { link, life, evidence, opened_at: performance.now() }
    return { kept, phases: openingPhases(reached) }
  } finally {
    own?.()
  }
}

async function travel(request: HttpRequest, kept: Kept, phases: Phases, signal: AbortSignal): Promise<Trip> {
  const { link, evidence } = kept
  const { keep_as } = request
  const back = keep_as === undefined ? undefined : lend(kept, signal)
  let stays = false
  try {
    const answer = await speak(link, request, phases)
    stays = answer.reusable && keep_as !== undefined && !signal.aborted
    return { answer, phases, evidence }
  } catch (error) {
    if (signal.aborted) throw new Fault('timeout', 'no answer in time', { cause: signal.reason, phases, evidence })
    const fault = withFacts(asFault(error, link), evidence, phases)
    if (error instanceof Object && fault instanceof Object && unanswered.has(error)) unanswered.add(fault)
    throw fault
  } finally {
    back?.()
    if (stays && keep_as !== undefined) keep(keep_as, { ...kept, evidence: withoutReuse(evidence) })
    else link.close()
  }
}

const withoutReuse = ({ reused_connection: _, ...evidence }: Evidence): Evidence => evidence

async function speak(link: Link, request: HttpRequest, phases: Phases): Promise<HttpAnswer> {
  const { url, two } = request
  if (!two) return exchange(link, request, phases)
  const { exchangeTwo } = await import('#probes/http-two')
  return exchangeTwo(link, { ...two, authority: url.host, scheme: url.protocol.slice(0, -1) }, phases)
}

const asFault = (error: unknown, link: Link) =>
  error instanceof Fault
    ? error
    : socketFault(error instanceof Object && 'code' in error ? String(error.code) : '', peerOf(link.address, link.port))
