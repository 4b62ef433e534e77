import { Type as t } from '@sinclair/typebox'
import { ui } from '#kernel/form'
import { defineProbe, type Verdict } from '#probes/define'
import { Fault, withFacts } from '#probes/fault'
import { familyField, filled, hostField, perSettings } from '#probes/fields'
import { pingBy, pingProgram } from '#probes/icmp-command'
import { Pinger, type Reply } from '#probes/icmp-socket'
import { familyNumber, pathOf } from '#probes/reach'

const settings = t.Object({
  host: hostField('Name or address to ping.', 'router.internal'),
  packets: t.Optional(
    t.Integer({
      title: 'Packets',
      description: 'How many echo requests one check sends.',
      minimum: 1,
      maximum: 20,
      default: 1,
      ...ui({ group: 'basic', span: 1 }),
    }),
  ),
  max_loss_percent: t.Optional(
    t.Integer({
      title: 'Allowed loss',
      description: 'Down when more packets than this are lost.',
      minimum: 0,
      maximum: 99,
      default: 0,
      ...ui({ group: 'basic', span: 1, suffix: '%' }),
    }),
  ),
  packet_interval_ms: t.Optional(
    t.Integer({
      title: 'Packet interval',
      description: 'Time between two packets, shortened where the timeout leaves less.',
      minimum: 10,
      maximum: 5_000,
      default: 200,
      ...ui({ group: 'advanced', span: 1, suffix: 'ms' }),
    }),
  ),
  family: familyField,
})

const planOf = perSettings((given: (typeof settings)['static']) => filled(settings, given))

/** The last reply is awaited until shortly before the engine's deadline, so that losses are counted and not cut off. */
const RESERVE_MS = 50

type Pinging = {
  address: string
  family: 4 | 6
  packets: number
  /** Packets go out this far apart, as far as the timeout allows; together they would only measure a burst. */
  spacing_ms: number
  timeout_ms: number
  signal: AbortSignal
}

async function bySocket(
  pinger: Pinger,
  { address, packets, spacing_ms, timeout_ms, signal }: Pinging,
): Promise<Reply[]> {
  const until = performance.now() + timeout_ms
  const spacing = Math.min(spacing_ms, timeout_ms / 2 / packets)
  const sent: Promise<Reply | Error | undefined>[] = []
  for (let number = 0; number < packets && !signal.aborted; number++) {
    if (number > 0) await Bun.sleep(spacing)
    // Kept as a value: a rejection nobody awaits yet would end the process.
    sent.push(pinger.ping(address, until - performance.now(), signal).catch((error: Error) => error))
  }
  const settled = await Promise.all(sent)
  const failed = settled.find((it) => it instanceof Error)
  if (failed) throw failed
  return settled.filter((it): it is Reply => !!it && !(it instanceof Error))
}

function replies(pinging: Pinging): Promise<Reply[]> {
  const pinger = Pinger.for(pinging.family === 6)
  if (pinger) return bySocket(pinger, pinging)
  const program = pingProgram()
  const { address, packets: count, spacing_ms, timeout_ms, signal } = pinging
  if (program) return pingBy({ program, address, count, spacing_ms, timeout_ms, signal })
  const message =
    'this machine may not send pings: it needs CAP_NET_RAW, a group in net.ipv4.ping_group_range or the ping program'
  throw new Fault('own_side', message)
}

const median = (sorted: number[]) => {
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}

/** What a line is worth for speech: how much the round trip changes from packet to packet (RFC 3550 section 6.4.1, unsmoothed). */
function jitter(inOrder: number[]): number {
  const changes = inOrder.slice(1).map((value, i) => Math.abs(value - (inOrder[i] ?? value)))
  return changes.length ? changes.reduce((sum, it) => sum + it, 0) / changes.length : 0
}

const rounded = (value: number) => Math.round(value * 1_000) / 1_000

/** Of the replies, in the order in which their packets were sent. */
function spreadOf(times: number[]) {
  if (!times.length) return {}
  const avg = times.reduce((sum, it) => sum + it, 0) / times.length
  const [min_ms, max_ms] = [rounded(Math.min(...times)), rounded(Math.max(...times))]
  return { min_ms, avg_ms: rounded(avg), max_ms, jitter_ms: rounded(jitter(times)) }
}

const ms = (value: number) => `${value < 1 ? value.toFixed(2) : value < 10 ? value.toFixed(1) : Math.round(value)} ms`

/** Up when enough echo replies come back; the response time is the median round trip. */
export const icmp = defineProbe({
  type: 'icmp',
  title: 'Ping',
  summary: 'Up when the host answers ICMP echo requests.',
  docs: `Sends echo requests and measures the round trip by the kernel's own time stamps; the response time is the median.
The evidence has every round trip, the smallest, the mean and the largest, and the jitter: the mean change from one
packet to the next. Needs either a group in
\`net.ipv4.ping_group_range\`, the capability \`CAP_NET_RAW\`, or the \`ping\` program.`,
  settings,
  target: ({ settings: { host } }) => host,

  async run({ settings: given, net, signal, timeout_ms }) {
    const { host, packets, max_loss_percent, packet_interval_ms: spacing_ms, family } = planOf(given)
    const started = performance.now()
    const resolved = await net.resolve(host, { family: familyNumber(family), signal })
    const left_ms = timeout_ms - (performance.now() - started) - RESERVE_MS
    const { address } = resolved
    const pinging = { address, family: resolved.family, packets, spacing_ms, timeout_ms: left_ms, signal }
    const found = await replies(pinging).catch((error) => {
      throw withFacts(error, pathOf(resolved))
    })
    if (signal.aborted && !found.length) throw signal.reason
    const times = found.map((it) => it.rtt_ms).sort((a, b) => a - b)
    const lost = packets - found.length
    const spread = spreadOf(found.map((it) => it.rtt_ms))
    const facts = { sent: packets, lost, rtt_ms: times, ...spread, ttl: found[0]?.ttl }
    const evidence = { ...pathOf(resolved), ...facts }
    const phases = resolved.dns_ms > 0 ? { dns_ms: resolved.dns_ms } : {}
    if ((lost * 100) / packets > max_loss_percent || !found.length) {
      const all = found.length === 0
      const message = all
        ? `no reply from ${address} to ${packets === 1 ? 'the ping' : `${packets} pings`}`
        : `${lost} of ${packets} packets lost`
      return { status: 'down', reason: all ? 'timeout' : 'assertion', message, phases, evidence } as Verdict
    }
    const response_time_ms = median(times)
    const loss = lost ? `, ${lost} of ${packets} packets lost` : ''
    return { status: 'up', message: `replied in ${ms(response_time_ms)}${loss}`, response_time_ms, phases, evidence }
  },
})
