import { afterAll, describe, expect, test } from 'bun:test'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Schedule } from '@/types'
import { JOB, shortest, snippet, type Way } from './snippets'
import { calendarsOf, timerOf } from './systemd'

const programs = { curl: 'curl', wget: 'wget', python3: 'python3', pwsh: 'pwsh', 'systemd-analyze': 'systemd-analyze' }
for (const name of Object.values(programs))
  if (!Bun.which(name)) console.warn(`skipped: examples for ${name}, which is not installed`)
const has = (name: keyof typeof programs) => Bun.which(programs[name]) !== null

const folder = mkdtempSync(join(tmpdir(), 'xinex-snippets-'))
const heard: { path: string; rid: string | null; query: string; body: string }[] = []
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch: async (request) => {
    const url = new URL(request.url)
    heard.push({
      ...{ path: url.pathname, rid: url.searchParams.get('rid'), query: url.search },
      body: await request.text(),
    })
    return new Response('OK')
  },
})
const url = `http://127.0.0.1:${server.port}/api/v1/hb/8d2f0c1e-0000-4000-8000-00000000000a`
afterAll(async () => {
  await server.stop(true)
  rmSync(folder, { recursive: true })
})

const about = { name: 'Nightly backup', schedule: { kind: 'cron', cron: '15 3 * * *', timezone: 'UTC' } } as const
const file = (name: string, text: string, mode = 0o755) => {
  const path = join(folder, name)
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}
const jobs = {
  good: file('good', '#!/bin/sh\necho \'all "fine" @home\'\n'),
  bad: file('bad', '#!/bin/sh\necho broken >&2\nexit 3\n'),
}

/** Runs an example as it stands, with a job that ends as it should, and answers what was reported. */
async function reported(text: string, job: keyof typeof jobs, ...command: string[]) {
  heard.length = 0
  const script = file('example', text.replaceAll(JOB, jobs[job]))
  const run = Bun.spawn([...command, script], { stdout: 'pipe', stderr: 'pipe' })
  const said = await new Response(run.stderr).text()
  return { code: await run.exited, said }
}
const path = (end: string) => `${new URL(url).pathname}${end}`
const sameRun = () => {
  expect(heard[0]?.rid).toBeTruthy()
  expect(new Set(heard.map(({ rid }) => rid)).size).toBe(1)
}

describe('an example reports how its job began and ended', () => {
  test.skipIf(!has('curl'))('curl, with the end of the output', async () => {
    expect((await reported(snippet('curl', url, about), 'good', 'sh')).code).toBe(0)
    expect(heard).toMatchObject([{ path: path('/start') }, { path: path('/0'), body: 'all "fine" @home\n' }])
    sameRun()
    expect((await reported(snippet('curl', url, about), 'bad', 'sh')).code).toBe(3)
    expect(heard).toMatchObject([{ path: path('/start') }, { path: path('/3'), body: 'broken\n' }])
  })

  test.skipIf(!has('wget'))('wget', async () => {
    expect((await reported(snippet('wget', url, about), 'bad', 'sh')).code).toBe(3)
    expect(heard).toMatchObject([{ path: path('/start') }, { path: path('/3') }])
    sameRun()
  })

  test.skipIf(!has('curl'))('a line of the crontab, without what cron reads off it', async () => {
    const line = snippet('cron', url, about)
    expect(line.startsWith('15 3 * * * ')).toBe(true)
    // A percent sign would end the command.
    expect(line).not.toContain('%')
    await reported(line.slice('15 3 * * * '.length), 'bad', 'sh')
    expect(heard).toMatchObject([{ path: path('/start') }, { path: path('/3') }])
    sameRun()
  })

  test.skipIf(!has('python3'))('Python', async () => {
    expect(await reported(snippet('python', url, about), 'good', 'python3')).toMatchObject({ code: 0, said: '' })
    expect(heard).toMatchObject([
      { path: path('/start') },
      { path: path(''), query: expect.stringContaining('&rows=1200') },
    ])
    sameRun()
    expect((await reported(snippet('python', url, about), 'bad', 'python3')).code).toBe(1)
    expect(heard).toMatchObject([{ path: path('/start') }, { path: path('/fail'), body: expect.stringContaining('3') }])
  })

  test('TypeScript', async () => {
    const text = snippet('typescript', url, about)
    expect((await reported(text, 'good', process.execPath, 'run')).code).toBe(0)
    expect(heard).toMatchObject([{ path: path('/start') }, { path: path('') }])
    sameRun()
    const broken = text.replace('// Your job.', "throw new Error('disk full')")
    expect((await reported(broken, 'good', process.execPath, 'run')).code).toBe(1)
    expect(heard).toMatchObject([{ path: path('/start') }, { path: path('/fail'), body: 'Error: disk full' }])
  })

  test.skipIf(!has('pwsh'))('PowerShell', async () => {
    await reported(snippet('powershell', url, about), 'bad', 'pwsh', '-NoProfile', '-File')
    expect(heard).toMatchObject([{ path: path('/start') }, { path: path('/fail') }])
    sameRun()
  })

  test.skipIf(!has('curl'))('Docker, with another program in its place', async () => {
    const text = snippet('docker', url, about).replace('docker run --rm your-image ', '')
    expect((await reported(text, 'bad', 'sh')).code).toBe(3)
    expect(heard).toMatchObject([{ path: path('/start') }, { path: path('/3') }])
  })

  test.skipIf(!has('curl'))('the shortest says nothing when the job fails', async () => {
    await reported(shortest(url), 'good', 'sh')
    expect(heard).toMatchObject([{ path: path('') }])
    await reported(shortest(url), 'bad', 'sh')
    expect(heard).toEqual([])
  })
})

