import { afterAll, describe, expect, test } from 'bun:test'
import { createSocket, type Socket } from 'node:dgram'
import type { Verdict } from '#probes/define'
import { ntp } from '#probes/ntp'
import { NtpQuestions } from '#probes/ntp-packet'
import { check } from '../../test/probing'
import { chronyd, startChronyd } from '../../test/servers/chronyd'

/** Seconds from 1900 to 1970 (RFC 5905 section 6). */
const EPOCH_S = 2_208_988_800
const open: Socket[] = []
afterAll(() => {
  for (const socket of open) socket.close()
})

const stamp = (packet: Buffer, at: number, unix_ms: number) => {
  const seconds = Math.floor(unix_ms / 1_000)
  packet.writeUInt32BE((seconds + EPOCH_S) % 2 ** 32, at)
  packet.writeUInt32BE(Math.floor(((unix_ms / 1_000 - seconds) % 1) * 2 ** 32), at + 4)
}

type Claims = {
  leap?: number
  mode?: number
  stratum?: number
  reference?: string | number[]
  ahead_ms?: number
  root_delay_s?: number
  root_dispersion_s?: number
  timeless?: boolean
  /** The wall clock that the server goes by. */
  clock?: () => number
}
/** What a server with these claims answers (RFC 5905 section 7.3). */
function answerTo(question: Buffer, claims: Claims): Buffer {
  const { leap = 0, mode = 4, stratum = 2, reference = [192, 0, 2, 1], ahead_ms = 0, clock = Date.now } = claims
  const packet = Buffer.alloc(48)
  packet[0] = (leap << 6) | (4 << 3) | mode
  packet[1] = stratum
  packet.writeInt32BE(Math.round((claims.root_delay_s ?? 0.01) * 65_536), 4)
  packet.writeUInt32BE(Math.round((claims.root_dispersion_s ?? 0.02) * 65_536), 8)
  Buffer.from(typeof reference === 'string' ? Buffer.from(reference) : reference).copy(packet, 12)
  const at = clock() + ahead_ms
  stamp(packet, 16, at - 64_000)
  question.copy(packet, 24, 40, 48)
  stamp(packet, 32, at)
  if (!claims.timeless) stamp(packet, 40, at)
  return packet
}
async function server(answers: (question: Buffer) => Buffer[], address = '127.0.0.1') {
  const own = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  own.on('message', (question, from) => {
    for (const answer of answers(question)) own.send(answer, from.port, from.address)
  })
  await new Promise<void>((resolve) => own.bind(0, address, resolve))
  open.push(own)
  return own.address().port
}
const claiming = (claims: Claims) => server((question) => [answerTo(question, claims)])
const probe = (port: number, settings: Record<string, unknown> = {}, timeout_ms = 2_000, now = Date.now) =>
  check(ntp, { settings: { host: '127.0.0.1', port, ...settings }, timeout_ms, now })
const said = ({ status, reason, message }: Verdict) => [status, reason, message]
const judged = async (claims: Claims, settings: Record<string, unknown> = {}) =>
  said(await probe(await claiming(claims), settings))

