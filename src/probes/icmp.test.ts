import { expect, test } from 'bun:test'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { icmp } from '#probes/icmp'
import { pingBy, repliesIn } from '#probes/icmp-command'
import { Pinger } from '#probes/icmp-socket'
import { check } from '../../test/probing'

const probe = (settings: Record<string, unknown>, timeout_ms = 1_000) => check(icmp, { settings, timeout_ms })
/** Without the right to open an ICMP socket a check says so; these promises can only be kept with it. */
const may = Pinger.for(false) !== undefined
const may6 = Pinger.for(true) !== undefined

test.if(may)('a host that answers is up with its round trip', async () => {
  const verdict = await probe({ host: '127.0.0.1' })
  expect(verdict).toMatchObject({ status: 'up', evidence: { sent: 1, lost: 0, address: '127.0.0.1' } })
  expect(verdict.response_time_ms).toBeGreaterThan(0)
  expect(verdict.response_time_ms).toBeLessThan(100)
  expect(verdict.evidence?.ttl).toBeGreaterThan(0)
})

test.if(may6)('IPv6 is pinged too', async () => {
  expect(await probe({ host: '::1' })).toMatchObject({ status: 'up', evidence: { sent: 1, lost: 0, address: '::1' } })
  expect((await probe({ host: 'localhost', family: 'ipv6' })).evidence?.address).toBe('::1')
})

test.if(may)('several packets give the median, and many checks share one socket', async () => {
  const verdict = await probe({ host: '127.0.0.1', packets: 3 })
  const times = verdict.evidence?.rtt_ms
  expect(times).toHaveLength(3)
  expect(verdict.response_time_ms).toBe((times as number[])[1])
  const all = await Promise.all(Array.from({ length: 300 }, (_, i) => probe({ host: `127.0.1.${i % 250}` })))
  expect(all.filter((it) => it.status === 'up')).toHaveLength(300)
})

test.if(may)('the spread of the round trips is told, and packets keep their distance', async () => {
  const started = performance.now()
  const verdict = await probe({ host: '127.0.0.1', packets: 5, packet_interval_ms: 60 }, 2_000)
  expect(performance.now() - started).toBeGreaterThan(4 * 60 - 5)
  const { rtt_ms, min_ms, avg_ms, max_ms, jitter_ms } = verdict.evidence as Record<string, number> & {
    rtt_ms: number[]
  }
  expect(rtt_ms).toHaveLength(5)
  expect(min_ms).toBeCloseTo(rtt_ms[0] ?? 0, 2)
  expect(max_ms).toBeCloseTo(rtt_ms[4] ?? 0, 2)
  expect(avg_ms).toBeGreaterThanOrEqual(min_ms ?? 1)
  expect(avg_ms).toBeLessThanOrEqual(max_ms ?? 0)
  expect(jitter_ms).toBeLessThanOrEqual((max_ms ?? 0) - (min_ms ?? 0) + 0.001)
  const hurried = performance.now()
  expect((await probe({ host: '127.0.0.1', packets: 20, packet_interval_ms: 5_000 }, 600)).status).toBe('up')
  expect(performance.now() - hurried).toBeLessThan(600)
})

test.if(may)('a busy program does not lengthen the round trip', async () => {
  const pending = probe({ host: '127.0.0.1' })
  await new Promise((resolve) => setTimeout(resolve, 0)) // the packet has left
  const until = performance.now() + 100
  while (performance.now() < until);
  expect((await pending).response_time_ms).toBeLessThan(50)
})

test.if(may)('a host that does not answer is down, before the time is up', async () => {
  // TEST-NET-1 (RFC 5737) belongs to nobody.
  const verdict = await probe({ host: '192.0.2.77', packets: 2 }, 1_000)
  const expected = verdict.status === 'unknown' ? 'own_side' : 'timeout'
  expect(verdict.reason).toBe(expected)
  // Its own sentence: when the time is up, the caller has another one.
  if (verdict.status === 'down') expect(verdict.message).toBe('no reply from 192.0.2.77 to 2 pings')
})

test('the output of every common ping program is understood', () => {
  const iputils = `64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=0.045 ms\n64 bytes from 127.0.0.1: icmp_seq=2 ttl=64 time=1 ms`
  const busybox = '64 bytes from 10.0.0.1: seq=0 ttl=42 time=12.345 ms'
  const macos = '16 bytes from ::1, icmp_seq=0 hlim=64 time=0.131 ms'
  expect([iputils, busybox, macos].flatMap(repliesIn).map((it) => it.rtt_ms)).toEqual([0.045, 1, 12.345, 0.131])
  expect(repliesIn('2 packets transmitted, 0 received, 100% packet loss, time 1001ms')).toEqual([])
})

test('a ping program that hangs is ended with the check', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ping-'))
  const program = join(folder, 'ping')
  writeFileSync(program, '#!/bin/sh\necho "64 bytes from $8: seq=0 ttl=9 time=2.5 ms"\nexec sleep 60\n')
  chmodSync(program, 0o755)
  const started = performance.now()
  const signal = AbortSignal.timeout(300)
  const replies = await pingBy({ program, address: '127.0.0.1', count: 3, spacing_ms: 200, timeout_ms: 5_000, signal })
  expect(replies).toEqual([{ ttl: 9, rtt_ms: 2.5 }])
  expect(performance.now() - started).toBeLessThan(3_000)
  rmSync(folder, { recursive: true })
})
