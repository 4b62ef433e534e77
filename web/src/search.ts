// What the addresses may carry after the question mark. Wrong values are dropped, never an error page.
import { incidentStatuses, monitorStatuses } from '#contract/statuses'
import type { IncidentStatus, MonitorStatus } from '@/types'

type Raw = Record<string, unknown>
const text = (value: unknown): string | undefined => {
  // The router reads `?q=503` as a number.
  const line = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  return line === '' ? undefined : line.slice(0, 500)
}
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

export const monitorTabs = ['overview', 'checks', 'incidents', 'settings'] as const
export type MonitorTab = (typeof monitorTabs)[number]
export const ranges = ['1h', '24h', '7d', '30d', '90d'] as const
export type Range = (typeof ranges)[number]
export type MonitorSearch = { tab?: MonitorTab; range?: Range; page?: number; status?: string }
export const monitorSearch = (raw: Raw): MonitorSearch => ({
  tab: oneOf(raw.tab, monitorTabs),
  range: oneOf(raw.range, ranges),
  page: page(raw.page),
  status: text(raw.status),
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

export type PageSearch = { page?: number }
export const pageSearch = (raw: Raw): PageSearch => ({ page: page(raw.page) })
/** `?type=` preselects a type. */
export type TypeSearch = { type?: string }
export const typeSearch = (raw: Raw): TypeSearch => ({ type: text(raw.type) })
export type SignInSearch = { return_to?: string }
export const signInSearch = (raw: Raw): SignInSearch => ({ return_to: text(raw.return_to) })
export type SetupSearch = { token?: string; step?: string }
export const setupSearch = (raw: Raw): SetupSearch => ({ token: text(raw.token), step: text(raw.step) })
export type RegisterSearch = { invitation?: string; email?: string }
export const registerSearch = (raw: Raw): RegisterSearch => ({
  invitation: text(raw.invitation),
  email: text(raw.email),
})
