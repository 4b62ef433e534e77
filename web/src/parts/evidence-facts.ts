import type { CertificateFacts, Evidence, MonitorStatus } from '@/types'
import { ms, words } from '@/ui/format'
import { statusLabel } from '@/ui/status'

/** Facts that every probe names alike and the panel words by hand. */
const KNOWN = new Set([
  'addresses',
  'address',
  'protocol',
  'status',
  'headers',
  'redirects',
  'certificates',
  'certificate_error',
  'body',
  'records',
  'regions',
  'other_family',
])

/** What an acronym is not spelled like. */
const SPELLED: Record<string, string> = {
  ...{ Tls: 'TLS', Dns: 'DNS', Ip: 'IP', Ssh: 'SSH', Id: 'ID', Url: 'URL', Mx: 'MX' },
  ...{ Rtt: 'Round trips', Ttl: 'TTL', Min: 'Shortest', Avg: 'Average', Max: 'Longest' },
}
/** `peer_version` → "Peer version", `query_ms` → "Query": facts of a single probe type need no list of names here. */
const titled = (name: string) => {
  const text = words(name.replace(/_ms$/, ''))
  const first = text.split(' ', 1)[0] ?? ''
  return (SPELLED[first] ?? first) + text.slice(first.length)
}

const ISO = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/
const printable = (name: string, value: unknown): string => {
  if (typeof value === 'string')
    return /_at$/.test(name) && ISO.test(value) ? `${value.slice(0, 19).replace('T', ' ')} UTC` : value
  if (typeof value === 'boolean') return value ? 'Yes' : 'No'
  if (typeof value === 'number')
    return name.endsWith('_ms')
      ? ms(value)
      : Number.isInteger(value)
        ? String(value)
        : String(Number(value.toPrecision(6)))
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object'))
    return value.map((one) => printable(name, one)).join(', ')
  if (value !== null && typeof value === 'object') return JSON.stringify(value, null, 2)
  return String(value)
}

const empty = (value: unknown) =>
  value === undefined ||
  value === null ||
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === 'object' && Object.keys(value).length === 0)

/** Everything the evidence says that has no place of its own in the panel, as title and text. */
export const otherFacts = (evidence: Evidence): [title: string, text: string][] =>
  Object.entries(evidence)
    .filter(([name, value]) => !KNOWN.has(name) && !empty(value))
    .map(([name, value]) => [titled(name), printable(name, value)])

export type Seen = { region: string; status: MonitorStatus; message?: string }
/** What each place saw when it was decided; nothing that does not look like that. */
export const seenFrom = ({ regions }: Evidence): Seen[] =>
  Array.isArray(regions)
    ? regions.filter((one): one is Seen => typeof one?.region === 'string' && one.status in statusLabel)
    : []

/** Every address that was resolved, the one that was used first. */
export function addressesOf({ address, addresses = [] }: Evidence): string[] {
  if (!address) return addresses
  return [address, ...addresses.filter((one) => !address.startsWith(one) && !address.startsWith(`[${one}]`))]
}

/** Whole days until the certificate ends; negative when it has ended. */
export const daysLeft = ({ valid_to }: Pick<CertificateFacts, 'valid_to'>, now: number) =>
  Math.floor((Date.parse(valid_to) - now) / 86_400_000)

/** `CN=api.example.com, O=…` → `api.example.com`; other forms stay as they are. */
export const commonName = (subject: string) => /(?:^|[,/]\s*)CN=([^,/]+)/.exec(subject)?.[1]?.trim() ?? subject

/** JSON is indented, everything else stays as it came; the panel shows it as text only. */
export function readable(body: string): string {
  const text = body.trim()
  if (!/^[[{]/.test(text)) return body
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return body
  }
}

/** Three weeks is when people start to renew, one week when they should hurry. */
export const urgencyOf = (days: number): 'over' | 'hurry' | 'soon' | 'fine' =>
  days < 0 ? 'over' : days < 7 ? 'hurry' : days < 21 ? 'soon' : 'fine'
