import { Type as t } from '@sinclair/typebox'
import { oneOf, ui } from '#kernel/form'
import { days } from '#probes/certificate'
import { defineProbe, type Evidence, type Verdict } from '#probes/define'
import { Fault, seconds, verdictOf } from '#probes/fault'
import { daysField, filled, perSettings } from '#probes/fields'
import { askRdap } from '#probes/rdap'
import { rdapServerOf } from '#probes/rdap-servers'
import { type Answer, type Asking, asciiName, type Registration, registrable, remembered } from '#probes/registration'
import { askWhois, whoisPlace } from '#probes/whois'

const settings = t.Object({
  domain: t.String({
    title: 'Domain',
    description: 'Names below it are cut to the part that is registered.',
    minLength: 3,
    maxLength: 253,
    pattern: '^[^\\s/@:?#]+$',
    examples: ['example.com'],
    ...ui({ group: 'basic', mono: true, placeholder: 'example.com' }),
  }),
  warn_days: daysField('Warn before the end', 'Degraded when the registration ends sooner.', 30),
  critical_days: daysField('Down before the end', 'Down when the registration ends sooner.', 7),
  method: t.Optional(
    oneOf(['auto', 'rdap', 'whois'], {
      title: 'Asked by',
      description: 'Automatic asks by RDAP and, where a registry has none, by WHOIS.',
      default: 'auto',
      ...ui({ group: 'advanced', widget: 'segmented' }),
    }),
  ),
  rdap_url: t.Optional(
    t.String({
      title: 'RDAP server',
      description: 'Asked instead of the registry’s own server.',
      maxLength: 500,
      ...ui({
        group: 'advanced',
        mono: true,
        placeholder: 'https://rdap.example.net/',
        showIf: { field: 'method', is: ['auto', 'rdap'] },
      }),
    }),
  ),
  whois_server: t.Optional(
    t.String({
      title: 'WHOIS server',
      description: 'Asked instead of the registry’s own server.',
      maxLength: 300,
      ...ui({
        group: 'advanced',
        mono: true,
        placeholder: 'whois.example.net',
        showIf: { field: 'method', is: ['auto', 'whois'] },
      }),
    }),
  ),
})

const planOf = perSettings((given: (typeof settings)['static']) => filled(settings, given))
type Plan = ReturnType<typeof planOf>

/** In this order they count: what the domain's own fault is, in a person's words. */
const BAD: [status: RegExp, sentence: string][] = [
  [/^pending ?delete/i, 'is about to be deleted'],
  [/^redemption ?period/i, 'was deleted and can only be redeemed'],
  [/^(server|client) ?hold/i, 'is on hold and not in the DNS'],
]

/** A registry that failed says nothing about the domain: only what is thrown here by policy counts as the user's fault. */
async function asked(work: Promise<Answer>, { signal }: Asking, timeout_ms: number): Promise<Answer> {
  try {
    return await work
  } catch (error) {
    const { reason = 'error', message } = verdictOf(error, { timeout_ms, signal })
    if (reason === 'blocked') throw error
    return { silence: { reason, message } }
  }
}

/** Half the time is for RDAP, so that a silent server leaves time for the other way. */
async function ask({ method, rdap_url, whois_server }: Plan, asking: Asking, timeout_ms: number): Promise<Answer> {
  const server = rdap_url || rdapServerOf(asking.domain)
  const byWhois = () => asked(askWhois(whois_server, asking), asking, timeout_ms)
  if (method === 'whois' || (method === 'auto' && !server)) return byWhois()
  if (!server) {
    const message = `no RDAP server is known for ${asking.domain}; name one in the settings`
    return { silence: { reason: 'error', message } }
  }
  if (method === 'rdap') return asked(askRdap(server, asking), asking, timeout_ms)
  const half_ms = Math.max(1, Math.floor(timeout_ms / 2))
  const first = { ...asking, signal: AbortSignal.any([asking.signal, AbortSignal.timeout(half_ms)]) }
  const answer = await asked(askRdap(server, first), first, half_ms)
  if ('registration' in answer) {
    const { registered, expires_at } = answer.registration
    if (!registered || expires_at) return answer
  } else if (answer.silence.retry_after_ms !== undefined) return answer
  const second = await byWhois()
  return 'registration' in second ? second : answer
}

