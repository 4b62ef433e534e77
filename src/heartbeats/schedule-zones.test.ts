import { expect, test } from 'bun:test'
import { CronExpressionParser } from 'cron-parser'
import { Cron } from 'croner'
import type { Schedule } from '#heartbeats/define'
import { nextAfter } from '#heartbeats/schedule'
import { groups, iso, shown, windowsOf } from '#heartbeats/schedule.fixtures'
import { spanAt } from '#kernel/wall'

const EXPRESSIONS = [
  ['*/20 * * * *', 130],
  ['0 * * * *', 44],
  ['30 */2 * * *', 24],
  ['30 2 * * *', 5],
  ['15 1-3 * * *', 10],
  ['0 0 * * *', 5],
  ['45 23 * * 0', 4],
  ['*/20 2 * * *', 12],
  ['0 0 L * *', 4],
  ['10 0,1,2,3,23 * * 1-5', 16],
  ['0 3 1 * 1', 6],
  ['5,30,55 1,2 * * *', 16],
  ['30 0 * * 6,7', 5],
] as const
const all = groups()
const jobs = all.flatMap((group) =>
  windowsOf(group).flatMap((from) =>
    EXPRESSIONS.map(([cron, count]) => ({ group, zone: group.zone, from, cron, count })),
  ),
)
type Job = (typeof jobs)[number]

function ours({ zone, from, cron, count }: Job): number[] {
  const schedule: Schedule = { kind: 'cron', cron, timezone: zone }
  const slots: number[] = []
  for (let at: number | null = from; at !== null && slots.length < count; ) {
    at = nextAfter(schedule, at)
    if (at !== null) slots.push(at)
  }
  return slots
}
const named = ({ zone, cron, from }: Job, slots: number[]) =>
  `${zone} ${cron} after ${iso(from)}: ${slots.map(iso).join(' ')}`

test('the changes of the clocks of all time zones are found', () => {
  expect(all.flatMap(({ zones }) => zones)).toHaveLength(Intl.supportedValuesOf('timeZone').length)
  expect(all.filter(({ changes }) => changes.length > 0).length).toBeGreaterThan(20)
  for (const { zone, changes } of all)
    for (const { at, by } of changes) {
      expect(`${zone} ${iso(spanAt(zone, at).from)}`).toBe(`${zone} ${iso(at)}`)
      expect(spanAt(zone, at).offset - spanAt(zone, at - 1).offset).toBe(by)
    }
})

test('croner, with the rule of cron for fixed times, agrees in all time zones around each change of the clocks', () => {
  for (const job of jobs) {
    const [, , day = '', , weekday = ''] = job.cron.split(' ')
    const domAndDow = day.startsWith('*') || weekday.startsWith('*')
    const cron = new Cron(job.cron, { timezone: job.zone, fixedTimeRule: 'no-wildcard', domAndDow })
    const theirs = cron.nextRuns(job.count, new Date(job.from)).map((at) => at.getTime())
    expect(named(job, ours(job))).toBe(named(job, theirs))
  }
}, 60_000)

/** It moves a skipped time by the length of the gap, and does not repeat an hour for `*`: other rules, hours around a change. */
const NEAR = 4 * 3_600_000
/** Where the clocks jump over midnight (Nuuk), it loses the day before with steps of hours. */
const loses = ({ group, zone, cron }: Job) =>
  cron.includes('*/2 ') &&
  group.changes.some(({ at }) => shown(zone, at).slice(0, 10) !== shown(zone, at - 1_000).slice(0, 10))
test('cron-parser agrees in all time zones but for the hours around a change', () => {
  let compared = 0
  for (const job of jobs.filter((one) => one.count <= 24 && !loses(one))) {
    const far = (slots: number[]) =>
      slots.filter((at) => job.group.changes.every((change) => Math.abs(change.at - at) > NEAR))
    const parsed = CronExpressionParser.parse(job.cron, { currentDate: new Date(job.from), tz: job.zone })
    const theirs = far(parsed.take(job.count).map((date) => date.getTime()))
    const mine = far(ours(job))
    const both = Math.min(theirs.length, mine.length)
    expect(named(job, mine.slice(0, both))).toBe(named(job, theirs.slice(0, both)))
    compared += both
  }
  expect(compared).toBeGreaterThan(4_000)
}, 60_000)

const ORACLE = `
import sys, json
from datetime import datetime, timezone
from zoneinfo import ZoneInfo
from cronsim import CronSim
for line in sys.stdin:
    zone, expression, start, count, checks = json.loads(line)
    def at(ms): return datetime.fromtimestamp(ms / 1000, timezone.utc).astimezone(ZoneInfo(zone))
    times = CronSim(expression, at(start))
    slots = [int(next(times).timestamp()) * 1000 for _ in range(count)]
    print(json.dumps([slots, [int(at(ms).utcoffset().total_seconds()) * 1000 for ms in checks]]))
`
const python = Bun.which('python3')
const hasCronsim = python !== null && Bun.spawnSync([python, '-c', 'import cronsim']).exitCode === 0
if (!hasCronsim) console.log('skipped: cronsim of Python, which Healthchecks uses (python3 -m pip install cronsim)')

/** cronsim steps by whole hours of real time, so that it misses the first half of a day's hour after a change by half an hour. */
const halfHour = ({ group, cron }: Job) =>
  cron === '*/20 2 * * *' && group.changes.some(({ by }) => Math.abs(by) === 1_800_000)
/** Its time zones are those of the machine, which may be of another year than ours. */
const checksOf = ({ from, group }: Job) => [from, ...group.changes.flatMap(({ at }) => [at - 1_000, at])]
const agrees = () => {
  const lines = jobs.map((job) => JSON.stringify([job.zone, job.cron, job.from, job.count, checksOf(job)]))
  const run = Bun.spawnSync([python ?? '', '-c', ORACLE], { stdin: Buffer.from(`${lines.join('\n')}\n`) })
  const answers = run.stdout.toString().trim().split('\n')
  expect(run.stderr.toString()).toBe('')
  let compared = 0
  for (const [i, job] of jobs.entries()) {
    // Safe: the program above prints just this.
    const [theirs, offsets] = JSON.parse(answers[i] ?? '') as [number[], number[]]
    const same = checksOf(job).every((at, j) => spanAt(job.zone, at).offset === offsets[j])
    if (!same || halfHour(job)) continue
    expect(named(job, ours(job))).toBe(named(job, theirs))
    compared++
  }
  expect(compared).toBeGreaterThan(jobs.length * 0.8)
}
test.skipIf(!hasCronsim)(
  'cronsim, which Healthchecks uses, agrees in all time zones around each change',
  agrees,
  60_000,
)

test('in every time zone, slots come one after the other, are found from wherever one asks, and show the time asked for', () => {
  for (const { zones, changes } of all)
    for (const zone of zones.slice(0, 3)) {
      const schedule: Schedule = { kind: 'cron', cron: '30 1,2 * * *', timezone: zone }
      let at = (changes[0]?.at ?? Date.UTC(2026, 5, 1)) - 30 * 3_600_000
      for (let i = 0; i < 6; i++) {
        const next = nextAfter(schedule, at) ?? 0
        expect(next).toBeGreaterThan(at)
        for (const between of [next - 1, Math.floor((at + next) / 2)]) expect(nextAfter(schedule, between)).toBe(next)
        const moved = changes.some((change) => change.at === next)
        if (!moved) expect(shown(zone, next)).toMatch(/T0[12]:30:00$/)
        at = next
      }
    }
})
