import { STATUS_CODES } from 'node:http'
import { ByteReader } from '#probes/byte-reader'
import { defineProbe, type Evidence, type Reason, type Verdict } from '#probes/define'
import { withFacts } from '#probes/fault'
import { filled, perSettings } from '#probes/fields'
import { EXCERPT_BYTES, excerpt, isSensitiveHeader, publicHeaders, publicUrl, redactor } from '#probes/redact'
import { withConnection } from '#probes/secured'
import { expectProblem, matcherOf, missSentence } from '#probes/text-match'
import { tlsAsk, warned } from '#probes/tls-fields'
import { checkHeaders, handshakeBytes } from '#probes/websocket-request'
import { type WebsocketSettings, websocketSettings } from '#probes/websocket-settings'
import {
  type Close,
  closeFrame,
  closeSentence,
  frame,
  handshakeProblem,
  headerIn,
  MAX_MESSAGE,
  newKey,
  readHandshake,
  readMessage,
  TEXT,
} from '#probes/websocket-wire'

/** All that is read of one check, in bytes. */
const MAX_TOTAL = 1_048_576

const planOf = perSettings((given: WebsocketSettings) => {
  const all = filled(websocketSettings, given)
  const sensitive = Object.entries(all.headers ?? {}).filter(([name]) => isSensitiveHeader(name))
  const values = [...sensitive.map(([, value]) => value), all.secret_header_value]
  // A server may repeat the token without the word before it.
  const hidden = values.flatMap((value) => [value, value?.replace(/^\w+\s+/, '')])
  return { ...all, arrived: matcherOf(all), redact: redactor(hidden) }
})
type Plan = ReturnType<typeof planOf>

/** A conversation under way; `facts` are learnt as it goes, so that a failure can show them too. */
type Talk = { plan: Plan; reader: ByteReader; facts: Evidence }

/** Characters of the messages that are enough to fill the excerpt. */
const SHOWN = 2 * EXCERPT_BYTES

/** Reads messages until one is as expected; the others are kept for the evidence. */
async function awaitMessage({ plan, reader, facts }: Talk, arrived: (text: string) => boolean) {
  facts.waiting_for = 'the expected message'
  let received = ''
  for (;;) {
    const message = await readMessage(reader)
    if ('close' in message) {
      reader.link.write(closeFrame())
      return { found: false, close: message.close }
    }
    delete facts.waiting_for
    if (arrived(message.text)) return { found: true }
    // What is shown is its beginning: thousands of small messages must not each be put to the end of it anew.
    const isShown = received.length < SHOWN
    received += `${message.text}\n`
    if (isShown) facts.body = excerpt(Buffer.from(received), plan.redact)
    if (received.length >= MAX_MESSAGE) return { found: false }
    facts.waiting_for = 'the expected message'
  }
}

/** How long the server may take to answer our close. */
const GOODBYE_MS = 500

/** Says goodbye and hears the answer if it comes in time; not hearing it is no failure. */
async function takeLeave(reader: ByteReader): Promise<Close | undefined> {
  reader.link.write(closeFrame())
  const heard = async () => {
    for (;;) {
      const message = await readMessage(reader)
      if ('close' in message) return message.close
    }
  }
  const late = Promise.withResolvers<undefined>()
  const timer = setTimeout(late.resolve, GOODBYE_MS)
  const answer = await Promise.race([heard().catch(() => undefined), late.promise])
  clearTimeout(timer)
  return answer
}

/** Codes with which a server ends a conversation in peace (RFC 6455 section 7.4.1); 1005 is a close without a code. */
const PEACEFUL = new Set([1_000, 1_001, 1_005])

type Outcome = Pick<Verdict, 'status' | 'reason' | 'message'>
const down = (reason: Reason, message: string): Outcome => ({ status: 'down', reason, message })

