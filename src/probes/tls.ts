import { Type as t } from '@sinclair/typebox'
import { oneOf, ui } from '#kernel/form'
import { daysLeft, expirySentence, firstToEnd, isFor, problemSentence, SELF_SIGNED } from '#probes/certificate'
import { type CertificateFacts, defineProbe, type Verdict } from '#probes/define'
import {
  caField,
  daysField,
  familyField,
  filled,
  hostField,
  hostPort,
  minTlsField,
  perSettings,
  portField,
} from '#probes/fields'
import { withConnection } from '#probes/secured'
import { SECURITIES } from '#probes/starttls'

const settings = t.Object({
  host: hostField('Name or address of the server.', 'example.com'),
  port: portField(443, 443),
  warn_days: daysField('Warn before', 'Degraded when the certificate ends sooner than this.', 21),
  critical_days: daysField('Down before', 'Down when the certificate ends sooner than this.', 3),
  server_name: t.Optional(
    t.String({
      title: 'Server name',
      description: 'The name to ask for and to find in the certificate; default is the host.',
      maxLength: 253,
      ...ui({ group: 'advanced', span: 1, mono: true }),
    }),
  ),
  starttls: t.Optional(
    oneOf(
      SECURITIES.filter((it) => it !== 'none'),
      {
        title: 'Start of TLS',
        description: 'TLS at once, or STARTTLS in the named protocol.',
        default: 'tls',
        ...ui({ group: 'advanced', widget: 'select', span: 1 }),
      },
    ),
  ),
  allow_self_signed: t.Optional(
    t.Boolean({
      title: 'Allow self-signed',
      description: 'Judge only the dates and the name of a certificate without a known authority.',
      default: false,
      ...ui({ group: 'advanced', span: 1 }),
    }),
  ),
  min_tls: minTlsField,
  ca: caField,
  family: familyField,
})

const planOf = perSettings((given: (typeof settings)['static']) => filled(settings, given))

const UNKNOWN_AUTHORITY = new Set([...SELF_SIGNED, 'UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'])

/** What remains of a problem when the authority does not matter: the name and the dates still do. */
function tolerating(problem: string | undefined, chain: CertificateFacts[], name: string, now: number) {
  const [leaf] = chain
  if (!leaf || (problem && !UNKNOWN_AUTHORITY.has(problem))) return problem
  if (Date.parse(leaf.valid_from) > now) return 'CERT_NOT_YET_VALID'
  return isFor(leaf, name) ? undefined : 'ERR_TLS_CERT_ALTNAME_INVALID'
}

/** Up when the certificate is trusted, belongs to the name and does not end soon. */
export const tls = defineProbe({
  type: 'tls',
  title: 'TLS certificate',
  summary: 'Up when the certificate is trusted, matches the name and is not about to end.',
  docs: `Does a full handshake and judges what the server presents: who signed it, for which names, and until when. The
certificate of the chain that ends first counts, so an intermediate that is about to end is seen too. The chain is kept
as evidence also when it is bad.`,
  settings,
  target: ({ settings: { host, port } }) => hostPort(host, port ?? 443),
  check({ settings: given }): Record<string, string> {
    const { warn_days, critical_days } = filled(settings, given)
    return critical_days > warn_days
      ? { 'settings.critical_days': 'must not be more than the days of the warning' }
      : {}
  },

  async run({ settings: given, net, signal, now }) {
    const all = planOf(given)
    const { host, port, family, starttls: security, min_tls, ca, warn_days, critical_days } = all
    const name = all.server_name || host
    const started = performance.now()
    const ask = {
      host: name,
      verify: false,
      now,
      ...(ca && { ca }),
      ...(min_tls !== 'any' && { min_version: min_tls }),
    }
    return withConnection({ host, port, family, net, signal, security, tls: ask }, async (open): Promise<Verdict> => {
      const { phases, evidence, link } = open
      const measured = { response_time_ms: performance.now() - started, phases, evidence }
      const chain = link.security?.chain ?? []
      const problem = all.allow_self_signed
        ? tolerating(link.security?.problem, chain, name, now())
        : link.security?.problem
      if (problem) {
        const message = problemSentence(problem, chain, name, now())
        return { status: 'down', reason: 'certificate', message, ...measured }
      }
      const first = firstToEnd(chain)
      if (!first) return { status: 'down', reason: 'tls', message: 'the server presented no certificate', ...measured }
      const left = daysLeft(first, now())
      const message = expirySentence(first, now())
      if (left < critical_days || left < 0) return { status: 'down', reason: 'certificate', message, ...measured }
      if (left < warn_days) return { status: 'degraded', reason: 'certificate', message, ...measured }
      return { status: 'up', message, ...measured }
    })
  },
})
