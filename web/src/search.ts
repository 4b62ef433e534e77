// What the addresses may carry after the question mark. Wrong values are dropped, never an error page.
import { heartbeatStatuses } from '#contract/heartbeats'
import { incidentStatuses, monitorStatuses } from '#contract/statuses'
import type { HeartbeatStatus, IncidentStatus, MonitorStatus } from '@/types'

type Raw = Record<string, unknown>
const text = (value: unknown): string | undefined => {
  // The router reads `?q=503` as a number.
  const line = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  return line === '' ? undefined : line.slice(0, 500)
}
/** A path of this app with its own search, as long as what another program asks for may be. */
const path = (value: unknown): string | undefined => (typeof value === 'string' ? value.slice(0, 4096) : undefined)
const oneOf = <T extends string>(value: unknown, values: readonly T[]): T | undefined =>
  values.find((one) => one === value)
const page = (value: unknown): number | undefined => {
  const number = Number(value)
  return Number.isInteger(number) && number > 1 ? number : undefined
}

export const monitorSorts = ['status', 'name', '-name', 'created_at', '-created_at'] as const
export type MonitorSort = (typeof monitorSorts)[number]
export type MonitorsSearch = {
  q?: string
  status?: MonitorStatus
  type?: string
  tag?: string
  sort?: MonitorSort
  page?: number
}
export const monitorsSearch = (raw: Raw): MonitorsSearch => ({
  q: text(raw.q),
  status: oneOf(raw.status, monitorStatuses),
  type: text(raw.type),
  tag: text(raw.tag),
  sort: oneOf(raw.sort, monitorSorts),
  page: page(raw.page),
})

export const monitorTabs = ['overview', 'checks', 'evidence', 'incidents', 'settings'] as const
export type MonitorTab = (typeof monitorTabs)[number]
export const ranges = ['1h', '24h', '7d', '30d', '90d'] as const
export type Range = (typeof ranges)[number]
export type MonitorSearch = { tab?: MonitorTab; range?: Range; region?: string; page?: number; status?: string }
export const monitorSearch = (raw: Raw): MonitorSearch => ({
  tab: oneOf(raw.tab, monitorTabs),
  range: oneOf(raw.range, ranges),
  region: text(raw.region),
  page: page(raw.page),
  status: text(raw.status),
})

export const heartbeatSorts = ['status', 'name', 'last_ping', 'expected'] as const
export type HeartbeatSort = (typeof heartbeatSorts)[number]
/** Of both kinds of heartbeats. */
export type HeartbeatsSearch = {
  q?: string
  status?: HeartbeatStatus | 'problems'
  tag?: string
  sort?: HeartbeatSort
  page?: number
}
export const heartbeatsSearch = (raw: Raw): HeartbeatsSearch => ({
  q: text(raw.q),
  status: oneOf(raw.status, [...heartbeatStatuses, 'problems']),
  tag: text(raw.tag),
  sort: oneOf(raw.sort, heartbeatSorts),
  page: page(raw.page),
})
const heartbeatTabs = ['overview', 'runs', 'calendar', 'pings', 'incidents', 'report', 'settings'] as const
export type HeartbeatTab = (typeof heartbeatTabs)[number]
/** `month` as `2026-11`, `kind` of pings. */
export type HeartbeatSearch = { tab?: HeartbeatTab; range?: Range; page?: number; kind?: string; month?: string }
export const heartbeatSearch = (raw: Raw): HeartbeatSearch => ({
  tab: oneOf(raw.tab, heartbeatTabs),
  range: oneOf(raw.range, ranges),
  page: page(raw.page),
  kind: text(raw.kind),
  month: text(raw.month),
})

export type IncidentsSearch = {
  status?: IncidentStatus | 'active' | 'all'
  q?: string
  severity?: string
  page?: number
}
export const incidentsSearch = (raw: Raw): IncidentsSearch => ({
  status: oneOf(raw.status, [...incidentStatuses, 'active', 'all']),
  q: text(raw.q),
  severity: text(raw.severity),
  page: page(raw.page),
})

export const scheduleRanges = ['week', 'fortnight', 'month'] as const
export type ScheduleRange = (typeof scheduleRanges)[number]
export const scheduleZones = ['schedule', 'mine', 'utc'] as const
export type ScheduleZone = (typeof scheduleZones)[number]
/** `from`: the first day that is shown, as `2026-11-23`. */
export type ScheduleSearch = { range?: ScheduleRange; from?: string; zone?: ScheduleZone }
export const scheduleSearch = (raw: Raw): ScheduleSearch => ({
  range: oneOf(raw.range, scheduleRanges),
  from: /^2[01]\d\d-\d\d-\d\d$/.test(String(raw.from)) ? String(raw.from) : undefined,
  zone: oneOf(raw.zone, scheduleZones),
})
/** About whom or what a rule is tried, or a moment is simulated. */
export type SimulatorSearch = { monitor?: string; heartbeat?: string; at?: string }
export const simulatorSearch = (raw: Raw): SimulatorSearch => ({
  monitor: text(raw.monitor),
  heartbeat: text(raw.heartbeat),
  at: text(raw.at),
})

export type PageSearch = { page?: number }
export const pageSearch = (raw: Raw): PageSearch => ({ page: page(raw.page) })
/** `?type=` preselects a type. */
export type TypeSearch = { type?: string }
export const typeSearch = (raw: Raw): TypeSearch => ({ type: text(raw.type) })
/** Which message, and of which channel. */
export type TemplatesSearch = { event?: string; channel?: string }
export const templatesSearch = (raw: Raw): TemplatesSearch => ({ event: text(raw.event), channel: text(raw.channel) })
/** The server sends people here with `return`, the app itself with `return_to`. */
export type SignInSearch = { return_to?: string; problem?: string }
export const signInSearch = (raw: Raw): SignInSearch => ({
  return_to: path(raw.return_to) ?? path(raw.return),
  problem: text(raw.problem),
})
/** Links in mails. */
export type TokenSearch = { token?: string }
export const tokenSearch = (raw: Raw): TokenSearch => ({ token: text(raw.token) })
export type ConsentSearch = { request?: string; problem?: string }
export const consentSearch = (raw: Raw): ConsentSearch => ({ request: text(raw.request), problem: text(raw.problem) })
/** How linking an account elsewhere ended. */
export type SecuritySearch = { linked?: string; problem?: string }
export const securitySearch = (raw: Raw): SecuritySearch => ({ linked: text(raw.linked), problem: text(raw.problem) })
export type SetupSearch = { token?: string; step?: string }
export const setupSearch = (raw: Raw): SetupSearch => ({ token: text(raw.token), step: text(raw.step) })
export type RegisterSearch = { invitation?: string; email?: string }
export const registerSearch = (raw: Raw): RegisterSearch => ({
  invitation: text(raw.invitation),
  email: text(raw.email),
})