describe('ntp', () => {
  test('a synchronised server is up, with what it says of itself', async () => {
    const verdict = await probe(await claiming({}))
    expect(said(verdict).slice(0, 2)).toEqual(['up', undefined])
    expect(verdict.message).toMatch(/^stratum 2, offset [+−][\d.]+ ms \(± [\d.]+ ms\)$/)
    const { evidence } = verdict
    expect(evidence).toMatchObject({ stratum: 2, leap: 'none', reference: '192.0.2.1', reference_age_s: 64 })
    expect(evidence).toMatchObject({ root_delay_ms: 9.99, root_dispersion_ms: 20, address: '127.0.0.1' })
    expect(Math.abs(Number(evidence?.offset_ms))).toBeLessThan(1_000)
    expect((await probe(await claiming({ stratum: 1, reference: 'GPS\0' }))).evidence?.reference).toBe('GPS')
  })

  test('a server that does not know the time is down', async () => {
    const alarm = 'the server is not synchronised: it says itself that it does not know the time'
    expect(await judged({ leap: 3 })).toEqual(['down', 'assertion', alarm])
    expect(await judged({ leap: 3, stratum: 0, reference: [0, 0, 0, 0] })).toEqual(['down', 'assertion', alarm])
    expect(await judged({ stratum: 16 })).toEqual(['down', 'assertion', 'the server is not synchronised (stratum 16)'])
    expect(await judged({ timeless: true })).toEqual(['down', 'protocol', 'the server answers without a time'])
  })

  test('a kiss of death is told in words; being asked too often is not down', async () => {
    expect(await judged({ leap: 3, stratum: 0, reference: 'DENY' })).toEqual([
      'down',
      'assertion',
      'the server denies access (kiss code DENY)',
    ])
    expect(await judged({ leap: 3, stratum: 0, reference: 'RATE' })).toEqual([
      'degraded',
      'assertion',
      'the server answers, but says that it is asked too often; raise the interval (kiss code RATE)',
    ])
    const { evidence } = await probe(await claiming({ leap: 3, stratum: 0, reference: 'XYZ1' }))
    expect([evidence?.reference, evidence?.offset_ms]).toEqual(['XYZ1', undefined])
  })

  test('an offset beyond the limit is degraded or down, and says that our own clock may be the wrong one', async () => {
    const ahead = await claiming({ ahead_ms: 90_000 })
    const verdict = await probe(ahead, { max_offset_ms: 1_000 })
    expect(said(verdict)).toEqual([
      'degraded',
      'assertion',
      "the server's clock is 90 s ahead of ours, more than 1.0 s; ours may be the wrong one",
    ])
    expect(Math.abs(Number(verdict.evidence?.offset_ms) - 90_000)).toBeLessThan(1_000)
    expect((await probe(ahead, { max_offset_ms: 1_000, offset_status: 'down' })).status).toBe('down')
    expect((await probe(ahead)).status).toBe('up')
    expect((await probe(ahead, { max_offset_ms: 100_000 })).status).toBe('up')
    const behind = await judged({ ahead_ms: -5_000 }, { max_offset_ms: 1_000 })
    expect(behind[2]).toContain('5.0 s behind ours')
  })

  test('it is our clock that counts, also after the era ends in 2036', async () => {
    const now = () => Date.parse('2036-02-07T06:28:30Z')
    const clock = () => now() - 20_000
    const verdict = await probe(await claiming({ clock }), { max_offset_ms: 5_000 }, 2_000, now)
    expect(verdict.message).toContain('20 s behind ours')
    expect(Math.abs(Number(verdict.evidence?.offset_ms) + 20_000)).toBeLessThan(1_000)
  })

  test('a slow way is not taken for a wrong clock', () => {
    let steady = 0
    const questions = new NtpQuestions(
      () => 1_000_000,
      () => steady,
    )
    const question = questions.next()
    steady = 800
    const answer = questions.read(answerTo(question, { clock: () => 1_000_010 }))
    expect(answer?.delay_ms).toBe(800)
    // It came back late only: taken for half of the way, the offset is wrong by as much as its error says.
    expect(Math.round(answer?.offset_ms ?? 0)).toBe(-390)
    expect(Math.abs(answer?.offset_ms ?? 0)).toBeLessThan(800 / 2)
  })

  test('a stratum or an uncertainty beyond the limits is told', async () => {
    expect(await judged({ stratum: 5 }, { max_stratum: 3 })).toEqual([
      'down',
      'assertion',
      'stratum 5 is higher than 3',
    ])
    expect(await judged({ root_delay_s: 2, root_dispersion_s: 1.5 })).toEqual([
      'degraded',
      'assertion',
      'the server is unsure of the time by 2.5 s, more than 1.5 s',
    ])
    expect((await judged({ root_dispersion_s: 2 }, { max_distance_ms: 0 }))[0]).toBe('up')
    expect((await judged({ root_dispersion_s: 20 }, { max_distance_ms: 0 }))[0]).toBe('down')
  })

  test('answers to other questions are not believed', async () => {
    const forged = (question: Buffer) => {
      const answer = answerTo(question, {})
      answer.writeUInt8(answer.readUInt8(24) ^ 1, 24)
      return answer
    }
    const noise = (question: Buffer) => [
      Buffer.from('hello'),
      question,
      forged(question),
      answerTo(question, { mode: 5 }),
      answerTo(question, {}).subarray(0, 47),
    ]
    const good = await probe(await server((question) => [...noise(question), answerTo(question, { stratum: 3 })]))
    expect([good.evidence?.stratum, good.evidence?.answers_ignored]).toEqual([3, 5])
    const verdict = await probe(await server(noise), {}, 200)
    expect([...said(verdict), verdict.evidence?.answers_ignored]).toEqual([
      'down',
      'timeout',
      'no answer within 0.2 s',
      5,
    ])
  })

  test('the question tells nothing of our clock and is never the same', async () => {
    const seen: Buffer[] = []
    const port = await server((question) => {
      seen.push(question)
      return [answerTo(question, {})]
    })
    await probe(port)
    await probe(port)
    for (const question of seen)
      expect(question.subarray(0, 40).equals(Buffer.from([0x23, ...Array(39).fill(0)]))).toBe(true)
    expect(seen[0]?.equals(seen[1] ?? Buffer.alloc(0))).toBe(false)
  })

  test('IPv6 is spoken, a closed port is refused', async () => {
    const port = await server((question) => [answerTo(question, {})], '::1')
    expect((await probe(port, { host: '::1' })).status).toBe('up')
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    const closed = socket.address().port
    await new Promise<void>((resolve) => socket.close(resolve))
    expect((await probe(closed)).reason).toBe('refused')
    expect(ntp.target({ url: '', settings: { host: '::1', port: 123 } })).toBe('ntp [::1]:123')
  })
})

describe.if(chronyd !== undefined)("Debian's chronyd", () => {
  test('with a clock of its own is up at its stratum', async () => {
    const server = await startChronyd(['local stratum 8'])
    const verdict = await probe(server.port, { max_offset_ms: 1_000, max_stratum: 8 })
    const strict = await probe(server.port, { max_stratum: 7 })
    await server.stop()
    expect([verdict.status, verdict.evidence?.stratum, verdict.evidence?.leap]).toEqual(['up', 8, 'none'])
    expect(Math.abs(Number(verdict.evidence?.offset_ms))).toBeLessThan(1_000)
    expect(said(strict)).toEqual(['down', 'assertion', 'stratum 8 is higher than 7'])
  })

  test('without any source of time is down', async () => {
    const server = await startChronyd([])
    const verdict = await probe(server.port)
    await server.stop()
    expect([verdict.status, verdict.evidence?.leap]).toEqual(['down', 'alarm'])
    expect(verdict.message).toStartWith('the server is not synchronised')
  })
})
