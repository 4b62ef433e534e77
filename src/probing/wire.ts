import type { NetOptions } from '#kernel/net'
import type { Verdict } from '#probes/define'
import type { CheckJob } from '#probing/attempt'
import type { Assignment, Gap, ProberStats, Result, Uplink } from '#probing/define'

/** What the main thread tells the probing worker. A question has an id, and its answer the same one. */
export type ToWorker =
  | { kind: 'open'; net: NetOptions; gather_ms: number }
  | { kind: 'start' }
  | { kind: 'assign'; assignments: Assignment[]; first?: 'now' | 'spread' }
  | { kind: 'remove'; numbers: number[] }
  | { kind: 'again'; number: number; delay_ms: number }
  | { kind: 'anchors'; anchors: string[] }
  | { kind: 'check'; id: number; number: number }
  | { kind: 'dry_run'; id: number; job: CheckJob }
  | { kind: 'settled'; id: number }
  | { kind: 'stop'; id: number }

export type FromWorker =
  /** The worker listens; before this, messages to it may be lost. */
  | { kind: 'ready' }
  | { kind: 'results'; results: Result[] }
  | { kind: 'gap'; gap: Gap }
  | { kind: 'uplink'; uplink: Uplink }
  | { kind: 'alive'; stats: ProberStats }
  | { kind: 'error'; number: number; message: string; stack?: string }
  | { kind: 'answer'; id: number; value: Result | Verdict | undefined }
