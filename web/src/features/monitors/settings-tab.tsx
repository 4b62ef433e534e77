import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { monitorTypesQuery } from '@/parts/data'
import { severityLabel } from '@/parts/incident-words'
import { useMonitors } from '@/parts/monitors'
import { useCan } from '@/session'
import type { Monitor, MonitorType } from '@/types'
import { buttonClass } from '@/ui/button'
import { Card, CardHead, Facts } from '@/ui/card'
import { inWords, ms, plural, words } from '@/ui/format'
import { isShown, type JsonProperty, MASK } from '@/ui/schema'
import { Runbook, Tags } from './rail'
import { quorumSentence, regionName } from './region-words'
import { traitsOf } from './type-groups'

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

type Row = readonly [string, ReactNode]
const settingsOf = ({ settings }: Monitor, type: MonitorType) =>
  Object.entries(type.settings.properties).flatMap(([name, property]): Row[] => {
    const value = settings[name]
    if (value === undefined || value === '' || !isShown(type.settings, settings, property)) return []
    const title = property.title ?? words(name)
    if (property['x-ui']?.widget === 'monitors')
      // Safe: the schema of this widget is a list of ids.
      return [[title, <Names key={name} ids={value as string[]} />] as const]
    return [[title, said(property, value)] as const]
  })

/** Monitors by name, as links. */
function Names({ ids }: { ids: readonly string[] }) {
  const known = useMonitors(ids)
  return (
    <span className="flex flex-wrap justify-end gap-x-2 gap-y-0.5">
      {ids.map((id) => (
        <Link key={id} to="/monitors/$id" params={{ id }} className="text-accent hover:underline">
          {known.get(id)?.name ?? '…'}
        </Link>
      ))}
    </span>
  )
}

function commonOf(monitor: Monitor): Row[] {
  const { regions, region_quorum } = monitor
  const { asks, interval, thresholds } = traitsOf(monitor.type)
  const rows: (Row | false)[] = [
    interval && [asks ? 'Interval' : 'Expected every', inWords(monitor.interval)],
    asks && ['Timeout', ms(monitor.timeout_ms)],
    asks && ['Checked from', regions.map(regionName).join(', ')],
    asks && regions.length > 1 && ['Who has to agree', quorumSentence(region_quorum, regions.length)],
    thresholds && ['Down after', `${plural(monitor.alert_threshold, asks ? 'failure' : 'missed report')} in a row`],
    asks && ['Up after', `${plural(monitor.recovery_threshold, 'success', 'successes')} in a row`],
    asks && ['Re-check after a failure', inWords(monitor.confirm_interval_s)],
    asks && ['Degraded above', monitor.degraded_ms === null ? 'Never' : ms(monitor.degraded_ms)],
    ['Severity', severityLabel[monitor.severity]],
    ['Depends on', monitor.parents.length > 0 ? <Names key="parents" ids={monitor.parents} /> : 'Nothing'],
    asks && ['Up when the check fails', monitor.inverted ? 'Yes' : 'No'],
    [
      'Reminder while down',
      monitor.reminder_interval_s === null ? 'None' : `Every ${inWords(monitor.reminder_interval_s)}`,
    ],
    ['Tags', monitor.tags.length > 0 ? <Tags key="tags" tags={monitor.tags} /> : 'None'],
    ['Runbook', monitor.runbook_url ? <Runbook key="runbook" url={monitor.runbook_url} /> : 'None'],
  ]
  return rows.filter((row): row is Row => row !== false)
}

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
