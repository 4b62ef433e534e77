import { afterEach, expect, test } from 'bun:test'
import { type Clock, systemClock } from '#kernel/clock'
import { logTo } from '#kernel/log'
import type { CheckJob } from '#probing/attempt'
import type { Prober, Result } from '#probing/define'
import { createWorkerProber } from '#probing/worker'
import { createTestClock } from '../../test/clock'
import { target } from '../../test/listeners'

const open: { prober: Prober; site: ReturnType<typeof target> }[] = []
afterEach(async () => {
  for (const { prober, site } of open.splice(0)) {
    await prober.stop()
    site.stop()
  }
})

function made(program?: string, clock: Clock = systemClock) {
  const site = target()
  const results: Result[] = []
  const lines: string[] = []
  const waiting: { enough: () => boolean; done: () => void }[] = []
  const prober = createWorkerProber({
    clock,
    log: logTo((line) => lines.push(line), 'info', Date.now),
    ...(program && { program }),
    net: { allowPrivate: true, deny: [], allow: [] },
    events: {
      onResults(some) {
        results.push(...some)
        for (const { enough, done } of waiting) if (enough()) done()
      },
      onGap: () => {},
      onUplink: () => {},
    },
  })
  open.push({ prober, site })
  const job: CheckJob = {
    type: 'http',
    url: site.url,
    settings: {},
    timeout_ms: 2_000,
    degraded_ms: null,
    inverted: false,
  }
  return {
    ...{ prober, site, results, lines, job },
    /** Resolves when so many results have come. */
    until: (count: number) =>
      results.length >= count
        ? Promise.resolve()
        : new Promise<void>((done) => waiting.push({ enough: () => results.length >= count, done })),
  }
}

test('checks run in another thread, and their results come back', async () => {
  const { prober, job, results, until } = made()
  prober.start()
  prober.assign([{ number: 7, version: 3, interval_ms: 5_000, job }], 'now')
  await until(1)
  expect(results[0]).toMatchObject({ number: 7, version: 3, verdict: { status: 'up', message: '200 OK' } })
  expect(Math.abs(Date.now() - results[0]!.at)).toBeLessThan(5_000)
})

test('a look now answers when its result has been told; a dry run tells nobody', async () => {
  const { prober, job, results, site } = made()
  prober.start()
  prober.assign([{ number: 7, version: 3, interval_ms: 86_400_000, job }])
  expect(await prober.dryRun(job)).toMatchObject({ status: 'up' })
  expect(results).toHaveLength(0)
  site.answer(503)
  expect(await prober.check(7)).toMatchObject({ number: 7, verdict: { status: 'down', reason: 'status' } })
  expect(results).toHaveLength(1)
  expect(await prober.check(8)).toBeUndefined()
})

test('while this thread is busy, the other one measures the truth', async () => {
  const { prober, job, results, until } = made()
  const server = Bun.spawn(
    [
      'bun',
      '-e',
      'const s = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("ok") }); console.log(s.port)',
    ],
    {
      stdout: 'pipe',
    },
  )
  const { value } = await server.stdout.getReader().read()
  const url = `http://127.0.0.1:${new TextDecoder().decode(value).trim()}/`
  prober.start()
  const many = Array.from({ length: 20 }, (_, number) => ({
    number,
    version: 1,
    interval_ms: 60_000,
    job: { ...job, url },
  }))
  prober.assign(many, 'now')
  const until_at = performance.now() + 400
  while (performance.now() < until_at);
  await until(20)
  server.kill()
  for (const { verdict } of results) expect(verdict.response_time_ms).toBeLessThan(350)
})

test('what cannot be done is told, and the others go on', async () => {
  const { prober, job, lines } = made()
  prober.start()
  // Safe: what no schema lets through, to see what it does.
  prober.assign([{ number: 7, version: 3, interval_ms: 5_000, job: { ...job, url: '', settings: null as never } }])
  expect(await prober.dryRun(job)).toMatchObject({ status: 'up' })
  expect(lines.join()).toContain('assign: ')
})

test('a thread that dies is replaced by one that knows its monitors', async () => {
  const { prober, job, lines, until } = made(new URL('./worker.fixtures.ts', import.meta.url).href)
  prober.start()
  prober.assign([{ number: 7, version: 3, interval_ms: 5_000, job }])
  expect((await prober.dryRun(job)).message).toContain('interrupted')
  expect(lines.join()).toContain('The probing worker is replaced')
  await until(1)
  expect(await prober.dryRun(job)).toMatchObject({ status: 'up' })
})

test('a process that was asleep as a whole does not take its worker for a hanging one; one that hangs is replaced', async () => {
  const clock = createTestClock(Date.now())
  const { prober, lines } = made(undefined, clock)
  prober.start()
  await prober.settled()
  clock.sleep(600_000)
  await clock.advance(1)
  expect(lines).toEqual([])
  // Time passes in which this thread runs and hears nothing.
  await clock.advance(60_000)
  expect(lines.join()).toContain('silent')
})
