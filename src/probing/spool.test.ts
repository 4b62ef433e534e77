import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { logTo } from '#kernel/log'
import { openSpool, type Spool } from '#probing/spool'
import { createTestClock } from '../../test/clock'

const START = Date.parse('2026-05-01T12:00:00.000Z')
const ALL = { lines: 1_000, bytes: 524_288 }
const line = (n: number) => ({ json: JSON.stringify({ number: n, text: 'ä'.repeat(20) }), raw: false })
const numbers = (spool: Spool, most = ALL) => spool.next(most)?.lines.map(({ json }) => JSON.parse(json).number) ?? []

describe('the spool', () => {
  let folder: string
  let clock: ReturnType<typeof createTestClock>
  let lines: string[]
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'xinex-spool-')), 'spool')
    clock = createTestClock(START)
    lines = []
  })
  afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }))

  const open = (more: Partial<Parameters<typeof openSpool>[0]> = {}) =>
    openSpool({ folder, clock, log: logTo((text) => lines.push(text), 'info', clock.now), ...more })
  const files = () => readdirSync(folder).sort()
  /** Takes everything there is, in batches. */
  const drained = (spool: Spool, most = ALL) => {
    const all: number[] = []
    for (let batch = spool.next(most); batch; batch = spool.next(most)) {
      all.push(...batch.lines.map(({ json }) => JSON.parse(json).number))
      batch.done()
    }
    return all
  }
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

  test('gives back what it took, in order, and the same again until it is done', () => {
    const spool = open()
    spool.append([line(1), line(2)])
    spool.append([line(3)])
    expect([numbers(spool), numbers(spool)]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ])
    spool.next(ALL)?.done()
    expect([spool.next(ALL), spool.stats().waiting, spool.bytes()]).toEqual([undefined, 0, 0])
    spool.append([line(4)])
    expect(numbers(spool)).toEqual([4])
  })

  test('a batch is bounded by number and by size, but never empty', () => {
    const spool = open()
    spool.append(range(0, 10).map(line))
    const size = Buffer.from(line(0).json).length + 10
    expect(numbers(spool, { lines: 3, bytes: 1e6 })).toEqual([0, 1, 2])
    expect(numbers(spool, { lines: 100, bytes: size * 4 })).toEqual([0, 1, 2, 3])
    expect(numbers(spool, { lines: 100, bytes: 1 })).toEqual([0])
    expect(drained(spool, { lines: 3, bytes: 1e6 })).toEqual(range(0, 10))
  })

  test('what comes while a batch is on its way waits behind it', () => {
    const spool = open({ segment_bytes: 200 })
    spool.append([line(1)])
    const batch = spool.next(ALL)
    spool.append([line(2)])
    spool.append(range(3, 30).map(line))
    batch?.done()
    expect(drained(spool)).toEqual(range(2, 30))
  })

  test('another process after a kill finds all of it, and what was received is not kept', () => {
    const first = open({ segment_bytes: 1_000 })
    for (const n of range(0, 100)) first.append([line(n)])
    const batch = first.next({ lines: 10, bytes: 1e6 })
    batch?.done()
    const second = open({ segment_bytes: 1_000 })
    expect(second.stats().waiting).toBeLessThanOrEqual(100)
    second.append([line(100)])
    const all = drained(second)
    // At most one file is read twice; nothing is missing, nothing is out of order.
    expect(all).toEqual(range(all[0] ?? 0, 101))
    expect(all[0]).toBeLessThanOrEqual(10)
    expect(files().length).toBeLessThanOrEqual(1)
  })

  test('killed in the middle of a write, at every byte of it, the lines before are whole', () => {
    const first = open()
    first.append([line(1), line(2), line(3)])
    const [name = ''] = files()
    const whole = readFileSync(join(folder, name))
    const ends = [...whole].flatMap((byte, at) => (byte === 10 ? [at + 1] : []))
    for (let size = whole.length - 1; size >= 0; size--) {
      truncateSync(join(folder, name), size)
      const spool = open()
      const complete = ends.filter((end) => end <= size).length
      expect([size, numbers(spool)]).toEqual([size, range(1, complete + 1)])
      // It is never appended to: half a line would swallow the first of ours.
      spool.append([line(9)])
      const all = drained(spool)
      expect([size, all]).toEqual([size, [...range(1, complete + 1), 9]])
      for (const made of files()) rmSync(join(folder, made))
      writeFileSync(join(folder, name), whole)
    }
  })

  test('damaged lines are left out and counted, the others arrive', () => {
    const first = open()
    first.append(range(0, 5).map(line))
    const [name = ''] = files()
    const text = readFileSync(join(folder, name), 'utf8').split('\n')
    text[1] = text[1]!.replace('"number":1', '"number":7')
    text[3] = 'nothing of ours'
    writeFileSync(join(folder, name), text.join('\n'))
    const second = open()
    expect([drained(second), second.stats()]).toEqual([[0, 2, 4], { waiting: 0, dropped: 0, damaged: 2 }])
    appendFileSync(join(folder, '000000000777.jsonl'), '\n'.repeat(50))
    const third = open()
    expect([drained(third), third.stats().damaged, third.stats().waiting]).toEqual([[], 50, 0])
  })

  test('a file that somebody took away is counted, not waited for', () => {
    const spool = open({ segment_bytes: 100 })
    for (const n of range(0, 6)) spool.append([line(n)])
    rmSync(join(folder, files()[0]!))
    const all = drained(spool)
    expect(all).toEqual(range(6 - all.length, 6))
    expect(all.length + spool.stats().damaged).toBe(6)
  })

  test('more than it may hold pushes out the oldest, counted and told', async () => {
    const spool = open({ segment_bytes: 1_000, most_bytes: 5_000 })
    for (const n of range(0, 1_000)) spool.append([line(n)])
    expect(spool.bytes()).toBeLessThan(6_100)
    const { waiting, dropped } = spool.stats()
    expect([waiting + dropped, dropped > 800]).toEqual([1_000, true])
    expect(drained(spool)).toEqual(range(dropped, 1_000))
    const told = lines.filter((text) => text.includes('given up'))
    expect(told.length).toBe(1)
    expect(JSON.parse(told[0]!)).toMatchObject({ level: 'warn', message: expect.stringContaining('more waits than') })
  })

  test('what waited for a week goes', async () => {
    const spool = open({ segment_bytes: 100 })
    spool.append([line(1)])
    spool.append([line(2)])
    await clock.advance(6 * 86_400_000)
    spool.append([line(3)])
    await clock.advance(86_400_001)
    spool.append([line(4)])
    expect([drained(spool), spool.stats().dropped]).toEqual([[3, 4], 2])
  })

  test('while the disk takes nothing, results wait in memory, bounded; then the disk is used again', async () => {
    const spool = open({ segment_bytes: 1_000, memory_bytes: 3_000 })
    spool.append([line(0)])
    // Not there any more, as when a volume was taken away; root may write into anything that is there.
    rmSync(folder, { recursive: true })
    writeFileSync(folder, '')
    for (const n of range(1, 200)) spool.append([line(n)])
    const { waiting, dropped, damaged } = spool.stats()
    expect(waiting + dropped + damaged).toBe(200)
    expect(spool.bytes()).toBeLessThan(6_000)
    expect(lines.filter((text) => text.includes('cannot be written')).length).toBe(1)
    rmSync(folder)
    mkdirSync(folder)
    chmodSync(folder, 0o700)
    await clock.advance(10_000)
    spool.append([line(200)])
    expect(files().length).toBe(1)
    const all = drained(spool)
    expect(all).toEqual(range(201 - all.length, 201))
  })

  test('memory stays small while 10,000 results a minute come in for hours', () => {
    const spool = open({ most_bytes: 20 * 1_048_576 })
    const big = (n: number) => ({ json: JSON.stringify({ number: n, text: 'x'.repeat(300) }), raw: false })
    const fill = (n: number) => spool.append(range(n * 100, n * 100 + 100).map(big))
    for (const n of range(0, 300)) fill(n)
    Bun.gc(true)
    const before = process.memoryUsage().rss
    for (const n of range(300, 2_300)) fill(n)
    Bun.gc(true)
    expect(process.memoryUsage().rss - before).toBeLessThan(40 * 1_048_576)
    const { waiting, dropped } = spool.stats()
    expect(waiting + dropped).toBe(230_000)
    expect(drained(spool)).toEqual(range(dropped, 230_000))
  })

  test('closed and opened again, nothing that was received comes back', async () => {
    const first = open()
    first.append(range(0, 5).map(line))
    first.next(ALL)?.done()
    await first.close()
    expect(files()).toEqual([])
    const second = open()
    expect([second.next(ALL), second.stats().waiting]).toEqual([undefined, 0])
  })

  test('only its own user may read it', () => {
    const spool = open()
    spool.append([line(1)])
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)
    expect([mode(folder), mode(join(folder, files()[0]!))]).toEqual(['700', '600'])
  })
})
