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
  family: familyField,
})

const planOf = perSettings((given: (typeof settings)['static']) => filled(settings, given))

/** Packets go out this far apart, as far as the timeout allows; together they would only measure a burst. */
const SPACING_MS = 200
/** The last reply is awaited until shortly before the engine's deadline, so that losses are counted and not cut off. */
const RESERVE_MS = 50

type Pinging = { address: string; family: 4 | 6; packets: number; timeout_ms: number; signal: AbortSignal }

async function bySocket(pinger: Pinger, { address, packets, timeout_ms, signal }: Pinging): Promise<Reply[]> {
  const until = performance.now() + timeout_ms
  const spacing = Math.min(SPACING_MS, timeout_ms / 2 / packets)
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
  const { address, packets: count, timeout_ms, signal } = pinging
  if (program) return pingBy({ program, address, count, timeout_ms, signal })
  const message =
    'this machine may not send pings: it needs CAP_NET_RAW, a group in net.ipv4.ping_group_range or the ping program'
  throw new Fault('own_side', message)
}

const median = (sorted: number[]) => {
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}

const ms = (value: number) => `${value < 1 ? value.toFixed(2) : value < 10 ? value.toFixed(1) : Math.round(value)} ms`

/** Up when enough echo replies come back; the response time is the median round trip. */
export const icmp = defineProbe({
  type: 'icmp',
  title: 'Ping',
  summary: 'Up when the host answers ICMP echo requests.',
  docs: `Sends echo requests and measures the round trip by the kernel's own time stamps. Needs either a group in
\`net.ipv4.ping_group_range\`, the capability \`CAP_NET_RAW\`, or the \`ping\` program.`,
  settings,
  target: ({ settings: { host } }) => host,

  async run({ settings: given, net, signal, timeout_ms }) {
    const { host, packets, max_loss_percent, family } = planOf(given)
    const started = performance.now()
    const resolved = await net.resolve(host, { family: familyNumber(family), signal })
    const left_ms = timeout_ms - (performance.now() - started) - RESERVE_MS
    const { address } = resolved
    const found = await replies({ address, family: resolved.family, packets, timeout_ms: left_ms, signal }).catch(
      (error) => {
        throw withFacts(error, pathOf(resolved))
      },
    )
    if (signal.aborted && !found.length) throw signal.reason
    const times = found.map((it) => it.rtt_ms).sort((a, b) => a - b)
    const lost = packets - found.length
    const facts = { sent: packets, lost, rtt_ms: times, ttl: found[0]?.ttl }
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
