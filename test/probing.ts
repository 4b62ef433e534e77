import { dlopen, ptr } from 'bun:ffi'
import { readdirSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { type Net, openNet } from '#kernel/net'
import type { ActiveProbe, Verdict } from '#probes/define'
import { verdictOf } from '#probes/fault'

export const localNet: Net = openNet({ allowPrivate: true, deny: [], allow: [] })

type Options = { url?: string; settings?: Record<string, unknown>; timeout_ms?: number; net?: Net; now?: () => number }

/** Runs a probe as the engine does: one deadline, and every error becomes a verdict. */
export async function check(
  // biome-ignore lint/suspicious/noExplicitAny: any probe, whatever its settings
  probe: ActiveProbe<any>,
  { url = '', settings = {}, timeout_ms = 3_000, net = localNet, now = Date.now }: Options,
): Promise<Verdict> {
  const signal = AbortSignal.timeout(timeout_ms)
  try {
    return await probe.run({ url, settings, timeout_ms, signal, net, now })
  } catch (error) {
    return verdictOf(error, { timeout_ms, signal })
  }
}

export type Listening = { port: number; url: string; close: () => void }

/** A TCP server on a free port of 127.0.0.1. */
export async function listening(onSocket: (socket: Socket) => void): Promise<Listening> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    onSocket(socket)
  })
  const close = () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return { ...(await bound(server)), close }
}

/** Waits until the server listens on 127.0.0.1. */
export async function bound(server: Server): Promise<{ port: number; url: string }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { port, url: `http://127.0.0.1:${port}/` }
}

/** A server that sends these bytes once the request has arrived, in these pieces, and then closes. */
export const answering = (...pieces: (string | Uint8Array)[]) =>
  listening((socket) => {
    socket.once('data', () => {
      for (const piece of pieces) socket.write(piece)
      socket.end()
    })
  })

/** A port on which nothing listens any more. */
export async function closedPort(): Promise<number> {
  const { port, close } = await listening(() => {})
  close()
  return port
}

const { symbols: c } = dlopen('libc.so.6', {
  socket: { args: ['i32', 'i32', 'i32'], returns: 'i32' },
  bind: { args: ['i32', 'ptr', 'u32'], returns: 'i32' },
  listen: { args: ['i32', 'i32'], returns: 'i32' },
  getsockname: { args: ['i32', 'ptr', 'ptr'], returns: 'i32' },
  close: { args: ['i32'], returns: 'i32' },
})

/** A port whose queue is full: a connect hangs, as it does with a host that is switched off. */
export async function blackHole(): Promise<Listening> {
  const fd = c.socket(2, 1 | 0o2000000, 0)
  const at = new Uint8Array(Uint8Array.from([2, 0, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]).buffer)
  const length = new Uint8Array(Uint8Array.from([16, 0, 0, 0]).buffer)
  c.bind(fd, ptr(at), 16)
  c.listen(fd, 0)
  c.getsockname(fd, ptr(at), ptr(length))
  const port = ((at[2] ?? 0) << 8) | (at[3] ?? 0)
  const fillers = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => {}))
  // One fills the queue for certain, whichever; the others keep it full if the kernel's length is a little longer.
  await Promise.race(fillers.map((filler) => new Promise<void>((resolve) => filler.once('connect', resolve))))
  const close = () => {
    for (const filler of fillers) filler.destroy()
    c.close(fd)
  }
  return { port, url: `http://127.0.0.1:${port}/`, close }
}

/** Open file descriptors of this process. */
export const descriptors = () => readdirSync('/proc/self/fd').length
