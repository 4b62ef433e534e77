import type { Monitor, MonitorType, Settings } from '@/types'
import { cleaned } from '@/ui/schema'

/** What the form edits: the body of `POST /monitors`, with every field present so that inputs stay controlled. */
export type Draft = {
  name: string
  type: string
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
  reminder_interval_s: number | null
  tags: string[]
  runbook_url: string
  description: string
}

/** A new monitor with the server's own defaults; a null timeout lets the server derive it from the interval. */
export const emptyDraft = (type: string): Draft => ({
  name: '',
  type,
  url: '',
  settings: {},
  interval: 60,
  timeout_ms: null,
  alert_threshold: 2,
  recovery_threshold: 1,
  confirm_interval_s: 5,
  degraded_ms: null,
  severity: 'high',
  inverted: false,
  enabled: true,
  reminder_interval_s: null,
  tags: [],
  runbook_url: '',
  description: '',
})

export const draftOf = (monitor: Monitor): Draft => ({
  name: monitor.name,
  type: monitor.type,
  url: monitor.url,
  settings: monitor.settings,
  interval: monitor.interval,
  timeout_ms: monitor.timeout_ms,
  alert_threshold: monitor.alert_threshold,
  recovery_threshold: monitor.recovery_threshold,
  confirm_interval_s: monitor.confirm_interval_s,
  degraded_ms: monitor.degraded_ms,
  severity: monitor.severity,
  inverted: monitor.inverted,
  enabled: monitor.enabled,
  reminder_interval_s: monitor.reminder_interval_s,
  tags: monitor.tags,
  runbook_url: monitor.runbook_url ?? '',
  description: monitor.description ?? '',
})

/** Another type keeps everything common; the settings start over, since they mean something else there. */
export const withType = (draft: Draft, type: MonitorType, settings: Settings): Draft => ({
  ...draft,
  type: type.type,
  settings,
  url: type.takes_url ? draft.url : '',
})

/** What goes over the wire. Only types that take a URL may send one, and an empty number means the server's default. */
export function bodyOf(draft: Draft, type: MonitorType): Settings {
  const { url, interval, timeout_ms, alert_threshold, recovery_threshold, confirm_interval_s, ...rest } = draft
  const numbers = { interval, timeout_ms, alert_threshold, recovery_threshold, confirm_interval_s }
  return {
    ...rest,
    ...(type.takes_url ? { url: absolute(url) } : {}),
    ...Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== null)),
    settings: cleaned(type.settings, draft.settings),
    name: draft.name.trim(),
    runbook_url: draft.runbook_url.trim() || null,
    description: draft.description.trim() || null,
  }
}

/** People type `example.com`; the API wants an absolute URL. */
export function absolute(url: string): string {
  const text = url.trim()
  return text && !/^[a-z][a-z0-9+.-]*:/i.test(text) ? `https://${text}` : text
}
