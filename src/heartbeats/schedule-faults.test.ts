import { expect, test } from 'bun:test'
import type { Calendar, Schedule } from '#heartbeats/define'
import { scheduleFaults } from '#heartbeats/schedule'

const cron = (text: string, timezone = 'Europe/Berlin', only?: Calendar): Schedule => ({
  kind: 'cron',
  cron: text,
  timezone,
  ...(only && { only }),
})
const calendar = (oncalendar: string, timezone = 'Europe/Berlin'): Schedule => ({
  kind: 'oncalendar',
  oncalendar,
  timezone,
})
const every = (every_s: number, timezone: string, only?: Calendar): Schedule => ({
  kind: 'interval',
  every_s,
  timezone,
  ...(only && { only }),
})
const faults: [string, string][] = [
  ['* * * *', 'has 4 fields and must have five: minute, hour, day of the month, month, day of the week'],
  ['', 'has 0 fields and must have five: minute, hour, day of the month, month, day of the week'],
  [
    '0 * * * * *',
    'has 6 fields and must have five: minute, hour, day of the month, month, day of the week; seconds are not supported',
  ],
  [
    '0 3 * * * /usr/bin/x',
    'has 6 fields and must have five: minute, hour, day of the month, month, day of the week; leave the command out',
  ],
  ['CRON_TZ=UTC 0 3 * * *', 'begins with a setting; the time zone has a field of its own'],
  ['60 * * * *', 'has a wrong minute (field 1 of 5): 60 is not 0 to 59'],
  ['0 3 0 * *', 'has a wrong day of the month (field 3 of 5): 0 is not 1 to 31'],
  ['0 3 * JANUARY *', 'has a wrong month (field 4 of 5): JANUARY is not 1 to 12, or JAN to DEC'],
  ['0 3 * * 8', 'has a wrong day of the week (field 5 of 5): 8 is not 0 to 7, or SUN to SAT'],
  [
    '0 3 * * FRI-SUN',
    'has a wrong day of the week (field 5 of 5): FRI-SUN goes backwards; Sunday at the end of a range is 7',
  ],
  ['0 22-2 * * *', 'has a wrong hour (field 2 of 5): 22-2 goes backwards; write 22-23,0-2'],
  ['*/0 * * * *', 'has a wrong minute (field 1 of 5): the step after the slash must be a number from 1, not 0'],
  ['0 0 ? * *', 'has a wrong day of the month (field 3 of 5): ? is of another cron (Quartz); write *'],
  ['1,,2 * * * *', 'has a wrong minute (field 1 of 5): a number is missing'],
  ['0 0 * * 1#6', 'has a wrong day of the week (field 5 of 5): after # comes 1 to 5, not 6'],
  ['@reboot', 'has no times: nobody knows when the machine starts'],
  ['0 0 30 2 *', 'never comes, in no year from 2024 on'],
]
test('what is wrong with an expression is said with the field, the place and what is allowed', () => {
  for (const [expression, fault] of faults) expect(scheduleFaults(cron(expression))).toEqual({ 'schedule.cron': fault })
  for (const fine of ['@daily', '5/15 * * * *', '0 0 29 2 *', '0 0 31 1-12 *', '0 0 31 2 1', '* * * * SUN-FRI'])
    expect([fine, scheduleFaults(cron(fine))]).toEqual([fine, {}])
})

test('what is wrong with the rest of a schedule is said under its own field', () => {
  expect(scheduleFaults(cron('@daily', 'Mars/Olympus'))).toEqual({
    'schedule.timezone': 'is not a time zone such as Europe/Berlin',
  })
  expect(scheduleFaults(every(9, 'UTC'))).toEqual({ 'schedule.every_s': 'must be 10 to 31536000 seconds' })
  expect(Object.keys(scheduleFaults(cron('@daily', 'UTC', { weekdays: [], except: ['02-30'] })))).toEqual([
    'schedule.only.weekdays',
    'schedule.only.except',
  ])
  expect(scheduleFaults(cron('0 0 25 12 *', 'UTC', { except: ['12-25'] }))).toEqual({
    'schedule.only': 'leaves none of the times of the schedule',
  })
  expect(scheduleFaults(calendar('2026-05-01'))).toEqual({})
  expect(scheduleFaults(calendar('2026-05-01'), Date.UTC(2027, 0, 1))).toEqual({
    'schedule.oncalendar': 'never comes, in no year from 2027 on',
  })
})