/** What the registration means for its owner. */
function judge(registration: Registration, domain: string, { warn_days, critical_days }: Plan, now: number): Verdict {
  const { registered, expires_at, statuses } = registration
  const down = (message: string): Verdict => ({ status: 'down', reason: 'assertion', message })
  if (!registered) return down(`${domain} is not registered`)
  const bad = BAD.find(([status]) => statuses.some((it) => status.test(it)))
  if (bad) return down(`${domain} ${bad[1]}`)
  if (!expires_at) {
    const message = `the registry of ${domain} publishes no date of expiry`
    return { status: 'unknown', reason: 'protocol', message }
  }
  const left = Math.floor((Date.parse(expires_at) - now) / 86_400_000)
  const date = expires_at.slice(0, 10)
  if (left < 0) return down(`the registration of ${domain} ended on ${date}`)
  const message = `the registration of ${domain} ends ${left === 0 ? 'today' : `in ${days(left)}`} (${date})`
  if (left < critical_days) return down(message)
  if (left < warn_days) return { status: 'degraded', reason: 'assertion', message }
  return { status: 'up', message }
}

/** Up when a domain is registered and does not end soon; the registry's failures are never the domain's. */
export const domain = defineProbe({
  type: 'domain',
  title: 'Domain expiry',
  summary: 'Up when the domain is registered and its registration does not end soon.',
  docs: `Asks the registry until when a domain is registered: by RDAP (RFC 9083), or by WHOIS where it has none. It is
down when the domain is not registered any more, ends within the critical days, or has a status that takes it out of
the DNS (\`redemptionPeriod\`, \`pendingDelete\`, \`clientHold\`, \`serverHold\`).

Registration data changes slowly and registries count questions, so an answer is kept for six hours (one hour in the last
30 days, 15 minutes when there is no such domain), whatever the interval: an interval of an hour or more is enough.
While a registry fails or asks us to come back later its last answer is used for up to seven days, then the check is
*unknown*, never down. Some registries publish no date (.de, .at, .eu, .be among them): that is *unknown* too.

\`sub.example.co.uk\` is cut to \`example.co.uk\` by the public suffix list. The registry's server is taken from an excerpt
of IANA's list; nothing is asked anywhere unless such a monitor exists.`,
  settings,
  target: ({ settings: { domain: name } }) => name,
  check({ settings: given }): Record<string, string> {
    const { domain: name, warn_days, critical_days, rdap_url, whois_server } = filled(settings, given)
    const problems: Record<string, string> = {}
    if (!asciiName(name)) problems['settings.domain'] = 'is not a domain name such as example.com'
    if (critical_days > warn_days) {
      problems['settings.critical_days'] = 'must not be more than the days of the warning'
    }
    const url = rdap_url ? URL.parse(rdap_url) : undefined
    if (rdap_url && !/^https?:$/.test(url?.protocol ?? '')) {
      problems['settings.rdap_url'] = 'must start with http:// or https://'
    } else if (url?.username || url?.password || url?.search || url?.hash) {
      problems['settings.rdap_url'] = 'must not contain credentials or a query'
    }
    if (whois_server && !whoisPlace(whois_server)) problems['settings.whois_server'] = 'is not a host or host:port'
    return problems
  },

  async run({ settings: given, net, signal, now, timeout_ms }) {
    const plan = planOf(given)
    const name = asciiName(plan.domain)
    const registered = name && (await registrable(name))
    if (!registered) throw new Fault('assertion', `${plan.domain} is a public suffix or no domain name`)
    const key = [registered, plan.method, plan.rdap_url, plan.whois_server].join(' ')
    const asking: Asking = { domain: registered, net, signal, now }
    const started = performance.now()
    const known = await remembered(key, asking, () => ask(plan, asking, timeout_ms))
    const took = known.cached ? {} : { response_time_ms: performance.now() - started }
    const facts: Evidence = {
      domain: registered,
      asked_at: new Date(known.asked_at).toISOString(),
      ...(known.cached && { cached: true }),
      ...(known.silence && { registry_problem: known.silence.message.slice(0, 300) }),
    }
    if ('silence' in known.answer) {
      const { reason, message, retry_after_ms } = known.answer.silence
      const pause = retry_after_ms === undefined ? {} : { retry_after: seconds(retry_after_ms) }
      return { status: 'unknown', reason, message: message.slice(0, 300), evidence: { ...facts, ...pause } }
    }
    const { registration, phases } = known.answer
    const { registered: _, ...rest } = registration
    const verdict = judge(registration, registered, plan, now())
    const evidence = { ...facts, ...rest }
    // An old answer can still tell that all is well; that it has run out may have been mended since.
    if (known.silence && verdict.status === 'down') {
      const message = `the registry does not answer: ${known.silence.message}`.slice(0, 300)
      return { status: 'unknown', reason: known.silence.reason, message, evidence }
    }
    return { ...verdict, ...took, ...(!known.cached && { phases }), evidence }
  },
})
