import { MOST_ENTRIES, plain } from '#probes/registration'

const MOST_LINES = 2_000
const LINE_LENGTH = 500

/** What the lines of an answer say, by field in lower case; an empty field takes the indented lines below it. */
function fieldsOf(text: string): Map<string, string[]> {
  const fields = new Map<string, string[]>()
  const add = (name: string, value: string) => {
    const known = fields.get(name)
    if (!known) fields.set(name, [value])
    else if (known.length < MOST_ENTRIES) known.push(value)
  }
  let open: string | undefined
  for (const whole of text.split('\n', MOST_LINES)) {
    const line = whole.slice(0, LINE_LENGTH).trimEnd()
    if (/^[%#>]/.test(line)) continue
    const colon = line.indexOf(':')
    // JPRS writes `[Expires on]   2027/05/31`.
    const bracket = line.startsWith('[') ? line.indexOf(']') : -1
    const at = bracket > 0 ? bracket : colon
    const name = at > 0 ? line.slice(bracket > 0 ? 1 : 0, at).trim() : ''
    const isTime = colon > 0 && /\d$/.test(name) && /^\d/.test(line.slice(colon + 1))
    if (name && name.length <= 60 && !isTime) {
      const value = line.slice(at + 1).trim()
      open = value ? undefined : nameOf(name)
      if (value) add(nameOf(name), value)
    } else if (open && /^\s/.test(line)) add(open, line.trim())
    else open = undefined
  }
  return fields
}

/** `Expire-Date........` → `expire date`. */
const nameOf = (name: string) =>
  name
    .toLowerCase()
    .replace(/[.\s_-]+/g, ' ')
    .trim()

const EXPIRY = [
  ...['registry expiry date', 'registry expiration date', 'domain expiration date', 'expiration date', 'expiry date'],
  ...['expiration time', 'expires on', 'expires at', 'expires', 'expire date', 'expire', 'paid till', 'valid until'],
  ...['validity', 'renewal date', 'renewal', 'record expires on', 'expiration', 'expiry', 'exp date'],
  // The registrar's own date comes last, as it may differ from the registry's.
  'registrar registration expiration date',
]
const REGISTRAR = ['registrar', 'registrar name', 'sponsoring registrar', 'registrar organization']
const STATUS = ['domain status', 'status', 'state', 'eppstatus', 'domaintype']
const NAME_SERVERS = ['name server', 'name servers', 'nserver', 'nameserver', 'nameservers', 'p name server']
const REFERRALS = ['refer', 'whois', 'registrar whois server', 'whois server']

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const utc = (year: string, month: number, day: string, time = '') => {
  const at = Date.parse(`${year}-${String(month).padStart(2, '0')}-${day.padStart(2, '0')}T${time || '00:00:00'}Z`)
  return Number.isNaN(at) ? undefined : new Date(at).toISOString()
}

/** A registry's date as ISO 8601. Days come before months where both are numbers; without a zone it is UTC. */
export function dateIn(value: string): string | undefined {
  const text = value.slice(0, 60).trim()
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)$/i.test(text)) {
    const at = Date.parse(text)
    return Number.isNaN(at) ? undefined : new Date(at).toISOString()
  }
  const time = /\b(\d\d:\d\d:\d\d)\b/.exec(text)?.[1]
  const year = /^(\d{4})(?:[-./] ?)?(\d\d)(?:[-./] ?)?(\d\d)(?!\d)/.exec(text)
  if (year) return utc(year[1] ?? '', Number(year[2]), year[3] ?? '', time)
  const day = /^(\d{1,2})[-./ ]\s?(\d{1,2}|[a-z]{3,9})[-./ ,]\s?(\d{4})\b/i.exec(text)
  if (day) return utc(day[3] ?? '', monthOf(day[2] ?? ''), day[1] ?? '', time)
  // `Aug 13 2027`, `Fri Aug 13 12:00:00 GMT 2027`.
  const named = /^(?:[a-z]{3},? )?([a-z]{3,9}) +(\d{1,2})\b.*?\b(\d{4})\b/i.exec(text)
  if (named) return utc(named[3] ?? '', monthOf(named[1] ?? ''), named[2] ?? '', time)
}

const monthOf = (text: string) => Number(text) || MONTHS.indexOf(text.slice(0, 3).toLowerCase()) + 1

/** How registries say that nobody has a domain: at the start of a line, or as its status. */
const FREE =
  /^[%#>\s]*(no match|not found|no entries found|no data found|nothing found|domain not found|no object found|the queried object does not exist|no information available|\S+ (is free|was not found|is available for))|^\s*(domain )?status:\s*(free|available|not registered)\b/im
const LIMITED = /quota|rate limit|limit exceeded|exceeded the|too many (queries|requests)|try again later/i

export type WhoisFacts = {
  expires_at?: string
  registrar?: string
  statuses: string[]
  name_servers: string[]
  referral?: string
  is_free: boolean
  is_limited: boolean
}

/** What an answer says, whatever the dialect; every pattern looks at one short line or has no repetition inside another. */
export function readWhois(text: string): WhoisFacts {
  const fields = fieldsOf(text)
  const all = (names: string[]) => names.flatMap((name) => fields.get(name) ?? [])
  const expires_at = EXPIRY.flatMap((name) => (fields.get(name) ?? []).map(dateIn)).find((date) => date !== undefined)
  const registrar = plain(all(REGISTRAR)[0])
  const referral = /^(?:whois:\/\/)?([a-z0-9.-]{3,253})\/?$/i.exec(all(REFERRALS)[0] ?? '')?.[1]?.toLowerCase()
  const first = (value: string) => value.split(/\s/)[0]?.toLowerCase().replace(/\.$/, '') ?? ''
  const lines = text.split('\n', 60).map((line) => line.slice(0, LINE_LENGTH))
  const nothing = !expires_at && !registrar
  return {
    ...(expires_at && { expires_at }),
    ...(registrar && { registrar }),
    ...(referral && { referral }),
    statuses: all(STATUS)
      .flatMap((it) => plain(it.replace(/\s*\(?https?:\S*/, '')) ?? [])
      .slice(0, MOST_ENTRIES),
    name_servers: all(NAME_SERVERS).map(first).filter(Boolean).slice(0, MOST_ENTRIES),
    is_free: nothing && lines.some((line) => FREE.test(line)),
    is_limited: nothing && lines.some((line) => LIMITED.test(line)),
  }
}
