import type { Phases } from '#probes/define'
import { Conversation } from '#probes/exchange'
import { hostPort } from '#probes/fields'
import { openingPhases, reach } from '#probes/reach'
import type { Answer, Asking } from '#probes/registration'
import { whoisQuestion, whoisServerOf } from '#probes/whois-servers'
import { readWhois, type WhoisFacts } from '#probes/whois-text'

const PORT = 43
const REST_MS = 3_600_000

/** `whois.example.net` or `whois.example.net:4343`; undefined when it is neither. */
export function whoisPlace(text: string): { host: string; port: number } | undefined {
  const parsed = URL.parse(`whois://${text}`)
  if (!parsed?.hostname || parsed.pathname || parsed.search || parsed.hash || parsed.username) return
  return { host: parsed.hostname.replace(/^\[|\]$/g, ''), port: Number(parsed.port) || PORT }
}

type Heard = { facts: WhoisFacts; text: string; phases: Phases }

/** One question to one server (RFC 3912): a line out, and text until it closes; at most 64 KB. */
async function converse(place: { host: string; port: number }, { domain, net, signal }: Asking): Promise<Heard> {
  const reached = await reach({ ...place, family: 'auto', net, signal })
  const { link } = reached
  try {
    const sent = performance.now()
    const talk = new Conversation(link)
    link.write(Buffer.from(`${whoisQuestion(place.host, domain)}\r\n`))
    await talk.until(() => false)
    const text = talk.received.toString('utf8').replaceAll('\r\n', '\n')
    return {
      facts: readWhois(text),
      text,
      phases: { ...openingPhases(reached), first_byte_ms: performance.now() - sent },
    }
  } finally {
    link.close()
  }
}

/** Asks the registry's WHOIS server, and one more when that only refers to it. */
export async function askWhois(given: string | undefined, asking: Asking): Promise<Answer> {
  let place = whoisPlace(given || whoisServerOf(asking.domain)) ?? { host: '', port: PORT }
  let heard = await converse(place, asking)
  const { referral, expires_at, is_limited } = heard.facts
  const next = referral && !expires_at && !is_limited ? { host: referral, port: PORT } : undefined
  if (next && next.host !== place.host) {
    place = next
    heard = await converse(place, asking)
  }
  const { facts, text, phases } = heard
  const server = place.port === PORT ? place.host : hostPort(place.host, place.port)
  if (facts.is_limited) {
    const message = `${server} asks us to come back later`
    return { silence: { reason: 'status', message, retry_after_ms: REST_MS } }
  }
  const { expires_at: until, registrar, statuses, name_servers } = facts
  const found = until !== undefined || registrar !== undefined || name_servers.length > 0
  if (!found && !facts.is_free) {
    const message = text.trim() ? `what ${server} answered cannot be read` : `${server} closed without an answer`
    return { silence: { reason: 'protocol', message } }
  }
  const registration = {
    registered: !facts.is_free,
    ...(until && { expires_at: until }),
    ...(registrar && { registrar }),
    statuses,
    name_servers,
    source: 'whois' as const,
    server,
  }
  return { registration, phases }
}
