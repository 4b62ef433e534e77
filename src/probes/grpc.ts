import { STATUS_CODES } from 'node:http'
import { Type as t } from '@sinclair/typebox'
import { secret, ui } from '#kernel/form'
import { defineProbe, type Reason, type Verdict } from '#probes/define'
import { familyField, filled, hostField, hostPort, perSettings, portField } from '#probes/fields'
import { callHealth, type GrpcAnswer } from '#probes/grpc-call'
import { GRPC_CODES, healthStatus } from '#probes/grpc-wire'
import { excerpt, isSensitiveHeader, redactor } from '#probes/redact'
import { withConnection } from '#probes/secured'
import { clientCertificateFields, clientCertificateProblems, tlsAsk, tlsFields, warned } from '#probes/tls-fields'

const overTls = { field: 'tls', is: [true] }

const settings = t.Object({
  host: hostField('Name or address of the server.', 'api.internal'),
  port: portField(50_051, 50_051),
  service: t.Optional(
    t.String({
      title: 'Service',
      description: 'Name the health service knows; empty asks for the server as a whole.',
      maxLength: 500,
      ...ui({ group: 'basic', mono: true, placeholder: 'shop.v1.Orders' }),
    }),
  ),
  tls: t.Optional(
    t.Boolean({
      title: 'TLS',
      description: 'Off speaks HTTP/2 without encryption (h2c).',
      default: false,
      ...ui({ group: 'basic', span: 1 }),
    }),
  ),
  authority: t.Optional(
    t.String({
      title: 'Authority',
      description: 'Name to ask for and to find in the certificate; default is the host.',
      maxLength: 253,
      pattern: '^[^\\s/@?#\\u0000]*$',
      ...ui({ group: 'advanced', span: 1, mono: true }),
    }),
  ),
  metadata: t.Optional(
    t.Record(t.String(), t.String({ maxLength: 8_192 }), {
      title: 'Metadata',
      description: 'Sent with the call.',
      maxProperties: 50,
      ...ui({ group: 'advanced', widget: 'kv' }),
    }),
  ),
  secret_metadata_name: t.Optional(
    t.String({
      title: 'Secret metadata',
      description: 'Name of an entry whose value is stored encrypted.',
      maxLength: 200,
      ...ui({ group: 'advanced', span: 1, placeholder: 'authorization' }),
    }),
  ),
  secret_metadata_value: t.Optional(secret({ title: 'Secret metadata value', ...ui({ group: 'advanced', span: 1 }) })),
  ...tlsFields(overTls),
  ...clientCertificateFields,
  family: familyField,
})
type Settings = (typeof settings)['static']

// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md: lower case, and none of the protocol's own names.
const NAME = /^(?!grpc-)[0-9a-z_.-]+$/
const OWN = new Set(['te', 'content-type', 'user-agent', 'host', 'connection', 'transfer-encoding', 'content-length'])
const nameProblem = (name: string) =>
  NAME.test(name.toLowerCase()) && !OWN.has(name.toLowerCase()) ? undefined : `“${name}” cannot be sent as metadata`
const VALUE = /^[\x20-\x7e]*$/

function check({ settings: given }: { settings: Settings }): Record<string, string> {
  const { metadata = {}, secret_metadata_name: name, secret_metadata_value: value = '' } = given
  const names = Object.keys(metadata)
    .map(nameProblem)
    .find((it) => it !== undefined)
  const odd = Object.entries(metadata).find(([, text]) => !VALUE.test(text))
  const secretName = name ? nameProblem(name) : undefined
  const plain = 'may only have printable ASCII characters'
  return {
    ...(odd && { 'settings.metadata': `“${odd[0]}” ${plain}` }),
    ...(names && { 'settings.metadata': names }),
    ...(secretName && { 'settings.secret_metadata_name': secretName }),
    ...(!VALUE.test(value) && { 'settings.secret_metadata_value': plain }),
    ...clientCertificateProblems(given),
  }
}

