export const HOUR_MS = 3_600_000

/**
 * The checks of one monitor in one hour, about six bytes each: milliseconds since the one before, response time in
 * tenths of a millisecond plus one (0 = none) and code, as variable-length integers.
 */
export type Chunk = {
  monitor: number
  hour: number
  bytes: Uint8Array
  length: number
  n: number
  last_at: number
  /** How many checks had each status, in the order of `checkStatuses`. */
  counts: [number, number, number, number]
}

/** The two low bits of a code; the rest is the number of the message. */
export const checkStatuses = ['up', 'degraded', 'down', 'unknown'] as const
export type CheckStatus = (typeof checkStatuses)[number]
export const statusOf = (code: number): CheckStatus => checkStatuses[code & 3]!
/** Response times of failures say nothing about the target's speed. */
export const isTimed = (code: number) => (code & 3) < 2

export const newChunk = (monitor: number, hour: number): Chunk => ({
  monitor,
  hour,
  bytes: new Uint8Array(64),
  length: 0,
  n: 0,
  last_at: hour * HOUR_MS,
  counts: [0, 0, 0, 0],
})

function write(chunk: Chunk, value: number) {
  let left = value
  while (left > 127) {
    chunk.bytes[chunk.length++] = (left % 128) + 128
    left = Math.floor(left / 128)
  }
  chunk.bytes[chunk.length++] = left
}

/** `ms10` is the response time in tenths of a millisecond, or -1. Time never runs backwards within a chunk. */
export function append(chunk: Chunk, at: number, ms10: number, code: number): void {
  if (chunk.bytes.length - chunk.length < 24) {
    const grown = new Uint8Array(chunk.bytes.length * 2)
    grown.set(chunk.bytes)
    chunk.bytes = grown
  }
  const shown_at = Math.max(at, chunk.last_at)
  write(chunk, shown_at - chunk.last_at)
  write(chunk, ms10 + 1)
  write(chunk, code)
  chunk.last_at = shown_at
  chunk.n++
  chunk.counts[code & 3]!++
}

/** Visits every check, oldest first. */
export function decode(bytes: Uint8Array, hour: number, visit: (at: number, ms10: number, code: number) => void): void {
  let position = 0
  const next = () => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[position++]!
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }
  for (let at = hour * HOUR_MS; position < bytes.length; ) {
    at += next()
    const ms10 = next() - 1
    visit(at, ms10, next())
  }
}

export const used = (chunk: Chunk) => chunk.bytes.subarray(0, chunk.length)
