import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock, Timer } from '#kernel/clock'
import type { Log } from '#kernel/log'
import {
  add,
  closed,
  encoded,
  inherited,
  inMemory,
  isOpen,
  type Line,
  opened,
  peek,
  removed,
  reset,
  type Segment,
  synced,
} from './spool-segment'

type Options = {
  folder: string
  clock: Clock
  log: Log
  /** How much may wait on disk; the oldest goes first. */
  most_bytes?: number
  most_ms?: number
  segment_bytes?: number
  /** How much may wait in memory while the disk takes nothing. */
  memory_bytes?: number
}
/** What is to be sent next. */
export type Batch = {
  lines: Line[]
  /** All of it was received: it need not be kept. */
  done: () => void
}

const DAY_MS = 86_400_000
const SYNC_MS = 1_000
const COMPLAIN_MS = 60_000
/** How soon the disk is tried again after it took nothing. */
const RETRY_MS = 10_000
const NAME = /^(\d{12})\.jsonl$/

/**
 * What was found and not yet received by the server: one queue in append-only files, each line with its checksum. What
 * was written survives the death of the process; while `durable` is on, at most a second of it is lost with the power.
 */
export function openSpool({
  folder,
  clock,
  log,
  most_bytes = 256 * 1_048_576,
  most_ms = 7 * DAY_MS,
  segment_bytes = 1_048_576,
  memory_bytes = 8 * 1_048_576,
}: Options) {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const names = readdirSync(folder)
    .filter((name) => NAME.test(name))
    .sort()
  let segments = names.map((name) => inherited(join(folder, name), statSync(join(folder, name)).mtimeMs))
  let serial = Number(names.at(-1)?.match(NAME)?.[1] ?? 0)
  const losses = createLosses(clock, log)
  let damaged = 0
  let failed_at = Number.NEGATIVE_INFINITY
  let complained_at = Number.NEGATIVE_INFINITY
  let durable = false
  let dirty = false
  let timer: Timer | undefined

  const left = ({ count, taken }: Segment) => count - taken
  const held = (which: (segment: Segment) => boolean) =>
    segments.filter(which).reduce((sum, { bytes, offset }) => sum + bytes - offset, 0)
  const inFile = ({ chunks }: Segment) => chunks === undefined
  const drop = (segment: Segment) => {
    segments = segments.filter((other) => other !== segment)
    removed(segment)
  }
  const giveUp = (segment: Segment, why: string) => {
    drop(segment)
    losses.add(left(segment), why)
  }

  /** The newest is never given up: it is what the others make room for. */
  function bound() {
    const too_old = clock.now() - most_ms
    for (const oldest of segments.slice(0, -1)) {
      if (held(inFile) > most_bytes) giveUp(oldest, 'more waits than the spool may hold')
      else if (oldest.newest < too_old) giveUp(oldest, 'they waited longer than the spool keeps them')
      else break
    }
    const inMemoryToo = (segment: Segment) => !inFile(segment)
    for (const oldest of segments.slice(0, -1).filter(inMemoryToo)) {
      if (held(inMemoryToo) <= memory_bytes) break
      giveUp(oldest, 'the disk takes nothing, and the memory for them is full')
    }
  }

  function complain(error: unknown) {
    const now = clock.monotonic()
    failed_at = now
    if (now - complained_at < COMPLAIN_MS) return
    complained_at = now
    log.error('Results cannot be written to the spool; they wait in memory', { folder, why: (error as Error).message })
  }
  /** The segment that takes the next lines. One that was inherited or is full takes none. */
  function roomy(kind: (segment: Segment) => boolean, make: () => Segment): Segment {
    const newest = segments.at(-1)
    if (newest && kind(newest) && isOpen(newest) && newest.bytes < segment_bytes) return newest
    const made = make()
    if (newest) closed(newest, durable)
    segments.push(made)
    return made
  }
  const file = () => opened(join(folder, `${String(++serial).padStart(12, '0')}.jsonl`))

  function write(text: Buffer, lines: number) {
    const now = clock.now()
    if (clock.monotonic() - failed_at >= RETRY_MS)
      try {
        return add(roomy(inFile, file), text, lines, now)
      } catch (error) {
        complain(error)
        const newest = segments.at(-1)
        // What is half written ends with a torn line; nothing may come after it.
        if (newest && inFile(newest)) closed(newest)
        if (newest && inFile(newest) && newest.count === 0) drop(newest)
      }
    add(
      roomy((segment) => !inFile(segment), inMemory),
      ...([text, lines, now] as const),
    )
  }

  function sync() {
    timer = undefined
    const newest = segments.at(-1)
    if (!dirty || !durable || !newest) return
    dirty = false
    void synced(newest)
  }

  /** Wholly taken: an open file is used again from its beginning, any other goes. */
  function finish(segment: Segment) {
    if (segments.at(-1) === segment && segment.fd !== undefined) reset(segment)
    else drop(segment)
  }
  function look(segment: Segment, most: { lines: number; bytes: number }) {
    try {
      return peek(segment, { ...most, lines: Math.min(most.lines, left(segment)) })
    } catch {
      return { found: [], torn: 0, bytes: 0 }
    }
  }

  return {
    /** Takes lines in; from here on they are kept until the batch that holds them is done. */
    append(lines: Line[]) {
      if (lines.length === 0) return
      write(Buffer.from(lines.map(encoded).join('')), lines.length)
      bound()
      dirty = true
      if (durable) timer ??= clock.after(SYNC_MS, sync)
    },
    /** The oldest that wait, bounded by number and size; nothing when none do. */
    next(most: { lines: number; bytes: number }): Batch | undefined {
      for (let [segment] = segments; segment; [segment] = segments) {
        const from = segment
        if (left(from) <= 0 && isOpen(from) && segments.length === 1) return undefined
        const { found, torn, bytes } = look(from, most)
        const done = () => {
          from.taken += found.length + torn
          from.offset += bytes
          damaged += torn
          // Given up meanwhile, it is not there any more.
          if (left(from) <= 0 && segments.includes(from)) finish(from)
        }
        if (found.length > 0) return { lines: found, done }
        if (bytes > 0) done()
        else {
          // Nothing that can be read is left in it.
          damaged += left(from)
          drop(from)
        }
      }
      return undefined
    },
    /** While cut off from the server, what is written is also brought to the disk, at most once a second. */
    setDurable(on: boolean) {
      durable = on
      if (on && dirty) timer ??= clock.after(SYNC_MS, sync)
    },
    /** Results that wait, results that were given up, and lines that could not be read. */
    stats: () => ({ waiting: segments.reduce((sum, one) => sum + left(one), 0), dropped: losses.count(), damaged }),
    bytes: () => held(() => true),
    async close() {
      timer?.cancel()
      const newest = segments.at(-1)
      if (newest) await synced(newest)
      for (const segment of segments)
        if (left(segment) > 0) closed(segment)
        else removed(segment)
    },
  }
}
export type Spool = ReturnType<typeof openSpool>

/** Counts what was given up and says so, at most once a minute. */
function createLosses(clock: Clock, log: Log) {
  let count = 0
  let untold = 0
  let told_at = Number.NEGATIVE_INFINITY
  return {
    add(results: number, why: string) {
      count += results
      untold += results
      if (untold === 0 || clock.monotonic() - told_at < COMPLAIN_MS) return
      log.warn(`Results that waited for the server were given up: ${why}`, { results: untold, in_all: count })
      told_at = clock.monotonic()
      untold = 0
    },
    count: () => count,
  }
}
