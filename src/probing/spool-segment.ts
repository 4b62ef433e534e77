import { closeSync, fdatasync, ftruncateSync, openSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs'

/** `raw`: its time is still in a clock whose distance to the server's is not known. */
export type Line = { json: string; raw: boolean }

const TIMED = '.'
const RAW = '?'
const HEAD_CHARS = 9

const checksum = (text: string) => Bun.hash.crc32(text).toString(16).padStart(8, '0')

/** One line of a spool file: checksum, whether the time is raw, the JSON. */
export const encoded = ({ json, raw }: Line) => `${checksum(json)}${raw ? RAW : TIMED}${json}\n`

/** The line as it was written, or nothing when it was torn or damaged. */
export function decoded(text: string): Line | undefined {
  const json = text.slice(HEAD_CHARS)
  const mark = text[HEAD_CHARS - 1]
  if ((mark !== TIMED && mark !== RAW) || checksum(json) !== text.slice(0, HEAD_CHARS - 1)) return undefined
  return { json, raw: mark === RAW }
}

const countOf = (bytes: Uint8Array) => {
  let lines = 0
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++
  return lines
}

/** Some of what waits, in the order in which it came: in a file, or in memory while no file can be written. */
export type Segment = {
  /** Lines that were added, damaged ones too. */
  count: number
  bytes: number
  /** When the newest of them came. */
  newest: number
  /** How far it was read: lines and bytes. */
  taken: number
  offset: number
  file?: string
  /** Open for more. */
  fd?: number
  /** Instead of a file. */
  chunks?: Buffer[]
}
const fresh = { count: 0, bytes: 0, taken: 0, offset: 0 }

/** A file that an earlier process left; what it ends with may be half a line. */
export function inherited(file: string, newest: number): Segment {
  const bytes = readFileSync(file)
  return { ...fresh, file, newest, count: countOf(bytes), bytes: bytes.length }
}
export const opened = (file: string): Segment => ({ ...fresh, newest: 0, file, fd: openSync(file, 'ax', 0o600) })
export const inMemory = (): Segment => ({ ...fresh, newest: 0, chunks: [] })
export const isOpen = ({ fd, chunks }: Segment) => fd !== undefined || chunks !== undefined

/** Adds at the end; throws when the disk does not take all of it. */
export function add(segment: Segment, text: Buffer, lines: number, now: number) {
  if (segment.chunks) segment.chunks.push(text)
  else if (segment.fd === undefined || writeSync(segment.fd, text) < text.length) throw new Error('the disk is full')
  segment.count += lines
  segment.bytes += text.length
  segment.newest = now
}

function bytesAt({ chunks, file, offset }: Segment, most: number): Buffer {
  if (chunks) return Buffer.concat(chunks).subarray(offset, offset + most)
  const fd = openSync(file ?? '', 'r')
  try {
    const buffer = Buffer.alloc(most)
    return buffer.subarray(0, readSync(fd, buffer, 0, most, offset))
  } finally {
    closeSync(fd)
  }
}

/** A result is far smaller; whatever has no end within this is not one. */
const LONGEST_LINE = 262_144

/** The next whole lines from where it was read to, without moving on; `torn` of the lines in these bytes cannot be read. */
export function peek(segment: Segment, most: { lines: number; bytes: number }) {
  const { bytes: size, offset } = segment
  const buffer = bytesAt(segment, Math.min(size - offset, Math.max(most.bytes, LONGEST_LINE)))
  const found: Line[] = []
  let torn = 0
  let at = 0
  while (found.length + torn < most.lines) {
    const end = buffer.indexOf(10, at)
    if (end < 0 || (at > 0 && end > most.bytes)) break
    const line = decoded(buffer.toString('utf8', at, end))
    if (line) found.push(line)
    else torn++
    at = end + 1
  }
  return { found, torn, bytes: at }
}

/** All of it was taken: the open file is emptied and used again. What never waited long never reaches the disk. */
export function reset(segment: Segment) {
  if (segment.fd !== undefined) ftruncateSync(segment.fd, 0)
  Object.assign(segment, fresh)
}

/** Takes no more; with `sync`, what was written is brought to the disk before the file is closed. */
export function closed(segment: Segment, sync = false) {
  const { fd } = segment
  segment.fd = undefined
  if (fd === undefined) return
  if (sync) fdatasync(fd, () => closeSync(fd))
  else closeSync(fd)
}

export function removed(segment: Segment) {
  closed(segment)
  if (segment.file) rmSync(segment.file, { force: true })
}

/** Asks the disk to keep what was written; beside the work of this thread, for a slow disk takes its time. */
export const synced = ({ fd }: Segment) =>
  new Promise<void>((done) => (fd === undefined ? done() : fdatasync(fd, () => done())))
