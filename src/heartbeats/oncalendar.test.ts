import { expect, test } from 'bun:test'
import type { Schedule } from '#heartbeats/define'
import { nextAfter, scheduleFaults } from '#heartbeats/schedule'
import { groups, iso, shown, windowsOf } from '#heartbeats/schedule.fixtures'
import { spanAt } from '#kernel/wall'

const program = Bun.which('systemd-analyze')
const date = Bun.which('date')
// A machine without systemd's own library has no calendar either.
const works = program !== null && Bun.spawnSync([program, 'calendar', 'daily']).exitCode === 0 && date !== null
if (!works) console.log('skipped: systemd-analyze calendar, the program that OnCalendar belongs to (apt: systemd)')

const on = (oncalendar: string, timezone: string): Schedule => ({ kind: 'oncalendar', oncalendar, timezone })
function ours(schedule: Schedule, from: number, count: number): string[] {
  const slots: string[] = []
  for (let at: number | null = from; at !== null && slots.length < count; ) {
    at = nextAfter(schedule, at)
    if (at !== null) slots.push(iso(at).slice(0, 19))
  }
  return slots
}
/** The next times of each expression by systemd, in UTC; nothing for an expression that it refuses. */
function theirs(expressions: string[], zone: string, from: number, count: number): string[][] {
  const base = `--base-time=${iso(from).slice(0, 19).replace('T', ' ')} UTC`
  const run = Bun.spawnSync([program ?? '', 'calendar', `--iterations=${count}`, base, ...expressions], {
    env: { PATH: process.env.PATH, TZ: zone, LC_ALL: 'C.UTF-8' },
  })
  const blocks = run.stdout.toString().split(/^ *Normalized form: .*$/m)
  return blocks.slice(1).map((block) => {
    const lines = block.split('\n')
    const inUtc = lines.filter((line) => line.includes('(in UTC)'))
    const times = inUtc.length > 0 ? inUtc : lines.filter((line) => /Next elapse|Iter\./.test(line))
    return times.flatMap((line) => /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.exec(line)?.[0].replace(' ', 'T') ?? [])
  })
}

/**
 * Of a time that comes twice, systemd takes the first or the second, whichever is nearer to what its C library was asked
 * before: seen with `*-*~01 00:00` where midnight is repeated. Ours is always the first.
 */
function isTwin(zone: string, at: string, mine: string | undefined): boolean {
  const [one, other] = [Date.parse(`${at}Z`), Date.parse(`${mine}Z`)]
  return other < one && one - other <= 7_200_000 && shown(zone, one) === shown(zone, other)
}

const EVERYWHERE = [
  '*:0/20',
  'hourly',
  '02:30',
  '*-*-* 01..03:15',
  'daily',
  'Sun 23:45',
  '*-*~01 00:00',
  'Mon..Fri 0,2,23:10:30',
]

test.skipIf(!works)(
  'systemd itself agrees in all time zones around each change of the clocks',
  () => {
    let [compared, twins] = [0, 0]
    for (const group of groups()) {
      // Its time zones are those of the machine, which may be of another year than ours.
      const checks = group.changes.flatMap(({ at }) => [at - 1_000, at])
      const answer = Bun.spawnSync([date ?? '', '-f', '-', '+%:z'], {
        env: { TZ: group.zone },
        stdin: Buffer.from(`${checks.map((at) => `@${at / 1_000}`).join('\n')}\n`),
      })
      const offsets = answer.stdout.toString().trim().split('\n')
      const known = (at: number, i: number) => {
        const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(offsets[i] ?? '') ?? []
        return (
          spanAt(group.zone, at).offset === (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60_000 : 60_000)
        )
      }
      if (!checks.every(known)) continue
      for (const from of windowsOf(group)) {
        const answers = theirs(EVERYWHERE, group.zone, from, 30)
        for (const [i, expression] of EVERYWHERE.entries()) {
          const mine = ours(on(expression, group.zone), from, 30)
          const other = (answers[i] ?? []).map((at, j) => (isTwin(group.zone, at, mine[j]) ? `${mine[j]}` : at))
          expect(`${group.zone} ${expression} ${mine.join(' ')}`).toBe(`${group.zone} ${expression} ${other.join(' ')}`)
          twins += other.filter((at, j) => at !== answers[i]?.[j]).length
          compared++
        }
      }
    }
    expect(compared).toBeGreaterThan(1_000)
    expect(twins).toBeLessThan(20)
  },
  60_000,
)

