import { Type as t } from '@sinclair/typebox'
import { oneOf, ui } from '#kernel/form'
import { askByDatagram, udpPortField } from '#probes/datagram'
import { defineProbe, type Evidence, type Verdict } from '#probes/define'
import { familyField, filled, hostField, hostPort, perSettings } from '#probes/fields'
import { type NtpAnswer, NtpQuestions } from '#probes/ntp-packet'

const limit = (title: string, description: string, preset: number, maximum: number) =>
  t.Optional(
    t.Integer({
      title,
      description,
      minimum: 0,
      maximum,
      default: preset,
      ...ui({ group: 'basic', span: 1, suffix: 'ms' }),
    }),
  )

const settings = t.Object({
  host: hostField('Name or address of the time server.', 'ntp.internal'),
  port: udpPortField(123, 123),
  max_stratum: t.Optional(
    t.Integer({
      title: 'Highest stratum',
      description: 'Down when the server is further than this from a reference clock.',
      minimum: 1,
      maximum: 15,
      default: 15,
      ...ui({ group: 'basic', span: 1 }),
    }),
  ),
  max_offset_ms: limit('Largest offset', 'How far its clock may be from ours; 0 turns this off.', 0, 86_400_000),
  offset_status: t.Optional(
    oneOf(['degraded', 'down'], {
      title: 'A larger offset is',
      description: 'The clock that is wrong may also be that of the machine which checks.',
      default: 'degraded',
      ...ui({ group: 'advanced', widget: 'segmented', span: 1 }),
    }),
  ),
  max_distance_ms: t.Optional(
    t.Integer({
      title: 'Largest root distance',
      description: 'Degraded when the server itself is less sure of the time than this; 0 turns this off.',
      minimum: 0,
      maximum: 16_000,
      default: 1_500,
      ...ui({ group: 'advanced', span: 1, suffix: 'ms' }),
    }),
  ),
  family: familyField,
})

const planOf = perSettings((given: (typeof settings)['static']) => filled(settings, given))
type Plan = ReturnType<typeof planOf>

/** Servers forgive a second question after two seconds (ntpd's `discard minimum`, chrony's `ratelimit`). */
const AGAIN_MS = 2_000
/** A server that is less sure than this may not be used by anybody (RFC 5905 appendix A.1.1, MAXDISP). */
const MAX_DISTANCE_MS = 16_000
/** Our wall clock is read in whole milliseconds. */
const OWN_GRAIN_MS = 1

/** Kiss codes that servers send to clients (RFC 5905 section 7.4). */
const KISSES: Record<string, string> = {
  RATE: 'the server answers, but says that it is asked too often; raise the interval',
  DENY: 'the server denies access',
  RSTR: 'the server denies access by its local policy',
  INIT: 'the server has just started and does not know the time yet',
  STEP: 'the server has just set its clock by a step and does not serve time yet',
}

/** 0.26 → "0.26 ms", 3600000 → "3600 s". */
const span = (ms: number) => {
  const size = Math.abs(ms)
  if (size >= 10_000) return `${Math.round(size / 1_000)} s`
  return size >= 1_000
    ? `${(size / 1_000).toFixed(1)} s`
    : `${size >= 10 ? Math.round(size) : Number(size.toPrecision(2))} ms`
}

const rootDistance = ({ root_delay_ms, root_dispersion_ms }: NtpAnswer) => root_delay_ms / 2 + root_dispersion_ms
/** The offset is known no better than this: the way there and the way back may differ. */
const blur = ({ delay_ms }: NtpAnswer) => delay_ms / 2 + OWN_GRAIN_MS

type Judgement = Pick<Verdict, 'status' | 'reason' | 'message'>
const down = (message: string, reason: Verdict['reason'] = 'assertion'): Judgement => ({
  status: 'down',
  reason,
  message,
})
const degraded = (message: string): Judgement => ({ status: 'degraded', reason: 'assertion', message })

