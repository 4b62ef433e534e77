import { constants } from 'node:os'

// Numbers of Linux, the same on x86-64 and arm64: asm-generic/socket.h, linux/in.h, linux/in6.h, linux/icmp.h, linux/icmpv6.h.
export const SOL_SOCKET = 1
export const SO_RCVBUF = 8
export const SO_TIMESTAMPNS = 35
export const IPPROTO_IP = 0
export const IP_TTL = 2
export const IP_RECVTTL = 12
export const IPPROTO_IPV6 = 41
export const IPV6_RECVHOPLIMIT = 51
export const IPV6_HOPLIMIT = 52
export const SOL_RAW = 255
export const ICMP_FILTER = 1
export const IPPROTO_ICMP = 1
export const IPPROTO_ICMPV6 = 58
export const ICMPV6_FILTER = 1
export const MSG_DONTWAIT = 0x40
export const ECHO = { v4: { request: 8, reply: 0 }, v6: { request: 128, reply: 129 } }

const ERRNO = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]))
/** A failed system call as an error with `code`. */
export const failure = (errno: number) =>
  Object.assign(new Error(`ICMP: ${ERRNO.get(errno)}`), { code: ERRNO.get(errno) ?? '' })

/** Internet checksum (RFC 1071) of an even number of bytes. */
export function checksum(view: DataView, length: number): number {
  let sum = 0
  for (let at = 0; at < length; at += 2) sum += view.getUint16(at)
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16)
  return ~sum & 0xffff
}
