import { constants } from 'node:os'
import ipaddr from 'ipaddr.js'
import { libc, memory, NONBLOCK_CLOEXEC, SOCK_STREAM, sockaddr } from '#probes/libc'

const NAMES = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]))
/** What has no name is no refusal. */
const nameOf = (errno: number) => NAMES.get(errno) ?? 'EHOSTUNREACH'

/** Whether “refused” can be told from the rest here. */
export const tellsRefusals = () => libc() !== undefined

const EINPROGRESS = constants.errno.EINPROGRESS
const SOL_SOCKET = 1
const SO_ERROR = 4
const POLLOUT = 4
/** A refusal comes back within one round trip; whoever stays silent longer did not refuse. */
const PAUSES_MS = [0, 5, 20, 75, 200, 300]

/**
 * The true reason behind Bun's ECONNREFUSED, which it also reports for an unreachable network, a host that does not
 * answer ARP and a process without file descriptors (oven-sh/bun#37093). Dials once more by the bare system calls;
 * it only runs after a failure. Only what was seen to refuse is called refused: a refusal proves that the way there works,
 * which a broken network of our own must not seem to do. Where the C library is out of reach the answer stays ECONNREFUSED.
 */
export async function refusalOf(address: string, port: number, signal: AbortSignal): Promise<string> {
  const c = libc()
  if (!c) return 'ECONNREFUSED'
  const parsed = ipaddr.parse(address)
  const peer = sockaddr(Uint8Array.from(parsed.toByteArray()), port)
  const fd = c.call.socket(peer.length === 28 ? 10 : 2, SOCK_STREAM | NONBLOCK_CLOEXEC, 0)
  if (fd < 0) return nameOf(c.errno())
  try {
    if (c.call.connect(fd, peer.at, peer.length) === 0) return 'ECONNREFUSED'
    const errno = c.errno()
    if (errno !== EINPROGRESS) return nameOf(errno)
    return await settled(c, fd, signal)
  } finally {
    c.call.close(fd)
  }
}

async function settled({ call }: NonNullable<ReturnType<typeof libc>>, fd: number, signal: AbortSignal) {
  const waiting = memory(8)
  const errno = memory(4)
  const length = memory(4)
  waiting.view.setInt32(0, fd, true)
  waiting.view.setInt16(4, POLLOUT, true)
  length.view.setUint32(0, 4, true)
  for (const pause of PAUSES_MS) {
    if (pause) await Bun.sleep(pause)
    if (signal.aborted) return 'ETIMEDOUT'
    if (call.poll(waiting.at, 1, 0) < 1) continue
    call.getsockopt(fd, SOL_SOCKET, SO_ERROR, errno.at, length.at)
    const code = errno.view.getInt32(0, true)
    return code === 0 ? 'ECONNREFUSED' : nameOf(code)
  }
  return 'EHOSTUNREACH'
}
