import { monitorDefaults, timeoutFor } from '#contract/monitors'
import type { Monitor, MonitorType, Quorum, Settings } from '@/types'
import { cleaned, defaultsOf } from '@/ui/schema'
import { traitsOf } from './type-groups'

/** What the form edits: the body of `POST /monitors`, with every field present so that inputs stay controlled. */
export type Draft = {
  name: string
  url: string
  settings: Settings
  interval: number | null
  timeout_ms: number | null
  alert_threshold: number | null
  recovery_threshold: number | null
  confirm_interval_s: number | null
  degraded_ms: number | null
  severity: Monitor['severity']
  inverted: boolean
  enabled: boolean
  regions: string[]
  region_quorum: Quorum
  parents: string[]
  reminder_interval_s: number | null
  tags: string[]
  runbook_url: string
  description: string
}

/** A new monitor with the server's own defaults; a null timeout lets the server derive it from the interval. */
export const emptyDraft = (type: MonitorType): Draft => ({
  ...monitorDefaults,
  name: '',
  url: '',
  settings: defaultsOf(type.settings),
  timeout_ms: null,
  regions: ['local'],
  parents: [],
  tags: [],
  runbook_url: '',
  description: '',
})

export const draftOf = (monitor: Monitor): Draft => ({
  name: monitor.name,
  url: monitor.url,
  settings: monitor.settings,
  interval: monitor.interval,
  timeout_ms: monitor.timeout_ms === timeoutFor(monitor.interval) ? null : monitor.timeout_ms,
  alert_threshold: monitor.alert_threshold,
  recovery_threshold: monitor.recovery_threshold,
  confirm_interval_s: monitor.confirm_interval_s,
  degraded_ms: monitor.degraded_ms,
  severity: monitor.severity,
  inverted: monitor.inverted,
  enabled: monitor.enabled,
  regions: monitor.regions,
  region_quorum: monitor.region_quorum,
  parents: monitor.parents,
  reminder_interval_s: monitor.reminder_interval_s,
  tags: monitor.tags,
  runbook_url: monitor.runbook_url ?? '',
  description: monitor.description ?? '',
})

/** Another type keeps everything common and what both call by the same name (a host, a port). */
export function withType(draft: Draft, type: MonitorType): Draft {
  const shared = Object.entries(draft.settings).filter(
    ([name, value]) => typeof value === 'string' && name === 'host' && name in type.settings.properties,
  )
  return { ...draft, settings: { ...defaultsOf(type.settings), ...Object.fromEntries(shared) } }
}

/** People type `example.com`; the API wants an absolute URL. */
export function absolute(url: string, schemes = ['https']): string {
  const text = url.trim()
  return text && !/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? `${schemes.at(-1)}://${text}` : text
}

const target = (draft: Draft, type: MonitorType) => ({
  type: type.type,
  settings: cleaned(type.settings, draft.settings),
  ...(type.takes_url && { url: absolute(draft.url, type.schemes) }),
})
/** The numbers that mean something for the type; an emptied one means the server's default. */
function numbers(draft: Draft, type: MonitorType) {
  const { asks, interval, thresholds } = traitsOf(type.type)
  const names = [
    ...(interval ? (['interval'] as const) : []),
    ...(asks ? (['timeout_ms', 'confirm_interval_s', 'recovery_threshold'] as const) : []),
    ...(thresholds ? (['alert_threshold'] as const) : []),
  ]
  return Object.fromEntries(names.map((name) => [name, draft[name]] as const).filter(([, value]) => value !== null))
}
/** Where it is asked from, and how the answer is taken; nothing of it for what is reported to us. */
const asking = (draft: Draft, type: MonitorType) =>
  traitsOf(type.type).asks
    ? {
        degraded_ms: draft.degraded_ms,
        inverted: draft.inverted,
        regions: draft.regions,
        // A number meant for more regions than are left says nothing about a single one.
        region_quorum: draft.regions.length > 1 ? draft.region_quorum : ('majority' as const),
      }
    : {}

/** The body of a create or an edit. */
export const bodyOf = (draft: Draft, type: MonitorType) => ({
  ...target(draft, type),
  ...numbers(draft, type),
  ...asking(draft, type),
  name: draft.name.trim(),
  severity: draft.severity,
  enabled: draft.enabled,
  parents: draft.parents,
  reminder_interval_s: draft.reminder_interval_s,
  tags: draft.tags,
  runbook_url: draft.runbook_url.trim() || null,
  description: draft.description.trim() || null,
})

/** The body of a dry run: only what changes the verdict. `id` lends its stored secrets. */
export const trialOf = (draft: Draft, type: MonitorType, id: string | undefined) => ({
  ...target(draft, type),
  ...numbers(draft, type),
  ...(traitsOf(type.type).asks && { degraded_ms: draft.degraded_ms, inverted: draft.inverted }),
  ...(id !== undefined && { id }),
})

/** `https://www.example.com/x` → `www.example.com`: a name for those who give none. */
export const nameFrom = (url: string): string => URL.parse(absolute(url))?.hostname ?? ''
