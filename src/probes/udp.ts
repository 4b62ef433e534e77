import { Type as t } from '@sinclair/typebox'
import { oneOf, ui } from '#kernel/form'
import { askByDatagram, udpPortField } from '#probes/datagram'
import { defineProbe, type Evidence, type Verdict } from '#probes/define'
import { familyField, filled, hostField, hostPort, perSettings } from '#probes/fields'
import { finderOf, patternProblem } from '#probes/pattern'
import { excerpt, redactor } from '#probes/redact'
import { bytesOfHex, hexProblem, unescaped } from '#probes/text'
import { missSentence } from '#probes/text-match'

const EXPECTED = ['text', 'regex', 'hex']

const settings = t.Object({
  host: hostField('Name or address of the server.', 'game.example.com'),
  port: udpPortField(27_015),
  send: t.Optional(
    t.String({
      title: 'Send',
      description: 'What the datagram contains; in text \\r, \\n, \\t and \\0 are understood.',
      maxLength: 8_192,
      ...ui({ group: 'basic', mono: true, placeholder: 'ping\\n' }),
    }),
  ),
  send_as: t.Optional(
    oneOf(['text', 'hex'], {
      title: 'Written as',
      description: 'Plain text, or bytes in hexadecimal such as “ff ff 00 1a”.',
      default: 'text',
      ...ui({ group: 'basic', widget: 'segmented', span: 1 }),
    }),
  ),
  expect_answer: t.Optional(
    oneOf(['any', 'text', 'regex', 'hex', 'none'], {
      title: 'Expect',
      description: 'Any answer, one that contains a text, pattern (RE2) or bytes, or only that nobody refuses.',
      default: 'any',
      ...ui({ group: 'basic', widget: 'select', span: 1 }),
    }),
  ),
  expect: t.Optional(
    t.String({
      title: 'In the answer',
      description: 'The check fails when the answer does not contain this.',
      maxLength: 1_000,
      ...ui({ group: 'basic', mono: true, showIf: { field: 'expect_answer', is: EXPECTED } }),
    }),
  ),
  quiet_ms: t.Optional(
    t.Integer({
      title: 'Listen for a refusal',
      description: 'How long to wait for “port unreachable” when no answer is expected.',
      minimum: 100,
      maximum: 30_000,
      default: 1_000,
      ...ui({ group: 'basic', span: 1, suffix: 'ms', showIf: { field: 'expect_answer', is: ['none'] } }),
    }),
  ),
  family: familyField,
})

/** A lost datagram is sent again after this long. */
const AGAIN_MS = 1_500
const HEX_SHOWN_BYTES = 256

const planOf = perSettings((given: (typeof settings)['static']) => {
  const all = filled(settings, given)
  const wanted = all.expect ?? ''
  const found = all.expect_answer === 'regex' ? finderOf(wanted) : undefined
  const bytes = all.expect_answer === 'hex' ? bytesOfHex(wanted) : Buffer.from(unescaped(wanted))
  const exact = all.expect_answer === 'text' || all.expect_answer === 'hex'
  return {
    ...all,
    payload: all.send_as === 'hex' ? bytesOfHex(all.send ?? '') : Buffer.from(unescaped(all.send ?? '')),
    fits: (answer: Buffer) => (found ? found(answer.toString('utf8')) : !exact || answer.includes(bytes)),
  }
})

/** The answer as text, and as bytes too when it is none. */
const shown = (answer: Buffer): Evidence => {
  const text = answer.toString('utf8')
  const printable = !/[^\P{Cc}\t\r\n]|\ufffd/u.test(text)
  const hex = answer.subarray(0, HEX_SHOWN_BYTES).toString('hex').replace(/..\B/g, '$& ')
  return { answer_bytes: answer.length, ...(printable ? { body: excerpt(answer, redactor([])) } : { answer_hex: hex }) }
}

/** Up when an answer comes back and contains what is expected; or, asked for less, when nobody refuses. */
export const udp = defineProbe({
  type: 'udp',
  title: 'UDP port',
  summary: 'Up when a datagram is answered as expected, or at least not refused.',
  docs: `Sends one datagram and judges the first that comes back from the same address and port. Datagrams get lost, so it is
sent again after 1.5 s without an answer, at most twice. Many services only answer what they understand: *Send* has to
be a question in their protocol. With *Expect* \`none\` silence is up, and only “port unreachable” from the target is
down. That proves little: a firewall that drops everything looks the same as a service that listens.`,
  settings,
  target: ({ settings: { host, port } }) => `udp ${hostPort(host, port)}`,
  check({ settings: given }): Record<string, string> {
    const { send, send_as, expect_answer, expect } = filled(settings, given)
    const problems: Record<string, string> = {}
    const refuse = (field: string, problem: string | undefined) => {
      if (problem) problems[`settings.${field}`] ??= problem
    }
    if (send && send_as === 'hex') refuse('send', hexProblem(send))
    if (EXPECTED.includes(expect_answer) && !expect) refuse('expect', 'is needed to compare the answer with')
    if (expect && expect_answer === 'hex') refuse('expect', hexProblem(expect))
    if (expect && expect_answer === 'regex') refuse('expect', patternProblem(expect))
    return problems
  },

  async run({ settings: given, net, signal, timeout_ms }): Promise<Verdict> {
    const { host, port, family, payload, fits, expect_answer, expect, quiet_ms } = planOf(given)
    const quiet = expect_answer === 'none'
    // Silence has to be the answer before it is a timeout.
    const listen_ms = Math.min(quiet_ms, Math.floor(timeout_ms * 0.9))
    const started = performance.now()
    const { answer, phases, evidence } = await askByDatagram({
      ...{ host, port, family, net, signal },
      send: () => payload,
      read: (bytes) => bytes,
      again_ms: quiet ? Math.max(50, listen_ms / 2) : AGAIN_MS,
      ...(quiet && { silence_ms: listen_ms }),
    })
    const peer = hostPort(host, port).slice(0, 200)
    if (!answer) {
      const message = `${peer} refused nothing within ${listen_ms} ms; whether anybody listens is not known`
      return { status: 'up', message, phases, evidence }
    }
    const measured = {
      response_time_ms: performance.now() - started,
      phases,
      evidence: { ...evidence, ...shown(answer) },
    }
    if (fits(answer)) return { status: 'up', message: `${peer} answers`, ...measured }
    const message = missSentence('the answer', { expect, expect_mode: expect_answer === 'regex' ? 'regex' : 'text' })
    return { status: 'down', reason: 'assertion', message, ...measured }
  },
})
