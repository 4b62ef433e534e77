/** How a heartbeat stands. `late`: the time for it has passed, the grace has not; nobody is told yet. */
export const heartbeatStatuses = ['new', 'up', 'late', 'down', 'paused'] as const
export type HeartbeatStatus = (typeof heartbeatStatuses)[number]
/** What is stored; `late` follows from the clock. */
export type StoredHeartbeatStatus = Exclude<HeartbeatStatus, 'late'>

export const heartbeatKinds = ['job', 'ai'] as const
export type HeartbeatKind = (typeof heartbeatKinds)[number]

/** What a job can say. `ignored` is what was said while nobody listened. */
export const pingKinds = ['success', 'start', 'fail', 'log', 'ignored'] as const
export type PingKind = (typeof pingKinds)[number]

/** By which way it came in. */
export const pingDoors = ['http', 'email', 'healthchecks', 'kuma', 'cronitor', 'snitch', 'api'] as const
export type PingDoor = (typeof pingDoors)[number]

/** How one run of a job ended; agents say it, of other jobs it follows from their pings. */
export const runStatuses = ['ok', 'error', 'timeout', 'refused'] as const
export type RunStatus = (typeof runStatuses)[number]

export const heartbeatReasons = ['missed', 'failed', 'too_long'] as const
export type HeartbeatReason = (typeof heartbeatReasons)[number]

/** It ran, but not as expected. */
export const problemCodes = [
  'too_often',
  'too_few',
  'too_many',
  'number',
  'slow',
  'fast',
  'cost',
  'tokens',
  'latency',
  'success_rate',
  'quality',
  'output_size',
] as const
export type ProblemCode = (typeof problemCodes)[number]

/** Largest body of a ping that is kept; what is longer is cut. */
export const PING_BODY_LIMIT = 100_000
