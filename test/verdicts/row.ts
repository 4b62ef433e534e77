import type { CheckJob } from '#probing/attempt'
import type { Module } from '../servers/blackbox'
import type { World } from './world'

/** How one target is put to the three. Whoever has no way to look at it is left out. */
export type Ask = {
  job: Pick<CheckJob, 'type'> & Partial<CheckJob>
  blackbox?: { target: string; module: Module }
  plugin?: string[]
}

/**
 * One target, and what each is expected to say: our status with its reason, `probe_success` with a part of the log, the
 * plugin's name and exit code with a part of its output. `differs` explains, and has to be there exactly when an anchor
 * says something else than we do.
 */
export type Row<W = World> = {
  target: string
  ours: [status: 'up' | 'degraded' | 'down' | 'unknown', reason?: string]
  blackbox?: [success: 0 | 1, why?: string]
  plugin?: [name: string, code: 0 | 1 | 2 | 3, why?: string]
  differs?: { blackbox?: string; plugin?: string }
  /** Why this machine cannot show it. */
  unless?: () => string | false | undefined
  ask: (world: W) => Ask
}

/** What a verdict comes to: `nothing` makes no statement about the target. */
export type Says = 'good' | 'warning' | 'bad' | 'nothing'

export const OURS = { up: 'good', degraded: 'warning', down: 'bad', unknown: 'nothing' } as const
const PLUGIN = ['good', 'warning', 'bad', 'nothing'] as const

/** blackbox_exporter knows no warning, so what works with a warning is good there. */
const sameAsBlackbox = (ours: Says, success: 0 | 1) =>
  (ours === 'warning' ? 'good' : ours) === (success ? 'good' : 'bad')

/** With whom a row disagrees, by what it declares. */
export function disagreements({
  ours,
  blackbox,
  plugin,
}: Pick<Row, 'ours' | 'blackbox' | 'plugin'>): ('blackbox' | 'plugin')[] {
  const said = OURS[ours[0]]
  return [
    ...(blackbox && !sameAsBlackbox(said, blackbox[0]) ? (['blackbox'] as const) : []),
    ...(plugin && PLUGIN[plugin[1]] !== said ? (['plugin'] as const) : []),
  ]
}
