import type { HeartbeatKind } from '#contract/heartbeats'
import type { Ctx } from '#kernel/context'
import { one, viewOf } from './view'

/** For the routes of other kinds. */
export { FlipView, PingView, RunView, Summary, TagView, View as HeartbeatView } from './answers'
/** What other modules build on. Whatever finds one takes its kind: by the path of another kind it is not found. */
export { createFromPing, findByKeyAndName, type Named } from './auto'
export { type Input, scheduleFrom, type Wanted } from './draft'
export { fileOf, flips, pingBody, pings, runs } from './history'
export { find, list, summary, tags } from './list'
export { pingKey, renewPingKey, updatePingKey } from './ping-key'
export {
  Clone,
  common,
  grace,
  ListQuery,
  PingParams,
  PingsQuery,
  RunsQuery,
  ScheduleInput,
  slug as slugField,
} from './schema'
export { nameSlugOf, openSlug, pingUrlOf } from './slug'
export { clone, create, type NewHeartbeat, pause, remove, resume, rotateSlug, update } from './verbs'
export { type Found, mayReport, one, own, type View, viewOf } from './view'

export const get = async (ctx: Ctx, id: string, kind: HeartbeatKind = 'job') => viewOf(ctx, await one(ctx, id, kind))
