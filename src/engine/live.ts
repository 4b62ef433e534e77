import type { HeartbeatStatus } from '#contract/heartbeats'
import type { Incident } from '#engine/incidents'
import type { Watched } from '#engine/watched'
import type { Bus } from '#kernel/bus'
import { isoAt } from '#kernel/clock'

/** Tells the open screens; nothing is kept, a screen that was away asks again. */
export const tellMonitor = (bus: Bus, { tenant_id, id, status, checked_at, last }: Watched) =>
  bus.publish({
    tenant_id,
    type: 'monitor_status',
    data: {
      monitor_id: id,
      status,
      response_time_ms: last.response_time_ms ?? null,
      checked_at: checked_at === null ? null : isoAt(checked_at),
    },
  })

type Told = Pick<Incident, 'tenant_id' | 'id' | 'monitor_id' | 'status' | 'severity' | 'updated_at'>
export const tellIncident = (bus: Bus, { tenant_id, id, monitor_id, status, severity, updated_at }: Told) =>
  bus.publish({
    tenant_id,
    type: 'incident_update',
    data: { incident_id: id, monitor_id, status, severity, updated_at },
  })

type HeartbeatNews = { tenant_id: string; id: string; status: HeartbeatStatus; last_ping_at: number | null }
export const tellHeartbeat = (bus: Bus, { tenant_id, id, status, last_ping_at }: HeartbeatNews) =>
  bus.publish({
    tenant_id,
    type: 'heartbeat_status',
    data: { heartbeat_id: id, status, last_ping_at: last_ping_at === null ? null : isoAt(last_ping_at) },
  })
