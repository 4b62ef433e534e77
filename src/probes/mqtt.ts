import { randomBytes } from 'node:crypto'
import { ByteReader } from '#probes/byte-reader'
import { defineProbe, type Evidence, type Reason, type Verdict } from '#probes/define'
import { withFacts } from '#probes/fault'
import { filled, hostPort, perSettings } from '#probes/fields'
import { checkMqtt, type MqttSettings, mqttSettings } from '#probes/mqtt-settings'
import {
  connectPacket,
  DISCONNECT,
  type Message,
  messageOf,
  PUBACK,
  PUBLISH,
  publishPacket,
  readConnack,
  readPacket,
  SUBACK,
  subscribePacket,
} from '#probes/mqtt-wire'
import { excerpt, redactor } from '#probes/redact'
import { withConnection } from '#probes/secured'
import { matcherOf, missSentence } from '#probes/text-match'
import { tlsAsk, warned } from '#probes/tls-fields'

const planOf = perSettings((given: MqttSettings) => {
  const all = filled(mqttSettings, given)
  return { ...all, arrived: matcherOf(all), redact: redactor([all.password]) }
})

type Outcome = Pick<Verdict, 'status' | 'reason' | 'message'>
const down = (reason: Reason, message: string): Outcome => ({ status: 'down', reason, message })

/** A conversation under way; `facts` are learnt as it goes, so that a failure can show them too. */
type Talk = { plan: ReturnType<typeof planOf>; reader: ByteReader; facts: Evidence }

async function connect({ plan, reader, facts }: Talk): Promise<Outcome | undefined> {
  const client_id = plan.client_id || `xinex${randomBytes(8).toString('hex')}`
  facts.waiting_for = 'the answer to the connect'
  reader.link.write(connectPacket({ ...plan, client_id }))
  const { code, refusal, session_present } = await readConnack(reader)
  delete facts.waiting_for
  Object.assign(facts, { return_code: code, ...(session_present && { session_present }) })
  return refusal ? down('status', refusal) : undefined
}

const SUBSCRIBE_ID = 1
const PUBLISH_ID = 2
/** SUBACK's word for "no" (section 3.9.3). */
const REFUSED = 0x80

/** Subscribes; a retained message may overtake the broker's answer, so it is kept. */
async function subscribe({ plan, reader, facts }: Talk): Promise<{ refusal?: Outcome; early: Message[] }> {
  const early: Message[] = []
  facts.waiting_for = 'the answer to the subscription'
  reader.link.write(subscribePacket(SUBSCRIBE_ID, plan.topic))
  for (;;) {
    const packet = await readPacket(reader)
    const message = packet.type === PUBLISH ? messageOf(packet) : undefined
    if (message) early.push(message)
    if (packet.type !== SUBACK) continue
    if (packet.body.readUInt16BE(0) !== SUBSCRIBE_ID) throw reader.nonsense()
    const refused = packet.body[2] === REFUSED
    return {
      early,
      ...(refused && { refusal: down('status', `the broker refuses the subscription to ${plan.topic}`) }),
    }
  }
}

async function nextMessage({ reader, facts }: Talk): Promise<Message> {
  for (;;) {
    const packet = await readPacket(reader)
    if (packet.type === PUBACK) facts.published = true
    if (packet.type !== PUBLISH) continue
    const message = messageOf(packet)
    if (!message) throw reader.nonsense()
    return message
  }
}

/** The first message decides. */
async function receive(talk: Talk): Promise<Outcome> {
  const { plan, facts } = talk
  const { refusal, early } = await subscribe(talk)
  if (refusal) return refusal
  facts.waiting_for = `a message on ${plan.topic}`
  const { topic, payload, retained } = early[0] ?? (await nextMessage(talk))
  delete facts.waiting_for
  Object.assign(facts, { topic: plan.redact(topic).slice(0, 500), retained })
  if (!plan.arrived || plan.arrived(payload.toString('utf8'))) return { status: 'up', message: 'the message is there' }
  facts.body = excerpt(payload, plan.redact)
  return down('assertion', missSentence('the message', plan))
}

/** Publishes a text that nobody else can have sent, and waits until the broker delivers it to us. */
async function roundTrip(talk: Talk): Promise<Outcome> {
  const { plan, reader, facts } = talk
  const { refusal } = await subscribe(talk)
  if (refusal) return refusal
  const mark = Buffer.from(`xinex ${randomBytes(12).toString('hex')}`)
  facts.waiting_for = `our own message on ${plan.topic}`
  facts.published = false
  reader.link.write(publishPacket(PUBLISH_ID, plan.topic, mark))
  while (!(await nextMessage(talk)).payload.equals(mark));
  delete facts.waiting_for
  // The broker may deliver before it acknowledges; then it has taken the message all the same.
  facts.published = true
  return { status: 'up', message: 'the message came back' }
}

async function converse(talk: Talk): Promise<Outcome> {
  const refusal = await connect(talk)
  if (refusal) return refusal
  if (talk.plan.mode === 'receive') return receive(talk)
  if (talk.plan.mode === 'round_trip') return roundTrip(talk)
  return { status: 'up', message: 'the broker accepts the connection' }
}

/** All that is read of one check, in bytes. */
const MAX_TOTAL = 1_048_576

/** Up when the broker lets us in and, if asked, delivers. */
export const mqtt = defineProbe({
  type: 'mqtt',
  title: 'MQTT broker',
  summary: 'Up when the broker accepts the connection and, if asked, delivers a message.',
  docs: `Speaks MQTT 3.1.1 on a new connection and takes leave with DISCONNECT. To *receive*, it subscribes to a topic or
filter (\`#\` and \`+\` are understood) and the first message that arrives decides; a retained one arrives at once, on
a topic without one the check waits until its time is up. A *round trip* subscribes, publishes a text that is new each
time (at least once, not retained), and is up when it comes back: choose a topic that nobody else uses. A broker that
does not permit the publishing says nothing in MQTT 3.1.1, so that is a timeout.

A message of more than 64 KB is refused; the first 8 KB of a wrong one are kept as evidence.`,
  settings: mqttSettings,
  target: ({ settings: { host, port, topic, mode } }) =>
    hostPort(host, port ?? 1_883) + (topic && mode && mode !== 'connect' ? ` ${topic}` : ''),
  check: checkMqtt,

  async run({ settings: given, net, signal, now }) {
    const plan = planOf(given)
    const { host, port, family } = plan
    const tls = tlsAsk(plan, { host, now })
    const to = { host, port, family, net, signal, security: plan.tls ? 'tls' : 'none', tls } as const
    const started = performance.now()
    const facts: Evidence = {}
    try {
      return await withConnection(to, async ({ link, phases, evidence }) => {
        const reader = new ByteReader(link, MAX_TOTAL, 'MQTT')
        const sent = performance.now()
        const outcome = await converse({ plan, reader, facts })
        const ended = performance.now()
        phases.first_byte_ms = (reader.first_at ?? ended) - sent
        await reader.goodbye(DISCONNECT)
        const measured = { response_time_ms: ended - started, phases, evidence: { ...evidence, ...facts } }
        return warned({ ...outcome, ...measured }, plan, now())
      })
    } catch (error) {
      throw withFacts(error, facts)
    }
  },
})