/** Opens the WebSocket, or says why it is not one. */
async function open({ plan, reader, facts }: Talk, url: URL): Promise<Outcome | undefined> {
  const { redact, subprotocol } = plan
  const key = newKey()
  reader.link.write(handshakeBytes(plan, url, key))
  const answer = await readHandshake(reader)
  facts.status = answer.status
  const show = () => Object.assign(facts, { headers: publicHeaders(answer.headers, redact) })
  if (answer.status !== 101) {
    Object.assign(show(), { body: excerpt(answer.body, redact) })
    const said = `${answer.status} ${STATUS_CODES[answer.status] ?? ''}`.trim()
    return down('status', `the server answered ${said} instead of opening a WebSocket`)
  }
  const problem = handshakeProblem(answer, key, subprotocol ? [subprotocol] : [])
  if (problem) show()
  if (problem) return down('protocol', redact(problem))
  if (!subprotocol) return
  if (!headerIn(answer.headers, 'sec-websocket-protocol')) {
    return down('assertion', `the server does not speak the subprotocol “${subprotocol}”`)
  }
  facts.subprotocol = subprotocol
}

async function converse(talk: Talk, url: URL): Promise<{ outcome: Outcome; ended_at: number }> {
  const { plan, reader, facts } = talk
  const refusal = await open(talk, url)
  if (refusal) return { outcome: refusal, ended_at: performance.now() }
  if (plan.send) reader.link.write(frame(TEXT, Buffer.from(plan.send)))
  const { found, close } = plan.arrived ? await awaitMessage(talk, plan.arrived) : { found: true, close: undefined }
  const ended_at = performance.now()
  const left = close ?? (await takeLeave(reader))
  if (left) facts.close_code = left.code
  if (left?.reason) facts.close_reason = plan.redact(left.reason)
  const closed = left && `the server closed with ${plan.redact(closeSentence(left))}`
  if (!found) {
    const message = close ? `${closed} before the expected message` : missSentence('what the server sends', plan)
    return { outcome: down('assertion', message), ended_at }
  }
  if (closed && !plan.arrived && !PEACEFUL.has(left.code)) return { outcome: down('protocol', closed), ended_at }
  delete facts.body
  return { outcome: { status: 'up', message: 'the WebSocket is open' }, ended_at }
}

/** Up when the WebSocket opens and, where one is given, the expected message arrives. */
export const websocket = defineProbe({
  type: 'websocket',
  title: 'WebSocket',
  summary: 'Up when the WebSocket opens and the expected message arrives.',
  docs: `Does the handshake of RFC 6455 on a new connection and checks the server’s proof, so a page that answers 200 or
a proxy that cannot upgrade is down. Then *Send* is sent and the messages of the server are compared with *Expect*, each
on its own; pings are answered meanwhile. At the end the WebSocket is closed with 1000, and the server’s close code is
kept as evidence. Without *Expect*, a server that closes with an error (such as 1008 or 1011) is down.

A message of more than 64 KB is refused. Redirects are not followed, compression is not offered, and HTTP proxies are
not used.`,
  takes_url: true,
  schemes: ['ws', 'wss'],
  settings: websocketSettings,
  target: ({ url }) => publicUrl(new URL(url)),
  check: ({ settings: given }) => ({ ...checkHeaders(given), ...expectProblem(given) }),

  async run({ url: source, settings: given, net, signal, now }) {
    const plan = planOf(given)
    const url = new URL(source)
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const secure = url.protocol === 'wss:'
    const port = Number(url.port) || (secure ? 443 : 80)
    const tls = tlsAsk(plan, { host, now, alpn: ['http/1.1'] })
    const to = { host, port, family: plan.family, net, signal, security: secure ? 'tls' : 'none', tls } as const
    const started = performance.now()
    const facts: Evidence = {}
    try {
      return await withConnection(to, async ({ link, phases, evidence }) => {
        const reader = new ByteReader(link, MAX_TOTAL, 'HTTP/1.1')
        const sent = performance.now()
        const { outcome, ended_at } = await converse({ plan, reader, facts }, url)
        phases.first_byte_ms = (reader.first_at ?? ended_at) - sent
        const measured = { response_time_ms: ended_at - started, phases, evidence: { ...evidence, ...facts } }
        return warned({ ...outcome, ...measured }, plan, now())
      })
    } catch (error) {
      throw withFacts(error, facts)
    }
  },
})