const listed = (text: string) => text.trim().split(/; |\n */)
const GOOD = listed(`
  minutely; hourly; daily; weekly; monthly; quarterly; semiannually; yearly; annually; Daily
  *-*-* 02:00:00; 02:00; 2:3; *-*-1..5; *-*-1..31/2; *-*-01,15 12:00; *-02-29; Mon *-*-29; *:0/59
  Mon,; Mon, 12:00; Mon-Fri; Monday..Wed,Sun 10:00; Sat,Mon; *:*:0/17; *:*:*; 10:00..12:00; 0/6:30
  *-*~1; *-*~28; *-*~7/2 12:00; *-*~1..7; *-*~1..7/2; *-2~3; *-*~01,05; 27-03~05; 2027..2029-06-06
  2028-02-29; *-1/3-1; *-06..08-* 06:00; 26-12-24; 1,2,3:00; Fri *-*~07/1 17:00; 12:00 UTC; 12:00 utc
  Mon..Fri 12:00 America/New_York; daily Asia/Kathmandu; 5..5:00; 1..3/5:00; 1..3/60:00; *-*-* *:*; Sun *-*-*; Mon *-*
  *-*-13 Europe/Berlin; 2026/2-01-01; *-*-31 23:59:59; 00:00:00..30/10; Mon *-02-29`)
const BAD = listed(`
  02; *; 25:00; 12:60; 12:00:60; 12:; :00; */5:00; *:*/5; *:*:*/5; *:0/60; 23/2:00
  *-*~29; *-*~0; *-*~1/2; *-13-01; *-*-32; *-*-0; 1969-01-01; 2200-01-01; Sat..Mon; Mon..; Mon Tue 12:00
  Mon.. Fri; Foo; Monda; 12:00 CEST; 12:00 Europe/Nowhere; 12:00 Mon; 12:00 *-*-*; *-*-* *; 5..1:00; 1..2..3:00
  1/2/3:00; 1,:00; ,1:00; 1:00:00:00; 1-2-3-4; *~*~1; ~1; -1-1; daily weekly; fortnightly; 0x1:00; 1e1:00`)

test('what OnCalendar means is read', () => {
  for (const expression of GOOD) expect([expression, scheduleFaults(on(expression, 'UTC'))]).toEqual([expression, {}])
})
test('what OnCalendar does not know is refused with a sentence', () => {
  for (const expression of ['', ' ', ...BAD]) {
    const fault = scheduleFaults(on(expression, 'UTC'))['schedule.oncalendar'] ?? ''
    expect([expression, fault.length > 10]).toEqual([expression, true])
  }
})

test.skipIf(!works)('systemd itself reads the same expressions, refuses the same, and has the same times', () => {
  const from = Date.UTC(2026, 1, 26, 13, 7, 5)
  for (const expression of BAD) expect([expression, theirs([expression], 'UTC', from, 1)]).toEqual([expression, []])
  for (const zone of ['UTC', 'Europe/Berlin'])
    for (const expression of GOOD) {
      const [times = []] = theirs([expression], zone, from, 12)
      // systemd ends with the year 2199.
      const mine = ours(on(expression, zone), from, 12).filter((at) => at < '2200')
      expect([expression, mine]).toEqual([expression, times])
    }
})

test('several expressions, one a line, each with a time zone of its own, are one schedule', () => {
  const schedule = on('06:00\n\n 18:00 Asia/Kathmandu \r\nSat,Sun 12:00', 'Europe/Berlin')
  expect(scheduleFaults(schedule)).toEqual({})
  // A Friday and a Saturday; Kathmandu is 5:45 ahead of UTC.
  expect(ours(schedule, Date.UTC(2026, 0, 9), 5)).toEqual([
    '2026-01-09T05:00:00',
    '2026-01-09T12:15:00',
    '2026-01-10T05:00:00',
    '2026-01-10T11:00:00',
    '2026-01-10T12:15:00',
  ])
  expect(scheduleFaults(on('06:00\n26:00', 'UTC'))['schedule.oncalendar']).toBe(
    'has a wrong hour: 26 is not 0 to 23 (line 2)',
  )
  expect(scheduleFaults(on('06:00\n'.repeat(21), 'UTC'))['schedule.oncalendar']).toBe('must have at most 20 lines')
})
