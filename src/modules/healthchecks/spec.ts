import { scheduleFaults } from '#heartbeats/schedule'
import { fail } from '#kernel/fail'

/** What a client of Healthchecks may send about a check; see their documentation of the management API. */
export type Spec = {
  channels?: string
  desc?: string
  failure_kw?: string
  filter_subject?: boolean
  filter_body?: boolean
  filter_http_body?: boolean
  filter_default_fail?: boolean
  grace?: number
  manual_resume?: boolean
  methods?: '' | 'POST'
  name?: string
  schedule?: string
  slug?: string
  start_kw?: string
  subject?: string
  subject_fail?: string
  success_kw?: string
  tags?: string
  timeout?: number
  tz?: string
  unique?: Unique[]
}
const uniques = ['name', 'slug', 'tags', 'timeout', 'grace'] as const
type Unique = (typeof uniques)[number]

/** Their sentence for what is wrong, with the place where the name of the field goes. */
type Fault = string | undefined
type Judge = (value: unknown) => Fault

const text =
  (most: number, more: (value: string) => Fault = () => undefined): Judge =>
  (value) => {
    if (typeof value !== 'string') return '% is not a string'
    return value.length > most ? '% is too long' : more(value)
  }
const bool: Judge = (value) => (typeof value === 'boolean' ? undefined : '% is not a boolean')
const seconds: Judge = (value) => {
  if (typeof value !== 'number' || !Number.isInteger(value)) return '% is not a number'
  if (value < 60) return '% is too small'
  return value > 31_536_000 ? '% is too large' : undefined
}
const pattern = (value: string): Fault => (/^[a-z0-9_-]*$/.test(value) ? undefined : '% does not match pattern')
const zone = (value: string): Fault => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: value })
    return undefined
  } catch {
    return '% is not a valid timezone'
  }
}
/** One line of five words is cron; anything else is read as systemd reads it. */
export const isCron = (schedule: string) => !schedule.trim().includes('\n') && schedule.trim().split(/\s+/).length === 5
const expression = (value: string): Fault => {
  const schedule = isCron(value)
    ? ({ kind: 'cron', cron: value.trim(), timezone: 'UTC' } as const)
    : ({ kind: 'oncalendar', oncalendar: value.trim(), timezone: 'UTC' } as const)
  const fine = value.trim() !== '' && Object.keys(scheduleFaults(schedule)).length === 0
  return fine ? undefined : '% is not a valid cron or OnCalendar expression'
}
const methods: Judge = (value) => (value === '' || value === 'POST' ? undefined : '% has unexpected value')
const unique: Judge = (value) => {
  if (!Array.isArray(value)) return '% is not an array'
  const known = value.every((one) => (uniques as readonly unknown[]).includes(one))
  return known ? undefined : "an item in '%' has unexpected value"
}

/** In their order: the first that is wrong is named, as a client of theirs expects. */
const judges: Record<keyof Spec, Judge> = {
  channels: text(10_000),
  desc: text(2_000),
  failure_kw: text(200),
  filter_subject: bool,
  filter_body: bool,
  filter_http_body: bool,
  filter_default_fail: bool,
  grace: seconds,
  manual_resume: bool,
  methods,
  name: text(100),
  schedule: text(100, expression),
  slug: text(100, pattern),
  start_kw: text(200),
  subject: text(200),
  subject_fail: text(200),
  success_kw: text(200),
  tags: text(500),
  timeout: seconds,
  tz: text(64, zone),
  unique,
}

export const wrong = (sentence: string) => fail('BAD_REQUEST', { message: `json validation error: ${sentence}` })

/** A body as they would read it: fields of other names are none of its business. */
export function specOf(body: Record<string, unknown>): Spec {
  const out: Record<string, unknown> = {}
  for (const [name, judge] of Object.entries(judges)) {
    if (!Object.hasOwn(body, name)) continue
    const fault = judge(body[name])
    if (fault) throw wrong(fault.replace('%', name))
    out[name] = body[name]
  }
  // Safe: every field that is there was judged.
  return out as Spec
}