test('every example has the address', () => {
  const every: Way[] = ['curl', 'wget', 'cron', 'systemd', 'python', 'typescript', 'powershell', 'docker', 'github']
  expect(every.filter((way) => !snippet(way, url, about).includes(url))).toEqual([])
})

const crontabs = [
  ['15 3 * * *', ['*-*-* 03:15:00']],
  ['*/5 * * * *', ['*-*-* *:00/5:00']],
  ['0 8 * * 1-5', ['Mon..Fri *-*-* 08:00:00']],
  ['0 0,12 1 */3 *', ['*-01/3-01 00,12:00:00']],
  ['30 4 1 * 0', ['*-*-01 04:30:00', 'Sun *-*-* 04:30:00']],
] as const
test.each(crontabs)('the times of the crontab %s are those of the timer', async (cron, calendars) => {
  expect(calendarsOf(cron)).toEqual([...calendars])
  if (!has('systemd-analyze')) return
  const analyze = Bun.spawn(['systemd-analyze', 'calendar', ...calendars], { stdout: 'ignore', stderr: 'ignore' })
  expect(await analyze.exited).toBe(0)
})

test('a timer names the zone once, and says so where a crontab has no such times', () => {
  const zoned = (schedule: Partial<Schedule>) => timerOf({ kind: 'oncalendar', timezone: 'Europe/Berlin', ...schedule })
  expect(zoned({ oncalendar: 'daily\nMon 08:00 America/New_York' })).toEqual([
    'OnCalendar=daily Europe/Berlin',
    'OnCalendar=Mon 08:00 America/New_York',
  ])
  expect(zoned({ kind: 'interval', every_s: 600 })).toEqual(['OnBootSec=1min', 'OnUnitActiveSec=600s'])
  expect(zoned({ kind: 'cron', cron: '@daily' })[0]).toContain('@daily')
})

test.skipIf(!has('systemd-analyze'))('systemd takes the service and its timer', async () => {
  const units = snippet('systemd', url, { ...about, name: '50 % off' })
    .replaceAll(JOB, jobs.good)
    .split(/^# .*$/m)
    .filter((part) => part.trim())
  const service = file('job.service', units[0] ?? '', 0o644)
  const timer = file('job.timer', units[1] ?? '', 0o644)
  const verify = Bun.spawn(['systemd-analyze', 'verify', '--man=no', service, timer], { stderr: 'pipe' })
  const said = await new Response(verify.stderr).text()
  expect(said.split('\n').filter((line) => /job\.(service|timer)/.test(line))).toEqual([])
})
