import { expect, test } from 'bun:test'
import type { Heartbeat } from '@/types'
import { bodyOf, draftOf, emptyDraft, scheduleOf } from './draft'

const empty = emptyDraft('Europe/Berlin')

test('a new heartbeat is expected once a day, in the zone of the workspace', () => {
  expect(bodyOf({ ...empty, name: ' Backup ' })).toMatchObject({
    name: 'Backup',
    schedule: { kind: 'interval', every_s: 86_400, timezone: 'Europe/Berlin' },
    ...{ grace_s: 300, per_day: null, runbook_url: null },
  })
  expect(bodyOf(empty)).not.toHaveProperty('slug')
})

test('only what belongs to the kind of schedule is sent', () => {
  const draft = { ...empty, cron: '15 3 * * *', oncalendar: 'daily' }
  expect(scheduleOf(draft)).toEqual({ kind: 'interval', every_s: 86_400, timezone: 'Europe/Berlin' })
  expect(scheduleOf({ ...draft, kind: 'cron' })).toEqual({
    kind: 'cron',
    cron: '15 3 * * *',
    timezone: 'Europe/Berlin',
  })
  expect(scheduleOf({ ...draft, kind: 'oncalendar' })).toMatchObject({ oncalendar: 'daily' })
})

test('every weekday is no rule; days off are read from lines, commas or spaces', () => {
  expect(scheduleOf({ ...empty, weekdays: [5, 1], except: '12-25, 2026-12-24\n01-01 ' }).only).toEqual({
    weekdays: [1, 5],
    except: ['12-25', '2026-12-24', '01-01'],
  })
  expect(scheduleOf(empty)).not.toHaveProperty('only')
})

test('bounds may be left open or typed with a comma; what is no number is left for the server to refuse', () => {
  const numbers = [
    { name: ' rows ', min: '1', max: '' },
    { name: 'share', min: '', max: '0,5' },
    { name: 'odd', min: 'many', max: '' },
  ]
  expect(bodyOf({ ...empty, numbers }).numbers).toEqual([
    { name: 'rows', min: 1 },
    { name: 'share', max: 0.5 },
    { name: 'odd', min: 'many' },
  ])
})

test('what the server has comes back as it was', () => {
  const filter = { post_only: true, rules: [], otherwise: 'log' }
  const schedule = { kind: 'cron', cron: '0 4 * * 1', timezone: 'UTC', only: { weekdays: [1, 2], except: ['12-25'] } }
  const numbers = [{ name: 'rows', min: 0 }]
  const wire = {
    ...{ name: 'Backup', tags: ['db'], schedule, grace_s: 60, max_runtime_s: 90, min_interval_s: 30, failures: 2 },
    ...{ per_day: { max: 3 }, watch_duration: true, manual_resume: true, numbers, filter, severity: 'low' },
    ...{ reminder_interval_s: 900, runbook_url: null, description: 'Why', enabled: false, name_slug: 'backup' },
  }
  // Safe: the draft is made of these fields alone.
  expect(bodyOf(draftOf(wire as unknown as Heartbeat))).toEqual(wire as unknown as ReturnType<typeof bodyOf>)
})
