import { Fault } from '#probes/fault'
import { decoded } from '#probes/http-assert'
import { placeOf, roundTrip, type Trip } from '#probes/http-client'
import { headerOf } from '#probes/http-reader'
import { type Answer, type Asking, MOST_ENTRIES, plain, type Registration } from '#probes/registration'

const MOST_REDIRECTS = 3
const REDIRECTS = new Set([301, 302, 303, 307, 308])
/** A registry that counts our questions and does not say for how long is left alone for an hour. */
const REST_MS = 3_600_000

type Json = { [name: string]: unknown }
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.slice(0, 100).filter(isObject) : [])
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.slice(0, MOST_ENTRIES).flatMap((it) => plain(it) ?? []) : []

/** Asks one RDAP server (RFC 9082 section 3.1.3) and reads the domain object of its answer (RFC 9083 section 5.3). */
export async function askRdap(base: string, asking: Asking): Promise<Answer> {
  const { domain, now } = asking
  const url = new URL(`${base.replace(/\/*$/, '/')}domain/${domain}`)
  const { answer, phases } = await get(url, asking)
  const server = url.host
  if (answer.status === 404) {
    return { registration: { registered: false, statuses: [], name_servers: [], source: 'rdap', server }, phases }
  }
  if (answer.status === 429 || answer.status === 503) {
    const retry_after_ms = retryAfter(headerOf(answer, 'retry-after'), now()) ?? REST_MS
    const message = answer.status === 429 ? 'asks us to come back later' : 'is not available'
    return { silence: { reason: 'status', message: `${server} ${message} (${answer.status})`, retry_after_ms } }
  }
  if (answer.status !== 200) {
    return { silence: { reason: 'status', message: `${server} answered ${answer.status}` } }
  }
  const registration = read(decoded(answer), domain, server)
  if (registration) return { registration, phases }
  return { silence: { reason: 'protocol', message: `what ${server} answered is not an RDAP domain` } }
}

/** Registries hand on to each other by redirects (RFC 7480 section 5.2). */
async function get(first: URL, { net, signal, now }: Asking): Promise<Trip> {
  let url = first
  for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
    const head = [
      `GET ${url.pathname}${url.search} HTTP/1.1`,
      `Host: ${url.host}`,
      'Accept: application/rdap+json, application/json',
      'User-Agent: Mozilla/5.0 (compatible; Xinex monitoring)',
      'Accept-Encoding: identity',
      'Connection: close',
    ]
    const tls = url.protocol === 'https:' ? { host: placeOf(url).host, verify: true, now } : undefined
    const bytes = Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1')
    const trip = await roundTrip({ url, head: false, bytes, tls, family: 'auto' }, net, signal)
    const location = REDIRECTS.has(trip.answer.status) ? headerOf(trip.answer, 'location') : undefined
    const next = location ? URL.parse(location, url.href) : undefined
    if (!next) return trip
    if (!/^https?:$/.test(next.protocol)) break
    url = next
  }
  throw new Fault('protocol', `${first.host} redirects without end`)
}

/** Seconds or a date (RFC 9110 section 10.2.3). */
function retryAfter(value: string | undefined, now: number): number | undefined {
  if (!value) return
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

function read(body: Buffer | undefined, domain: string, server: string): Registration | undefined {
  let answer: unknown
  try {
    answer = JSON.parse(body?.toString('utf8') ?? '')
  } catch {
    return
  }
  if (!isObject(answer) || answer.objectClassName !== 'domain') return
  // Whose data this is; a registry that answers with another domain's is not believed.
  const named = plain(answer.ldhName)?.toLowerCase().replace(/\.$/, '')
  if (named !== undefined && named !== domain) return
  return {
    registered: true,
    ...expiryOf(answer),
    ...registrarOf(answer),
    statuses: texts(answer.status),
    name_servers: objects(answer.nameservers)
      .flatMap((it) => plain(it.ldhName)?.toLowerCase() ?? [])
      .slice(0, MOST_ENTRIES),
    source: 'rdap',
    server,
  }
}

/** The registry's own date; the registrar's may differ by years and is only taken where there is no other. */
function expiryOf({ events }: Json): { expires_at?: string } {
  const dateOf = (wanted: string) => {
    const event = objects(events).find(({ eventAction }) => eventAction === wanted)
    const at = Date.parse(plain(event?.eventDate) ?? '')
    return Number.isNaN(at) ? undefined : new Date(at).toISOString()
  }
  const expires_at = dateOf('expiration') ?? dateOf('registrar expiration')
  return expires_at ? { expires_at } : {}
}

/** The formatted name in the jCard (RFC 7095) of the entity with the role "registrar". */
function registrarOf({ entities }: Json): { registrar?: string } {
  const entity = objects(entities).find(({ roles }) => texts(roles).includes('registrar'))
  const properties = Array.isArray(entity?.vcardArray) ? entity.vcardArray[1] : undefined
  const names = Array.isArray(properties) ? properties.slice(0, 100) : []
  const name = names.find((it) => Array.isArray(it) && it[0] === 'fn')
  const registrar = plain(Array.isArray(name) ? name[3] : undefined) ?? plain(entity?.handle)
  return registrar ? { registrar } : {}
}