const planOf = perSettings((given: Settings) => {
  const all = filled(settings, given)
  const metadata = Object.fromEntries(
    Object.entries(all.metadata ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  )
  if (all.secret_metadata_name) metadata[all.secret_metadata_name.toLowerCase()] = all.secret_metadata_value ?? ''
  const hidden = Object.entries(metadata)
    .filter(([name]) => isSensitiveHeader(name) || name === all.secret_metadata_name?.toLowerCase())
    .flatMap(([, value]) => [value, value.replace(/^\w+\s+/, '')])
  return { ...all, metadata, redact: redactor(hidden) }
})
type Plan = ReturnType<typeof planOf>

type Outcome = Pick<Verdict, 'status' | 'reason' | 'message'>
const down = (reason: Reason, message: string): Outcome => ({ status: 'down', reason, message })

const STATES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN']

/** Why the call itself failed, in plain words. */
function refusal(code: number, who: string, said: string): string {
  const words: Record<number, string> = {
    4: `${who} did not answer before its own deadline`,
    5: `the server does not know ${who}`,
    7: 'the server does not permit this call',
    8: 'the server has no resources left',
    12: 'the server has no health service (grpc.health.v1.Health)',
    14: 'the server says that it is unavailable',
    16: 'the server wants other credentials',
  }
  const name = GRPC_CODES[code] ?? `code ${code}`
  return `${words[code] ?? 'the call failed'} (${name}${said ? `: ${said}` : ''})`
}

function judge(answer: GrpcAnswer, { service, redact }: Plan): Outcome {
  const who = service ? `the service “${service}”` : 'the server'
  if (answer.grpc_status === undefined) {
    const { status } = answer
    if (status !== 200) {
      const words = STATUS_CODES[status]
      return down('status', `the server answered ${status}${words ? ` ${words}` : ''} instead of gRPC`)
    }
    const grpc = answer.content_type.startsWith('application/grpc')
    return down('protocol', grpc ? 'the server ended the call without a status' : 'the answer is not gRPC')
  }
  if (answer.grpc_status !== 0) {
    const said = excerpt(Buffer.from(answer.grpc_message), redact).slice(0, 120)
    return down('status', refusal(answer.grpc_status, who, said))
  }
  const state = healthStatus(answer.message)
  if (state === 1) return { status: 'up', message: `${who} is serving` }
  if (state === 2) return down('status', `${who} is not serving`)
  if (state === 3) return down('status', `the server does not know ${who}`)
  return down('status', `the server does not know whether ${who} is serving`)
}

const evidenceOf = (answer: GrpcAnswer, outcome: Outcome) => ({
  status: answer.status,
  ...(answer.grpc_status !== undefined && { grpc_status: GRPC_CODES[answer.grpc_status] ?? answer.grpc_status }),
  ...(answer.grpc_status === 0 &&
    outcome.reason !== 'protocol' && {
      health: STATES[healthStatus(answer.message)] ?? 'UNKNOWN',
    }),
})

/** Up when the health service says SERVING. */
export const grpc = defineProbe({
  type: 'grpc',
  title: 'gRPC health',
  summary: 'Up when the gRPC health service answers SERVING.',
  docs: `Calls \`grpc.health.v1.Health/Check\` once on a new connection, with TLS or without (h2c). Everything but
SERVING is down: NOT_SERVING, UNKNOWN, a service the server does not know (NOT_FOUND, SERVICE_UNKNOWN), and every other
status of the call, which is told in words. A server without the health service answers UNIMPLEMENTED.`,
  settings,
  target: ({ settings: { host, port, service } }) => hostPort(host, port ?? 50_051) + (service ? `/${service}` : ''),
  check,

  async run({ settings: given, net, signal, now }) {
    const plan = planOf(given)
    const { host, port, family, metadata, service = '', tls: secure } = plan
    const name = plan.authority || host
    const tls = tlsAsk(plan, { host: name, now, alpn: ['h2'] })
    const to = { host, port, family, net, signal, security: secure ? 'tls' : 'none', tls } as const
    const started = performance.now()
    return withConnection(to, async ({ link, phases, evidence }) => {
      const sent = performance.now()
      const answer = await callHealth({ link, secure, authority: hostPort(name, port), metadata, service })
      const ended = performance.now()
      phases.first_byte_ms = answer.first_byte_at - sent
      const outcome = judge(answer, plan)
      const facts = { ...evidence, ...evidenceOf(answer, outcome) }
      const measured = { response_time_ms: ended - started, phases, evidence: facts }
      return warned({ ...outcome, ...measured }, plan, now())
    })
  },
})