/** Whether the server says that it has the time at all; nothing when it does. */
function unfit(answer: NtpAnswer): Judgement | undefined {
  const { kiss, leap, stratum } = answer
  if (kiss === 'RATE') return degraded(`${KISSES.RATE} (kiss code RATE)`)
  if (kiss) return down(`${KISSES[kiss] ?? 'the server refuses to serve time'} (kiss code ${kiss})`)
  if (leap === 'alarm') return down('the server is not synchronised: it says itself that it does not know the time')
  if (stratum === 0 || stratum > 15) return down(`the server is not synchronised (stratum ${stratum})`)
  if (answer.timeless) return down('the server answers without a time', 'protocol')
  const distance = rootDistance(answer)
  if (distance >= MAX_DISTANCE_MS)
    return down(`the server is unsure of the time by ${span(distance)}; nobody may use it`)
}

function judge(answer: NtpAnswer, { max_stratum, max_offset_ms, max_distance_ms, offset_status }: Plan): Judgement {
  const { stratum, offset_ms } = answer
  const bad = unfit(answer)
  if (bad) return bad
  if (stratum > max_stratum) return down(`stratum ${stratum} is higher than ${max_stratum}`)
  // Only what is certain counts: a slow way to the server is no fault of its clock.
  if (max_offset_ms > 0 && Math.abs(offset_ms) - blur(answer) > max_offset_ms) {
    const way = offset_ms > 0 ? 'ahead of' : 'behind'
    const message = `the server's clock is ${span(offset_ms)} ${way} ours, more than ${span(max_offset_ms)}; ours may be the wrong one`
    return { status: offset_status, reason: 'assertion', message }
  }
  const distance = rootDistance(answer)
  if (max_distance_ms > 0 && distance > max_distance_ms)
    return degraded(`the server is unsure of the time by ${span(distance)}, more than ${span(max_distance_ms)}`)
  const sign = offset_ms < 0 ? '−' : '+'
  return { status: 'up', message: `stratum ${stratum}, offset ${sign}${span(offset_ms)} (± ${span(blur(answer))})` }
}

const hundredth = (value: number) => Math.round(value * 100) / 100

const factsOf = (answer: NtpAnswer): Evidence => ({
  stratum: answer.stratum,
  leap: answer.leap,
  ntp_version: answer.version,
  ...(answer.reference && { reference: answer.reference }),
  ...(answer.kiss === undefined &&
    !answer.timeless && {
      offset_ms: hundredth(answer.offset_ms),
      offset_error_ms: hundredth(blur(answer)),
      delay_ms: hundredth(answer.delay_ms),
      root_delay_ms: hundredth(answer.root_delay_ms),
      root_dispersion_ms: hundredth(answer.root_dispersion_ms),
      ...(answer.reference_age_s !== undefined && { reference_age_s: Math.round(answer.reference_age_s) }),
    }),
})

/** Up when the server answers our question, says that it is synchronised, and is within the limits. */
export const ntp = defineProbe({
  type: 'ntp',
  title: 'Time server (NTP)',
  summary: 'Up when the server is synchronised and serves the time.',
  docs: `Asks once as an SNTP client (RFC 5905, version 4) and accepts only the answer to that very question. Down when the
server says that it is not synchronised (leap alarm, stratum 0 or 16), refuses with a kiss code, or exceeds the stratum.
When it only says that it is asked too often (RATE) the monitor is degraded: keep the interval at a minute or more.

The offset is the server's clock minus the clock of the machine that checks, and either of them may be wrong. So
a larger offset is degraded by default and can be made down. Only what is certain counts: half of the time on the
way is taken off before it is compared. The root distance is how far off the server thinks it may be itself.`,
  settings,
  target: ({ settings: { host, port } }) => `ntp ${hostPort(host, port ?? 123)}`,

  async run({ settings: given, net, signal, now }): Promise<Verdict> {
    const plan = planOf(given)
    const { host, port, family } = plan
    const questions = new NtpQuestions(now)
    const started = performance.now()
    const { answer, phases, evidence } = await askByDatagram({
      ...{ host, port, family, net, signal },
      send: () => questions.next(),
      read: (packet) => questions.read(packet),
      again_ms: AGAIN_MS,
    })
    // Safe: without `silence_ms` there is an answer or a fault.
    const heard = answer as NtpAnswer
    const measured = { response_time_ms: performance.now() - started, phases }
    return { ...judge(heard, plan), ...measured, evidence: { ...evidence, ...factsOf(heard) } }
  },
})
