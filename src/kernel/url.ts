/**
 * The address a request asks for, in the one spelling that every part of the server reads alike. Bun hands over a bare
 * path when there is no Host (HTTP/1.0 may leave it out) or when Host is no host name; for the latter there is none.
 */
export function urlOf(request: Request): URL | undefined {
  const nameless = !request.headers.get('host') && request.url.startsWith('/')
  if (nameless && request.headers.has('host')) return undefined
  const url = URL.parse(nameless ? `http://localhost${request.url}` : request.url)
  if (!url || !/^https?:$/.test(url.protocol)) return undefined
  url.hash = ''
  return url
}

/** Whether every %xx of a path is a character. The framework hands on nothing for what it cannot decode, not a text. */
export function isReadable(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}

/** What is reported from elsewhere about a monitor, with the key in the address. */
const PUSH = /^(\/api\/v1\/push\/)([^/]+)\/?$/

/** The key that a path holds, when it is one to report to; however it was spelled, it is counted as one. */
export const pushKeyIn = (path: string): string | undefined => textOf(PUSH.exec(path)?.[2])

const textOf = (part: string | undefined) => (part !== undefined && isReadable(part) ? decodeURIComponent(part) : part)

/** Where jobs report: our own way, and those of others that their clients know. What comes after it is secret. */
const DOORS = /^(\/api\/v1\/hb|\/api\/push|\/ping|\/p|\/snitch)\/(.+?)\/?$/
/** hc-ping.com and nosnch.in have the key at the root. Of ours nothing there looks like a UUID. */
const BARE = /^\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:\/[^/]+)?)\/?$/i
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const ACTIONS = /^(start|fail|log|run|\d{1,9})$/

export type PingPath = {
  door: '/api/v1/hb' | '/api/push' | '/ping' | '/p' | '/snitch'
  /** What comes after the door, decoded. */
  parts: string[]
  /** What tells which heartbeat it is: its slug, or the key of the workspace and a name. */
  subject: string
  /** Found at the root. */
  bare: boolean
}

/** What a path says, when it is one where jobs report. */
export function pingIn(path: string): PingPath | undefined {
  const [, bare] = BARE.exec(path) ?? []
  const [, door, rest] = bare === undefined ? (DOORS.exec(path) ?? []) : ['', '/ping', bare]
  if (door === undefined || rest === undefined) return undefined
  const parts = rest.split('/').map((part) => textOf(part) ?? part)
  const named = parts.length > 1 && ACTIONS.test(parts.at(-1) ?? '') ? parts.slice(0, -1) : parts
  // A UUID is one however it is written, and is counted as one.
  const subject = named.map((part) => (UUID.test(part) ? part.toLowerCase() : part)).join('/')
  // Safe: the expression above knows no other.
  return { door: door as PingPath['door'], parts, subject, bare: bare !== undefined }
}

/**
 * Where other programs tell of events: by paths that their clients know, and by ours, in which the key may stand. And where
 * buttons in other programs call us, which sign what they say as the bytes it is.
 */
const EVENTS =
  /^(?:(?:\/integrations\/(?:pagerduty|opsgenie))?\/v2\/(?:enqueue|alerts(?:\/.*)?)|(\/api\/v1\/(?:events|integrations\/(?:alertmanager|grafana|generic)))(?:\/[^/]+)?|\/api\/v1\/interactions\/(?:slack|telegram|discord)\/[^/]+)\/?$/

export const isEventDoor = (path: string): boolean => EVENTS.test(path)

/** As many parts as an address behind a door can have. */
const PARTS: Record<PingPath['door'], [least: number, most: number]> = {
  ...{ '/api/v1/hb': [1, 2], '/api/push': [1, 1], '/ping': [1, 3], '/p': [2, 2], '/snitch': [1, 1] },
}
const NEAR = /^\/(ping|p|snitch|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})(\/|$)/i

/**
 * Whether somebody meant to report and nothing listens there, as with a name that a script left empty. Whoever is shown a
 * page of ours instead believes that it was heard.
 */
export function isMissed(path: string): boolean {
  const ping = pingIn(path)
  if (!ping) return NEAR.test(path)
  const [least, most] = PARTS[ping.door]
  return ping.parts.length < least || ping.parts.length > most
}

/** As Healthchecks has them, a check is named by where it is reported to. */
const CHECK = /^(\/api\/v[123]\/checks\/)[^/]+/

/** Who knows the address of a calendar can read it. */
const CALENDAR = /^(\/api\/v1\/calendar\/)[^/]+/

/** Who has a link of a message may act by it. */
const LINK = /^(\/a\/)[^/]+/

/** A path as it may be written down: keys are left out. */
export function loggable(path: string): string {
  const ping = pingIn(path)
  const [, door] = EVENTS.exec(path) ?? []
  if (door !== undefined) return path.length > door.length + 1 ? `${door}/***` : door
  if (!ping)
    return path.replace(PUSH, '$1***').replace(CHECK, '$1***').replace(CALENDAR, '$1***').replace(LINK, '$1***')
  const [, ...more] = ping.parts
  const last = more.at(-1) ?? ''
  return `${ping.bare ? '' : ping.door}/***${ACTIONS.test(last) ? `/${last}` : ''}`
}
