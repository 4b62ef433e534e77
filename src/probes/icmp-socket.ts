import ipaddr from 'ipaddr.js'
import {
  checksum,
  ECHO,
  failure,
  ICMP_FILTER,
  ICMPV6_FILTER,
  IP_RECVTTL,
  IP_TTL,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_HOPLIMIT,
  IPV6_RECVHOPLIMIT,
  MSG_DONTWAIT,
  SO_RCVBUF,
  SO_TIMESTAMPNS,
  SOL_RAW,
  SOL_SOCKET,
} from '#probes/icmp-wire'
import {
  AF_INET,
  AF_INET6,
  type Libc,
  libc,
  memory,
  NONBLOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_RAW,
  sockaddr,
} from '#probes/libc'

export type Reply = { rtt_ms: number; ttl: number }

const PACKET = 64
/** Replies wait in the kernel with their arrival time, so how often we look does not change what is measured. */
const DRAIN_MS = 5
const RECEIVE_BUFFER = 4 << 20

type Waiting = { sent: bigint; timer: Timer; done: (reply: Reply | undefined) => void }

/**
 * One ICMP socket for all targets of one family. Unprivileged (DGRAM) where net.ipv4.ping_group_range covers our group,
 * else RAW, which needs CAP_NET_RAW. Times come from the kernel, so a busy event loop does not lengthen them.
 */
export class Pinger {
  readonly #fd: number
  readonly #raw: boolean
  readonly #echo: { request: number; reply: number }
  readonly #cookie = crypto.getRandomValues(new Uint32Array(1))[0] as number
  readonly #waiting = new Map<number, Waiting>()
  #sequence = 0
  #poll: Timer | undefined
  #packet = memory(PACKET)
  #clock = memory(16)
  #received = memory(2_048)
  #control = memory(256)
  #from = memory(28)
  #vector = memory(16)
  #message = memory(56)

  private constructor(
    readonly c: Libc,
    readonly v6: boolean,
  ) {
    this.#echo = v6 ? ECHO.v6 : ECHO.v4
    const family = v6 ? AF_INET6 : AF_INET
    const protocol = v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP
    let fd = c.call.socket(family, SOCK_DGRAM | NONBLOCK_CLOEXEC, protocol)
    this.#raw = fd < 0
    if (fd < 0) fd = c.call.socket(family, SOCK_RAW | NONBLOCK_CLOEXEC, protocol)
    if (fd < 0) throw failure(c.errno())
    this.#fd = fd
    this.#configure()
  }

  static #open = new Map<boolean, Pinger>()

  /** The shared socket; undefined where the system does not let us have one. Throws when descriptors ran out. */
  static for(v6: boolean): Pinger | undefined {
    const known = Pinger.#open.get(v6)
    if (known) return known
    const c = libc()
    if (!c) return
    try {
      const made = new Pinger(c, v6)
      Pinger.#open.set(v6, made)
      return made
    } catch (error) {
      if (error instanceof Object && 'code' in error && ['EMFILE', 'ENFILE', 'ENOBUFS'].includes(String(error.code)))
        throw error
    }
  }

