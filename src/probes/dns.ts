import { isIP } from 'node:net'
import { Type as t } from '@sinclair/typebox'
import { oneOf, ui } from '#kernel/form'
import { defineProbe, type Verdict } from '#probes/define'
import { query, RECORD_TYPES } from '#probes/dns-query'
import { withFacts } from '#probes/fault'
import { filled, hostPort, perSettings } from '#probes/fields'

const settings = t.Object({
  name: t.String({
    title: 'Domain name',
    description: 'The domain to ask for; an address for PTR.',
    minLength: 1,
    maxLength: 253,
    pattern: '^[^\\s/@]+$',
    examples: ['example.com'],
    ...ui({ group: 'basic', span: 1, mono: true, placeholder: 'example.com' }),
  }),
  record: t.Optional(
    oneOf(RECORD_TYPES, {
      title: 'Record',
      description: 'The kind of record to ask for.',
      default: 'A',
      ...ui({ group: 'basic', widget: 'select', span: 1 }),
    }),
  ),
  server: t.Optional(
    t.String({
      title: 'Name server',
      description: 'Ask this server instead of the ones of this machine.',
      maxLength: 253,
      pattern: '^[^\\s/@]*$',
      ...ui({ group: 'basic', span: 1, mono: true, placeholder: '9.9.9.9' }),
    }),
  ),
  server_port: t.Optional(
    t.Integer({
      title: 'Server port',
      minimum: 1,
      maximum: 65_535,
      default: 53,
      ...ui({ group: 'advanced', span: 1, mono: true }),
    }),
  ),
  expect: t.Optional(
    oneOf(['any', 'contains', 'equals'], {
      title: 'Expect',
      description: 'Any answer, all of the values among others, or exactly the values.',
      default: 'any',
      ...ui({ group: 'basic', widget: 'segmented', span: 1 }),
    }),
  ),
  values: t.Optional(
    t.Array(t.String({ minLength: 1, maxLength: 1_000 }), {
      title: 'Values',
      description: 'As in a zone file, for example “10 mail.example.com” for MX.',
      maxItems: 50,
      default: [],
      ...ui({ group: 'basic', widget: 'list', mono: true, showIf: { field: 'expect', is: ['contains', 'equals'] } }),
    }),
  ),
})

const normal = (record: string) => record.trim().toLowerCase().replace(/\.$/, '')

const planOf = perSettings((given: (typeof settings)['static']) => {
  const all = filled(settings, given)
  return { ...all, wanted: all.values.map(normal) }
})

const list = (values: string[]) => {
  const text = values.slice(0, 3).join(', ')
  return values.length > 3 ? `${text} and ${values.length - 3} more` : text
}

const MOST_EVIDENCE = 8_192

/** The first records, 8 KB of them: an answer over TCP may hold thousands. */
function firstOf(records: string[]): string[] {
  let room = MOST_EVIDENCE
  return records.flatMap((record) => {
    const text = record.slice(0, room)
    room -= text.length + 1
    return text ? [text] : []
  })
}

/** What is wrong with the records, or undefined. */
export function mismatch(
  records: string[],
  expect: 'any' | 'contains' | 'equals',
  wanted: string[],
): string | undefined {
  if (expect === 'any') return
  const found = records.map(normal)
  const has = (value: string) =>
    expect === 'equals' ? found.includes(value) : found.some((record) => record.includes(value))
  const missing = wanted.filter((value) => !has(value))
  if (missing.length) return `${list(missing)} is missing, the answer is ${list(records)}`
  const extra = expect === 'equals' ? records.filter((record) => !wanted.includes(normal(record))) : []
  if (extra.length) return `${list(extra)} was not expected`
}

/** Up when the name server answers with records, and with the expected ones where some are given. */
export const dns = defineProbe({
  type: 'dns',
  title: 'DNS record',
  summary: 'Up when the name server answers with the expected records.',
  docs: `Asks a name server for one kind of record, past every cache of this machine, and compares the answer.
*Contains* looks for each value as a part of some record, *equals* wants exactly the given ones in any order.
Values are written as in a zone file: \`10 mail.example.com\` (MX), \`0 5 5060 sip.example.com\` (SRV),
\`0 issue letsencrypt.org\` (CAA). An answer that does not fit into a datagram is fetched over TCP. The evidence says which
server answered, its response code (NOERROR, NXDOMAIN, SERVFAIL …), whether it speaks for the zone itself, and how long
the records may be kept. To watch each server of a domain, make one monitor for each.`,
  settings,
  target: ({ settings: { name, record = 'A', server, server_port = 53 } }) =>
    `${record} ${name}${server ? ` at ${hostPort(server, server_port)}` : ''}`,
  check({ settings: given }) {
    const { expect, values, record, name } = filled(settings, given)
    const problems: Record<string, string> = {}
    if (expect !== 'any' && !values.length) problems['settings.values'] = 'needs at least one value to compare with'
    if (record !== 'PTR' && isIP(name))
      problems['settings.name'] = 'is an address; only PTR records belong to addresses'
    return problems
  },

  async run({ settings: given, net, signal }) {
    const { name, record, server, server_port, expect, wanted } = planOf(given)
    const resolved = server ? await net.resolve(server, { signal }) : undefined
    const started = performance.now()
    const at = resolved && { address: resolved.address, port: server_port }
    const path = resolved && { address: resolved.address, addresses: resolved.addresses }
    const { records, facts } = await query({ name, record, at, signal }).catch((error) => {
      throw withFacts(error, { ...path })
    })
    const response_time_ms = performance.now() - started
    const evidence = { ...path, records: firstOf(records), ...facts }
    const measured = { response_time_ms, phases: { first_byte_ms: response_time_ms }, evidence }
    const problem = mismatch(records, expect, wanted)
    if (!problem) return { status: 'up', message: `${record} ${list(records)}`.slice(0, 300), ...measured } as Verdict
    return { status: 'down', reason: 'assertion', message: problem.slice(0, 300), ...measured }
  },
})
