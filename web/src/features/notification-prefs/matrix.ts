import type { NotificationPrefs, PrefKind } from '#contract/oncall'

type Matrix = NotificationPrefs['matrix']
export type MatrixType = keyof Matrix

/** The ways as the head of the table names them, with what they are in full. */
export const wayWords: Record<PrefKind, { short: string; long: string }> = {
  feed: { short: 'Inbox', long: 'Inbox' },
  email: { short: 'Mail', long: 'Mail' },
  push: { short: 'Push', long: 'Browsers and phones' },
  other: { short: 'Other', long: 'Other ways: chat, messages' },
}

export type MatrixRow = { type: MatrixType; label: string; kinds: readonly PrefKind[] }
const everywhere: readonly PrefKind[] = ['feed', 'email', 'push', 'other']
const inboxOnly: readonly PrefKind[] = ['feed']

/**
 * What Xinex tells of and which ways it takes: everything stands in the inbox; what follows upon a page goes to those
 * who were called, the way they were called.
 */
export const matrixGroups: readonly { title: string; rows: readonly MatrixRow[] }[] = [
  {
    title: 'Incidents',
    rows: [
      { type: 'incident_opened', label: 'An incident opens', kinds: inboxOnly },
      { type: 'incident_acked', label: 'Somebody takes one you were called for', kinds: everywhere },
      { type: 'incident_resolved', label: 'One you were called for is over', kinds: everywhere },
    ],
  },
  {
    title: 'On call',
    rows: [{ type: 'oncall_handoff', label: 'Your shift begins or ends', kinds: ['email', 'push', 'other'] }],
  },
  {
    title: 'Monitors and heartbeats',
    rows: [
      { type: 'monitor_recovered', label: 'A monitor is up again', kinds: inboxOnly },
      { type: 'heartbeat_missed', label: 'A heartbeat is missed', kinds: inboxOnly },
      { type: 'heartbeat_recovered', label: 'A heartbeat is back', kinds: inboxOnly },
      { type: 'certificate_expiring', label: 'A certificate is about to end', kinds: inboxOnly },
    ],
  },
  {
    title: 'Workspace',
    rows: [
      { type: 'channel_failing', label: 'A channel takes no messages any more', kinds: inboxOnly },
      { type: 'member_joined', label: 'Somebody joins', kinds: inboxOnly },
    ],
  },
]

/** What was never set is on. */
export const isOn = (matrix: Matrix, type: MatrixType, kind: PrefKind): boolean => matrix[type]?.[kind] ?? true

/** Only what is off is kept, so that a way that is new one day begins switched on. */
export function withWish(matrix: Matrix, type: MatrixType, kind: PrefKind, on: boolean): Matrix {
  const { [kind]: _, ...others } = matrix[type] ?? {}
  const row = on ? others : { ...others, [kind]: false }
  const { [type]: __, ...rest } = matrix
  return Object.keys(row).length > 0 ? { ...rest, [type]: row } : rest
}
