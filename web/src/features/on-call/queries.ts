import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api } from '@/api'
import { keys } from '@/keys'
import type { Member, Page } from '@/types'
import type { Feed, Finding, OnCallNow, Policy, Report, Rule, Schedule, Timeline } from './types'

/** Who is on call changes by the clock alone, of which no live message tells. */
const SLOW_MS = 60_000
const all = { per_page: 100 }

/** Who is called first, now, in every schedule. */
export const onCallQuery = queryOptions({
  queryKey: keys.onCallNow,
  refetchInterval: SLOW_MS,
  queryFn: ({ signal }) => api.get<Page<OnCallNow>>('/on-call', all, { signal }),
})
export const schedulesQuery = queryOptions({
  queryKey: keys.schedules,
  refetchInterval: SLOW_MS,
  queryFn: ({ signal }) => api.get<Page<Schedule>>('/schedules', all, { signal }),
})
export const scheduleQuery = (id: string) =>
  queryOptions({
    queryKey: keys.schedule(id),
    refetchInterval: SLOW_MS,
    queryFn: ({ signal }) => api.get<Schedule>(`/schedules/${id}`, {}, { signal }),
  })
export const timelineQuery = (id: string, from: number, to: number) => {
  const query = { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
  return queryOptions({
    queryKey: keys.schedulePart(id, 'timeline', query),
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api.get<Timeline>(`/schedules/${id}/timeline`, query, { signal }),
  })
}
export const reportQuery = (id: string, days: number, now: number) => {
  // A whole hour, so that the question stays the same while the page is open.
  const from = Math.floor(now / 3_600_000) * 3_600_000
  const query = { from: new Date(from).toISOString(), to: new Date(from + days * 86_400_000).toISOString() }
  return queryOptions({
    queryKey: keys.schedulePart(id, 'report', { days }),
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api.get<Report>(`/schedules/${id}/report`, query, { signal }),
  })
}
/** What a feed is about: one schedule, or all shifts of the person who asks. */
export const feedsPath = (schedule: string | null) =>
  schedule ? `/schedules/${schedule}/calendar-feeds` : '/on-call/calendar-feeds'
/** Feeds without their addresses: those are shown once. */
export const feedsQuery = (schedule: string | null) =>
  queryOptions({
    queryKey: schedule ? keys.schedulePart(schedule, 'feeds') : [...keys.onCallNow, 'feeds'],
    queryFn: ({ signal }) => api.get<Page<Feed>>(feedsPath(schedule), all, { signal }),
  })

export const policiesQuery = queryOptions({
  queryKey: keys.policies,
  queryFn: ({ signal }) => api.get<Page<Policy>>('/escalation-policies', all, { signal }),
})
export const policyQuery = (id: string) =>
  queryOptions({
    queryKey: keys.policy(id),
    queryFn: ({ signal }) => api.get<Policy>(`/escalation-policies/${id}`, {}, { signal }),
  })
export const rulesQuery = queryOptions({
  queryKey: keys.rules,
  queryFn: ({ signal }) => api.get<Page<Rule>>('/alert-routing-rules', all, { signal }),
})
export const ruleQuery = (id: string) =>
  queryOptions({
    queryKey: keys.rule(id),
    queryFn: ({ signal }) => api.get<Rule>(`/alert-routing-rules/${id}`, {}, { signal }),
  })
/** What would keep somebody from being called, found by looking at all of it together. */
export const findingsQuery = queryOptions({
  queryKey: keys.findings,
  queryFn: async ({ signal }) => (await api.get<{ items: Finding[] }>('/on-call/lint', {}, { signal })).items,
})
/** Everybody who can be called. */
export const peopleQuery = queryOptions({
  queryKey: [...keys.members, 'all'],
  staleTime: 60_000,
  queryFn: ({ signal }) => api.get<Page<Member>>('/members', all, { signal }),
})
