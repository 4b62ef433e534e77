import type { PingKind } from '#contract/heartbeats'
import type { PingFilter, PingRule } from '#db/schema/heartbeats'
import type { Signal } from '#heartbeats/define'

/** What a ping says in words. A part that its way in does not have (a request has no subject) is left out. */
export type Said = { method?: string; body?: string; subject?: string }

/** The worst that is said counts, and a success more than what says nothing about the end. */
const order: PingRule['means'][] = ['fail', 'success', 'start', 'log', 'ignore']
const kindOf = (means: PingRule['means']): PingKind => (means === 'ignore' ? 'ignored' : means)

/**
 * What a ping means by the filter of its heartbeat, as at Healthchecks: words are looked for as they are written, and only
 * in pings that say nothing else by their address (`/start`, `/fail` and `/log` stay what they are). Rules about a part
 * that a ping cannot have are not about that ping.
 */
export function meaningOf(filter: PingFilter, kind: Exclude<Signal['kind'], 'silence'>, said: Said): PingKind {
  if (filter.post_only && (said.method === 'GET' || said.method === 'HEAD')) return 'ignored'
  const rules = filter.rules.filter((rule) => said[rule.in] !== undefined)
  if (kind !== 'success' || rules.length === 0) return kind
  const found = rules.filter((rule) => said[rule.in]?.includes(rule.contains)).map(({ means }) => means)
  return kindOf(order.find((means) => found.includes(means)) ?? filter.otherwise)
}
