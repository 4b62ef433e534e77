import { randomBytes } from 'node:crypto'

/** The packet without extensions and signature (RFC 5905 section 7.3). */
const NTP_BYTES = 48
/** Version 4, mode 3 (client), no leap indicator. */
const CLIENT = 0x23
const SERVER_MODE = 4
/** Seconds from 1900 to 1970. */
const UNIX_EPOCH_S = 2_208_988_800n

/** When a question left, by the wall clock and by the clock that never jumps. */
type Departure = { wall_ms: number; steady_ms: number }

export type NtpAnswer = {
  leap: 'none' | 'insert' | 'delete' | 'alarm'
  version: number
  stratum: number
  /** Whom the server follows: a kind of clock, an address, or a kiss code. */
  reference: string
  /** The reason why the server does not serve, as four letters (RFC 5905 section 7.4). */
  kiss: string | undefined
  root_delay_ms: number
  root_dispersion_ms: number
  /** How long ago the server's own clock was set; undefined when it never was. */
  reference_age_s: number | undefined
  /** The server's clock minus ours. */
  offset_ms: number
  /** Time on the way, both directions. The true offset lies within half of it. */
  delay_ms: number
  /** The server's transmit timestamp is zero: it does not know the time. */
  timeless: boolean
}

/** Wall time as 32 bits of seconds since 1900 and 32 of fraction; the era is left out, as in the packet. */
const stampOf = (wall_ms: number) =>
  BigInt.asUintN(64, (BigInt(Math.round(wall_ms * 1_000)) << 32n) / 1_000_000n + (UNIX_EPOCH_S << 32n))

/** From one timestamp to another, across the end of an era (2036) too as long as they are within 68 years. */
const betweenMs = (from: bigint, to: bigint) => (Number(BigInt.asIntN(64, to - from)) / 2 ** 32) * 1_000

const LEAPS = ['none', 'insert', 'delete', 'alarm'] as const

/**
 * Questions under way, each with a transmit timestamp made by chance: whoever cannot read the question cannot forge an
 * answer to it, and our clock is nobody's business (draft-ietf-ntp-data-minimization).
 */
export class NtpQuestions {
  #asked = new Map<bigint, Departure>()

  constructor(
    readonly wall: () => number,
    readonly steady: () => number = () => performance.now(),
  ) {}

  next(): Buffer {
    const packet = Buffer.alloc(NTP_BYTES)
    packet[0] = CLIENT
    const nonce = randomBytes(8)
    nonce.copy(packet, 40)
    this.#asked.set(nonce.readBigUInt64BE(), { wall_ms: this.wall(), steady_ms: this.steady() })
    return packet
  }

  /** The answer to one of the questions; undefined for anything else. */
  read(packet: Buffer): NtpAnswer | undefined {
    if (packet.length < NTP_BYTES || (packet.readUInt8(0) & 7) !== SERVER_MODE) return
    const left = this.#asked.get(packet.readBigUInt64BE(24))
    return left && answerOf(packet, left, this.steady())
  }
}

function answerOf(packet: Buffer, left: Departure, arrived_ms: number): NtpAnswer {
  const head = packet.readUInt8(0)
  const stratum = packet.readUInt8(1)
  const reference = referenceOf(packet.subarray(12, 16), stratum)
  const [set, received, transmitted] = [16, 32, 40].map((at) => packet.readBigUInt64BE(at)) as [bigint, bigint, bigint]
  const took_ms = arrived_ms - left.steady_ms
  // The arrival is told by the steady clock, so that a clock that is set in between does not spoil the sum.
  const [t1, t4] = [stampOf(left.wall_ms), stampOf(left.wall_ms + took_ms)]
  return {
    // Safe: two bits.
    leap: LEAPS[head >> 6] as NtpAnswer['leap'],
    version: (head >> 3) & 7,
    stratum,
    reference,
    kiss: stratum === 0 && /^[A-Z0-9]{4}$/.test(reference) ? reference : undefined,
    root_delay_ms: shortMs(packet.readInt32BE(4)),
    root_dispersion_ms: shortMs(packet.readUInt32BE(8)),
    reference_age_s: set === 0n ? undefined : betweenMs(set, transmitted) / 1_000,
    offset_ms: (betweenMs(t1, received) + betweenMs(t4, transmitted)) / 2,
    delay_ms: Math.max(0, took_ms - Math.max(0, betweenMs(received, transmitted))),
    timeless: transmitted === 0n,
  }
}

/** 16 bits of seconds and 16 of fraction. */
const shortMs = (value: number) => (value / 65_536) * 1_000

/** A name for clocks and kisses (stratum 0 and 1), an address (or the hash of one, with IPv6) for followers. */
const referenceOf = (bytes: Buffer, stratum: number) =>
  stratum < 2 ? bytes.toString('latin1').replace(/[^\x20-\x7e]/g, '') : bytes.join('.')
