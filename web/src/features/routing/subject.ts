import type { SubjectDraft } from '@/features/on-call/types'

/** About whom or what is asked. */
export type Asked = {
  kind: 'monitor' | 'heartbeat' | 'typed'
  monitor: string | null
  heartbeat: string | null
  typed: SubjectDraft
}
export const emptyAsked: Asked = {
  ...{ kind: 'monitor', monitor: null, heartbeat: null },
  typed: { severity: 'high', source_type: 'event', monitor_type: null, tags: [], name: '', regions: [] },
}
export type Question = { monitor_id: string } | { heartbeat_id: string } | { subject: SubjectDraft }
/** What is sent; nothing while it is not said yet. */
export function questionOf({ kind, monitor, heartbeat, typed }: Asked): Question | null {
  if (kind === 'monitor') return monitor ? { monitor_id: monitor } : null
  if (kind === 'heartbeat') return heartbeat ? { heartbeat_id: heartbeat } : null
  return typed.name.trim() === '' ? null : { subject: { ...typed, name: typed.name.trim() } }
}