  /** Sends one echo request; undefined when no reply came in time. Throws with `code` when it could not be sent. */
  ping(address: string, timeout_ms: number, signal: AbortSignal): Promise<Reply | undefined> {
    const sequence = this.#fresh()
    this.#write(sequence)
    const peer = sockaddr(Uint8Array.from(ipaddr.parse(address).toByteArray()), 0)
    const sent = this.#now()
    const count = Number(this.c.call.sendto(this.#fd, this.#packet.at, PACKET, 0, peer.at, peer.length))
    if (count < 0) return Promise.reject(failure(this.c.errno()))
    return new Promise((resolve) => {
      const done = (reply: Reply | undefined) => {
        clearTimeout(timer)
        signal.removeEventListener('abort', give)
        this.#waiting.delete(sequence)
        if (!this.#waiting.size) this.#rest()
        resolve(reply)
      }
      const give = () => {
        this.#drain()
        if (this.#waiting.has(sequence)) done(undefined)
      }
      const timer = setTimeout(give, Math.max(1, timeout_ms))
      signal.addEventListener('abort', give)
      this.#waiting.set(sequence, { sent, timer, done })
      this.#poll ??= setInterval(() => this.#drain(), DRAIN_MS)
    })
  }

  #rest() {
    clearInterval(this.#poll)
    this.#poll = undefined
  }

  #fresh(): number {
    do this.#sequence = (this.#sequence + 1) & 0xffff
    while (this.#waiting.has(this.#sequence) && this.#waiting.size < 0xffff)
    return this.#sequence
  }

  /** The kernel replaces the identifier of a DGRAM socket, so our cookie travels in the payload. */
  #write(sequence: number) {
    const { bytes, view } = this.#packet
    bytes.fill(0)
    bytes[0] = this.#echo.request
    view.setUint16(4, this.#cookie & 0xffff)
    view.setUint16(6, sequence)
    view.setUint32(8, this.#cookie)
    view.setUint16(12, sequence)
    // For ICMPv6 the kernel fills the checksum in, it covers the addresses.
    if (!this.v6) view.setUint16(2, checksum(view, PACKET))
  }

  #option(level: number, name: number, value: number) {
    const option = memory(4)
    option.view.setInt32(0, value, true)
    this.c.call.setsockopt(this.#fd, level, name, option.at, 4)
  }

  #configure() {
    this.#option(SOL_SOCKET, SO_TIMESTAMPNS, 1)
    this.#option(SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER)
    if (this.v6) this.#option(IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1)
    else this.#option(IPPROTO_IP, IP_RECVTTL, 1)
    if (this.#raw && !this.v6) this.#option(SOL_RAW, ICMP_FILTER, ~(1 << ECHO.v4.reply))
    if (this.#raw && this.v6) {
      const filter = memory(32)
      filter.bytes.fill(0xff)
      filter.view.setUint32((ECHO.v6.reply >> 5) * 4, ~(1 << (ECHO.v6.reply & 31)) >>> 0, true)
      this.c.call.setsockopt(this.#fd, IPPROTO_ICMPV6, ICMPV6_FILTER, filter.at, 32)
    }
    // struct iovec and struct msghdr, 64-bit.
    this.#vector.view.setBigUint64(0, BigInt(this.#received.at), true)
    this.#vector.view.setBigUint64(8, BigInt(this.#received.bytes.length), true)
    this.#message.view.setBigUint64(0, BigInt(this.#from.at), true)
    this.#message.view.setBigUint64(16, BigInt(this.#vector.at), true)
    this.#message.view.setBigUint64(24, 1n, true)
    this.#message.view.setBigUint64(32, BigInt(this.#control.at), true)
  }

  /** Wall clock in nanoseconds, the clock of SO_TIMESTAMPNS. */
  #now(): bigint {
    this.c.call.clock_gettime(0, this.#clock.at)
    return this.#clock.view.getBigInt64(0, true) * 1_000_000_000n + this.#clock.view.getBigInt64(8, true)
  }

  #drain() {
    for (;;) {
      this.#message.view.setUint32(8, 28, true)
      this.#message.view.setBigUint64(40, BigInt(this.#control.bytes.length), true)
      const count = Number(this.c.call.recvmsg(this.#fd, this.#message.at, MSG_DONTWAIT))
      if (count < 0) return
      const { bytes, view } = this.#received
      // A raw IPv4 socket delivers the IP header too; its low nibble is the length in words.
      const start = this.#raw && !this.v6 ? ((bytes[0] ?? 0) & 15) * 4 : 0
      if (count < start + 14 || bytes[start] !== this.#echo.reply || view.getUint32(start + 8) !== this.#cookie)
        continue
      const waiting = this.#waiting.get(view.getUint16(start + 12))
      if (!waiting) continue
      const { at, ttl } = this.#arrival()
      waiting.done({ rtt_ms: Math.max(0, Number(at - waiting.sent) / 1e6), ttl })
    }
  }

  /** Walks the control messages (cmsg(3)): when the packet arrived, and its remaining hops. */
  #arrival(): { at: bigint; ttl: number } {
    const { view } = this.#control
    const length = Number(this.#message.view.getBigUint64(40, true))
    let at: bigint | undefined
    let ttl = 0
    for (let offset = 0; offset + 16 <= length; ) {
      const size = Number(view.getBigUint64(offset, true))
      const level = view.getInt32(offset + 8, true)
      const type = view.getInt32(offset + 12, true)
      if (level === SOL_SOCKET && type === SO_TIMESTAMPNS) {
        at = view.getBigInt64(offset + 16, true) * 1_000_000_000n + view.getBigInt64(offset + 24, true)
      } else if ((level === IPPROTO_IP && type === IP_TTL) || (level === IPPROTO_IPV6 && type === IPV6_HOPLIMIT)) {
        ttl = view.getInt32(offset + 16, true)
      }
      if (size < 16) break
      offset += (size + 7) & ~7
    }
    return { at: at ?? this.#now(), ttl }
  }
}
