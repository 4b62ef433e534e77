import { Type as t } from '@sinclair/typebox'
import { oneOf, ui } from '#kernel/form'
import { defineProbe, type Verdict } from '#probes/define'
import { Conversation } from '#probes/exchange'
import { caField, familyField, filled, hostField, hostPort, perSettings, portField } from '#probes/fields'
import { finderOf, patternProblem } from '#probes/pattern'
import { excerpt, redactor } from '#probes/redact'
import { withConnection } from '#probes/secured'
import { SECURITIES } from '#probes/starttls'
import { unescaped } from '#probes/text'
import { verifyTlsField } from '#probes/tls-fields'

const settings = t.Object({
  host: hostField('Name or address of the server.', 'db.internal'),
  port: portField(5432),
  security: t.Optional(
    oneOf(SECURITIES, {
      title: 'Encryption',
      description: 'TLS at once, or STARTTLS in the named protocol.',
      default: 'none',
      ...ui({ group: 'basic', widget: 'select', span: 1 }),
    }),
  ),
  send: t.Optional(
    t.String({
      title: 'Send',
      description: 'Text to send after connecting; \\r, \\n and \\t are understood.',
      maxLength: 8_192,
      ...ui({ group: 'basic', mono: true, placeholder: 'PING\\r\\n' }),
    }),
  ),
  expect: t.Optional(
    t.String({
      title: 'Expect',
      description: 'The check fails when the server does not answer with this.',
      maxLength: 1_000,
      ...ui({ group: 'basic', mono: true, placeholder: '+PONG' }),
    }),
  ),
  expect_mode: t.Optional(
    oneOf(['text', 'regex'], {
      title: 'Compare as',
      description: 'Plain text, or a regular expression in RE2 syntax.',
      default: 'text',
      ...ui({ group: 'advanced', widget: 'segmented', span: 1 }),
    }),
  ),
  verify_tls: verifyTlsField({ field: 'security', is: SECURITIES.filter((it) => it !== 'none') }),
  ca: caField,
  family: familyField,
})

const planOf = perSettings((given: (typeof settings)['static']) => {
  const all = filled(settings, given)
  const wanted = all.expect ?? ''
  const found = all.expect_mode === 'regex' && wanted ? finderOf(wanted) : undefined
  const text = unescaped(wanted)
  const arrived = (received: string) => (found ? found(received) : received.includes(text))
  return {
    ...all,
    arrived: wanted ? arrived : undefined,
    bytes: all.send ? Buffer.from(unescaped(all.send)) : undefined,
  }
})

/** Whether the expected text comes. A server that said something else and waits for us has answered, though wrongly. */
async function arrives(talk: Conversation, arrived: (received: string) => boolean): Promise<boolean> {
  try {
    return await talk.until(arrived)
  } catch (error) {
    if (talk.link.signal.aborted && talk.received.length > 0) return false
    throw error
  }
}

/** Up when the connection opens (and is secured), and the expected text arrives where one is given. */
export const tcp = defineProbe({
  type: 'tcp',
  title: 'TCP port',
  summary: 'Up when the port accepts a connection and says what is expected.',
  docs: `Opens a connection, optionally with TLS or STARTTLS (SMTP, IMAP, POP3, FTP), sends a text and waits for an
answer. Without *Expect* nothing more than the connection is asked for. At most 64 KB of the answer are read.`,
  settings,
  target: ({ settings: { host, port } }) => hostPort(host, port),
  check({ settings: { expect, expect_mode } }): Record<string, string> {
    const problem = expect && expect_mode === 'regex' ? patternProblem(expect) : undefined
    return problem ? { 'settings.expect': problem } : {}
  },

  async run({ settings: given, net, signal, now }) {
    const plan = planOf(given)
    const { host, port, security, family, verify_tls: verify, ca, arrived, bytes } = plan
    const started = performance.now()
    const tls = { host, verify, now, ...(ca && { ca }) }
    return withConnection({ host, port, family, net, signal, security, tls }, async (open): Promise<Verdict> => {
      const { link, phases, evidence } = open
      const sent = performance.now()
      const talk = arrived ? new Conversation(link) : undefined
      if (bytes) link.write(bytes)
      const found = talk && arrived ? await arrives(talk, arrived) : true
      if (talk) phases.first_byte_ms = performance.now() - sent
      const measured = { response_time_ms: performance.now() - started, phases }
      if (found) return { status: 'up', message: `${hostPort(host, port)} answers`, ...measured, evidence }
      const body = excerpt(talk?.received ?? Buffer.alloc(0), redactor([]))
      const short = plan.expect.length > 80 ? `${plan.expect.slice(0, 79)}…` : plan.expect
      const message = `the answer does not ${plan.expect_mode === 'regex' ? 'match' : 'contain'} “${short}”`
      return { status: 'down', reason: 'assertion', message, ...measured, evidence: { ...evidence, body } }
    })
  },
})
