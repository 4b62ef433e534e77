import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { monitorTypesQuery } from '@/parts/data'
import { severityLabel } from '@/parts/incident-words'
import { useCan } from '@/session'
import type { Monitor, MonitorType } from '@/types'
import { buttonClass } from '@/ui/button'
import { Card, CardHead, Facts } from '@/ui/card'
import { inWords, ms, plural, words } from '@/ui/format'
import { isShown, type JsonProperty, MASK } from '@/ui/schema'
import { Runbook, Tags } from './rail'

/** A setting as a person reads it; secrets come masked from the server and are only named as present. */
function said(property: JsonProperty, value: unknown): string {
  if (value === MASK) return 'Stored and not shown'
  if (typeof value === 'boolean') return value ? 'Yes' : 'No'
  if (Array.isArray(value)) return value.join(', ') || 'None'
  if (value !== null && typeof value === 'object') {
    const names = Object.keys(value)
    return names.length > 0 ? names.join(', ') : 'None'
  }
  if (property.anyOf && typeof value === 'string') return /[A-Z]/.test(value) ? value : words(value)
  const suffix = property['x-ui']?.suffix
  return suffix ? `${String(value)} ${suffix}` : String(value)
}

const settingsOf = ({ settings }: Monitor, type: MonitorType) =>
  Object.entries(type.settings.properties).flatMap(([name, property]) => {
    const value = settings[name]
    if (value === undefined || value === '' || !isShown(type.settings, settings, property)) return []
    return [[property.title ?? words(name), said(property, value)] as const]
  })

const commonOf = (monitor: Monitor) => [
  ['Interval', inWords(monitor.interval)] as const,
  ['Timeout', ms(monitor.timeout_ms)] as const,
  ['Down after', `${plural(monitor.alert_threshold, 'failure')} in a row`] as const,
  ['Up after', `${plural(monitor.recovery_threshold, 'success', 'successes')} in a row`] as const,
  ['Re-check after a failure', inWords(monitor.confirm_interval_s)] as const,
  ['Degraded above', monitor.degraded_ms === null ? 'Never' : ms(monitor.degraded_ms)] as const,
  ['Severity', severityLabel[monitor.severity]] as const,
  ['Up when the check fails', monitor.inverted ? 'Yes' : 'No'] as const,
  [
    'Reminder while down',
    monitor.reminder_interval_s === null ? 'None' : `Every ${inWords(monitor.reminder_interval_s)}`,
  ] as const,
  ['Tags', monitor.tags.length > 0 ? <Tags key="tags" tags={monitor.tags} /> : 'None'] as const,
  ['Runbook', monitor.runbook_url ? <Runbook key="runbook" url={monitor.runbook_url} /> : 'None'] as const,
]

/** What is set, to read; changing it is the form's business. */
export function SettingsTab({ monitor }: { monitor: Monitor }) {
  const type = useQuery(monitorTypesQuery).data?.find((one) => one.type === monitor.type)
  const mayWrite = useCan('monitors:write')
  return (
    <div className="mt-4 grid items-start gap-4 lg:grid-cols-2">
      <Card>
        <CardHead title={type?.title ?? monitor.type} hint={type?.summary}>
          {mayWrite && (
            <Link to="/monitors/$id/edit" params={{ id: monitor.id }} className={buttonClass('secondary', 'sm')}>
              Edit
            </Link>
          )}
        </CardHead>
        <Facts
          facts={[
            [
              'Target',
              <span key="target" className="font-mono text-xs wrap-anywhere">
                {monitor.target}
              </span>,
            ],
            ...(type ? settingsOf(monitor, type) : []),
          ]}
        />
      </Card>
      <Card>
        <CardHead title="Checking and alerting" />
        <Facts facts={commonOf(monitor)} />
      </Card>
    </div>
  )
}
