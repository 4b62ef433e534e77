import { domainToASCII } from 'node:url'
import type { Net } from '#kernel/net'
import type { Phases, Reason } from '#probes/define'

/** What a registry says about a domain. */
export type Registration = {
  registered: boolean
  /** ISO 8601; absent where the registry publishes none. */
  expires_at?: string
  registrar?: string
  statuses: string[]
  name_servers: string[]
  source: 'rdap' | 'whois'
  server: string
}

/** The registry did not say: it failed, it counts our questions, or what it said cannot be read. Never the domain's fault. */
export type Silence = { reason: Reason; message: string; retry_after_ms?: number }
export type Answer = { registration: Registration; phases: Phases } | { silence: Silence }

/** How a registry is asked; everything that changes the answer is in `key`. */
export type Asking = { domain: string; net: Net; signal: AbortSignal; now: () => number }

/** Lists in answers are cut to this; real ones have a handful. */
export const MOST_ENTRIES = 20

/** A registry's text as it may be shown: one line, 200 characters. */
export const plain = (text: unknown): string | undefined => {
  if (typeof text !== 'string') return
  const line = text.replace(/\s+/g, ' ').trim()
  return line ? line.slice(0, 200) : undefined
}

/** The name in lower case and ASCII, without a dot at the end; undefined when it cannot be a domain name. */
export function asciiName(given: string): string | undefined {
  const name = domainToASCII(given.trim().replace(/\.$/, '')).toLowerCase()
  return /^(?=.{3,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/.test(name)
    ? name
    : undefined
}

/**
 * The domain that can be registered: `sub.example.co.uk` → `example.co.uk`. The public suffix list costs 14 MB, so it is
 * read only when a name has more than two parts; undefined for a public suffix itself.
 */
export async function registrable(name: string): Promise<string | undefined> {
  if (name.split('.').length === 2) return name
  const { getDomain } = await import('tldts')
  return getDomain(name, { allowPrivateDomains: false, validateHostname: false }) ?? undefined
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const SOON_MS = 30 * DAY_MS

/** How long an answer holds. Registries count questions; what they say changes once a year, sooner when it is due. */
function lifeOf(answer: Answer, now: number): number {
  if ('silence' in answer) {
    const { retry_after_ms } = answer.silence
    return retry_after_ms === undefined ? MINUTE_MS : Math.min(Math.max(retry_after_ms, 5 * MINUTE_MS), 6 * HOUR_MS)
  }
  const { registered, expires_at } = answer.registration
  if (!registered) return 15 * MINUTE_MS
  return expires_at && Date.parse(expires_at) - now < SOON_MS ? HOUR_MS : 6 * HOUR_MS
}

type Kept = { at: number; until: number; answer: Answer }
/** For each network policy its own, so that what one may not ask it cannot read here either. */
const caches = new WeakMap<Net, Map<string, Kept>>()
const MOST_KEPT = 5_000
/** While a registry is silent, its last answer is believed this long. */
const STALE_MS = 7 * DAY_MS

export type Known = { answer: Answer; asked_at: number; cached: boolean; silence?: Silence }

/** The answer from memory while it holds, else asked for anew; when that fails, the last one with the failure beside it. */
export async function remembered(
  key: string,
  { net, now }: Pick<Asking, 'net' | 'now'>,
  ask: () => Promise<Answer>,
): Promise<Known> {
  const cache = caches.get(net) ?? new Map<string, Kept>()
  caches.set(net, cache)
  const at = now()
  const kept = cache.get(key)
  const fresh = kept !== undefined && kept.until > at && kept.at <= at
  const answer = fresh ? kept.answer : await ask()
  const until = at + lifeOf(answer, at)
  const known = kept && 'registration' in kept.answer && at - kept.at < STALE_MS ? kept : undefined
  if (!fresh) {
    // The last good answer stays, and is not asked for again before the silence is over.
    const keep = 'silence' in answer && known ? { ...known, until } : { at, until, answer }
    cache.delete(key)
    cache.set(key, keep)
    if (cache.size > MOST_KEPT) for (const oldest of cache.keys()) if (cache.delete(oldest)) break
  }
  if (!fresh && 'silence' in answer && known) {
    return { answer: known.answer, asked_at: known.at, cached: true, silence: answer.silence }
  }
  return { answer, asked_at: fresh ? kept.at : at, cached: fresh }
}
