import { and, eq } from 'drizzle-orm'
import type { Writer } from '#db/client'
import { type Labels, monitor_states } from '#db/schema/engine'
import { heartbeats } from '#db/schema/heartbeats'
import { monitors } from '#db/schema/monitors'
import type { Incident } from '#engine/incidents'
import type { Subject } from '#engine/notice'
import { scheduleWords } from '#heartbeats/schedule-words'
import { withDefaults } from '#kernel/form'
import type { Evidence } from '#probes/define'
import { probeOf } from '#probes/index'

/** What is known of whatever an incident is about: for the words, for the rules, and for what it may have in common with others. */
export type Facts = {
  subject?: Subject
  labels: Labels
  parents: string[]
  /** Host name or address of the target; empty where there is none. */
  host: string
  addresses: string[]
  /** Fingerprint of the certificate, when that is what is wrong. */
  certificate: string | null
}

const nothing = { labels: {}, parents: [], host: '', addresses: [], certificate: null }

export async function factsOf(db: Writer, incident: Incident): Promise<Facts> {
  const { monitor_id, heartbeat_id, labels } = incident
  const about = heartbeat_id ? await heartbeatOf(db, incident) : monitor_id ? await monitorOf(db, incident) : undefined
  return { ...nothing, ...about, labels: { ...about?.labels, ...labels } }
}

async function monitorOf(db: Writer, { monitor_id, tenant_id, reason }: Incident): Promise<Facts | undefined> {
  const [found] = await db
    .select({ row: monitors, evidence: monitor_states.evidence })
    .from(monitors)
    .leftJoin(monitor_states, eq(monitor_states.monitor, monitors.number))
    .where(and(eq(monitors.id, monitor_id ?? ''), eq(monitors.tenant_id, tenant_id)))
  if (!found) return undefined
  const { row, evidence } = found
  const { id, name, type, runbook_url, description, tags, regions, parents } = row
  return {
    subject: { id, name, type, target: targetOf(row), runbook_url, description },
    labels: { type, tags, regions },
    parents,
    host: hostOf(row),
    ...seen(reason, evidence ?? {}),
  }
}

/** What the last look met on its way. */
function seen(reason: string | null, { address, addresses, certificates }: Evidence) {
  const [certificate] = certificates ?? []
  return {
    addresses: address ? [address] : (addresses ?? []),
    certificate: reason === 'certificate' ? (certificate?.fingerprint_sha256 ?? null) : null,
  }
}

async function heartbeatOf(db: Writer, { heartbeat_id, tenant_id }: Incident): Promise<Facts | undefined> {
  const [row] = await db
    .select()
    .from(heartbeats)
    .where(and(eq(heartbeats.id, heartbeat_id ?? ''), eq(heartbeats.tenant_id, tenant_id)))
  if (!row) return undefined
  const { id, name, kind, schedule, runbook_url, description, tags } = row
  const type = kind === 'ai' ? 'ai_heartbeat' : 'heartbeat'
  const subject = { id, name, type, target: scheduleWords(schedule), runbook_url, description }
  return { ...nothing, subject, labels: { type, tags } }
}

type MonitorRow = typeof monitors.$inferSelect

/** What is watched, in a person's words; settings of an older version that this one cannot word must not stop an alarm. */
function targetOf({ type, url, settings }: MonitorRow): string {
  const probe = probeOf(type)
  if (!probe) return ''
  try {
    // A target never shows a secret, so the sealed settings will do.
    return probe.target({ url, settings: withDefaults(probe.settings, settings) })
  } catch {
    return ''
  }
}

function hostOf({ url, settings }: MonitorRow): string {
  if (URL.canParse(url)) return new URL(url).hostname.replace(/^\[|\]$/g, '').toLowerCase()
  const host = settings.host ?? settings.hostname
  return typeof host === 'string' ? host.toLowerCase() : ''
}
