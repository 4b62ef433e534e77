import { dlopen, type Pointer, ptr, read } from 'bun:ffi'

const i32 = 'i32'
const symbols = {
  socket: { args: [i32, i32, i32], returns: i32 },
  connect: { args: [i32, 'ptr', 'u32'], returns: i32 },
  poll: { args: ['ptr', 'u64', i32], returns: i32 },
  sendto: { args: [i32, 'ptr', 'u64', i32, 'ptr', 'u32'], returns: 'i64' },
  recvmsg: { args: [i32, 'ptr', i32], returns: 'i64' },
  setsockopt: { args: [i32, i32, i32, 'ptr', 'u32'], returns: i32 },
  getsockopt: { args: [i32, i32, i32, 'ptr', 'ptr'], returns: i32 },
  close: { args: [i32], returns: i32 },
  clock_gettime: { args: [i32, 'ptr'], returns: i32 },
  __errno_location: { args: [], returns: 'ptr' },
} as const

type Symbols = ReturnType<typeof dlopen<typeof symbols>>['symbols']

/** The few system calls that neither Bun nor Node offers; undefined where they cannot be loaded (other systems). */
export type Libc = { call: Symbols; errno: () => number }

let loaded: Libc | null | undefined

/** Loads the C library at the first use, glibc or musl, Linux on a 64-bit little-endian machine only. */
export function libc(): Libc | undefined {
  if (loaded !== undefined) return loaded ?? undefined
  loaded = null
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) return
  const musl = process.arch === 'x64' ? 'libc.musl-x86_64.so.1' : 'libc.musl-aarch64.so.1'
  for (const name of ['libc.so.6', musl]) {
    try {
      const call = dlopen(name, symbols).symbols
      loaded = { call, errno: () => read.i32(call.__errno_location() as Pointer, 0) }
      return loaded
    } catch {}
  }
}

export const AF_INET = 2
export const AF_INET6 = 10
export const SOCK_STREAM = 1
export const SOCK_DGRAM = 2
export const SOCK_RAW = 3
/** SOCK_NONBLOCK | SOCK_CLOEXEC; same numbers on x86-64 and arm64 (bits/socket_type.h). */
export const NONBLOCK_CLOEXEC = 0o4000 | 0o2000000

/** Memory for C. The buffer must exist before its address is taken: small typed arrays move when it is created later. */
export function memory(size: number) {
  const buffer = new ArrayBuffer(size)
  const bytes = new Uint8Array(buffer)
  return { bytes, view: new DataView(buffer), at: ptr(bytes) }
}

/** `struct sockaddr_in` or `sockaddr_in6` of a literal address. */
export function sockaddr(address: Uint8Array, port: number) {
  const v6 = address.length === 16
  const { bytes, view, at } = memory(28)
  view.setUint16(0, v6 ? AF_INET6 : AF_INET, true)
  view.setUint16(2, port)
  bytes.set(address, v6 ? 8 : 4)
  return { bytes, at, length: v6 ? 28 : 16 }
}
