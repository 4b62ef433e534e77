import { Link } from '@tanstack/react-router'
import { severityLabel } from '@/parts/incident-words'
import { useCan } from '@/session'
import type { Heartbeat, NumberRule } from '@/types'
import { buttonClass } from '@/ui/button'
import { Card, CardHead, Facts } from '@/ui/card'
import { count, inWords, plural } from '@/ui/format'
import { type Fact, Runbook, shown, Tags } from './rail'

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const KIND = { interval: 'Every so often', cron: 'Cron', oncalendar: 'OnCalendar' }
const MEANS = { success: 'success', fail: 'failure', start: 'start', log: 'log only', ignore: 'ignored' }

const bounds = ({ min, max }: { min?: number; max?: number }) =>
  [min !== undefined && `at least ${count(min)}`, max !== undefined && `at most ${count(max)}`]
    .filter(Boolean)
    .join(', ') || 'any'
const mono = (text: string) => (
  <span key={text} className="font-mono text-xs whitespace-pre-wrap wrap-anywhere">
    {text}
  </span>
)

function scheduleFacts({ schedule, grace_s, per_day, ...rest }: Heartbeat): Fact[] {
  const { kind, cron, oncalendar, timezone, only } = schedule
  return shown([
    ['Schedule', KIND[kind]],
    kind === 'cron' && ['Expression', mono(cron ?? '')],
    kind === 'oncalendar' && ['Expressions', mono(oncalendar ?? '')],
    kind === 'interval' && ['Every', inWords(schedule.every_s ?? 0)],
    ['Time zone', timezone],
    ['Grace', inWords(grace_s)],
    ['Longest run', rest.max_runtime_s === null ? 'As long as the grace' : inWords(rest.max_runtime_s)],
    ['Not sooner than', rest.min_interval_s === null ? 'Any' : `${inWords(rest.min_interval_s)} after the last`],
    ['Runs on a day', per_day ? bounds(per_day) : 'Any'],
    ['Down after', `${plural(rest.failures, 'bad run')} in a row`],
    ['Watch how long runs take', rest.watch_duration ? 'Yes' : 'No'],
    ['Expected on', only?.weekdays ? only.weekdays.map((day) => DAYS[day - 1]).join(', ') : 'Every day of the week'],
    ['Holidays', only?.except?.length ? only.except.join(', ') : 'None'],
  ])
}

const numberWords = (rule: NumberRule) => `${rule.name}: ${bounds(rule)}`

function otherFacts(heartbeat: Heartbeat): Fact[] {
  const { filter, numbers, severity, reminder_interval_s, manual_resume, tags, runbook_url, name_slug } = heartbeat
  const { post_only, rules, otherwise } = filter
  return [
    ['Numbers of a run', numbers.length > 0 ? numbers.map(numberWords).join('; ') : 'None'],
    ['Only POST counts', post_only ? 'Yes' : 'No'],
    [
      'Words',
      rules.length > 0
        ? [
            ...rules.map((rule) => `“${rule.contains}” in the ${rule.in} is ${MEANS[rule.means]}`),
            `otherwise ${MEANS[otherwise]}`,
          ].join('; ')
        : 'None',
    ],
    ['Severity', severityLabel[severity]],
    ['Reminder while down', reminder_interval_s === null ? 'None' : `Every ${inWords(reminder_interval_s)}`],
    ['Ends a pause', manual_resume ? 'A person' : 'The next ping, or a person'],
    ['Name in addresses', mono(name_slug)],
    ['Tags', tags.length > 0 ? <Tags key="tags" tags={tags} /> : 'None'],
    ['Runbook', runbook_url ? <Runbook key="runbook" url={runbook_url} /> : 'None'],
  ]
}

/** What is set, to read; changing it is the form's business. */
export function SettingsTab({ heartbeat }: { heartbeat: Heartbeat }) {
  const mayWrite = useCan('heartbeats:write')
  return (
    <div className="mt-4 grid items-start gap-4 lg:grid-cols-2">
      <Card>
        <CardHead title="When it is expected">
          {mayWrite && (
            <Link to="/heartbeats/$id/edit" params={{ id: heartbeat.id }} className={buttonClass('secondary', 'sm')}>
              Edit
            </Link>
          )}
        </CardHead>
        <Facts facts={scheduleFacts(heartbeat)} />
      </Card>
      <Card>
        <CardHead title="Pings and alerting" />
        <Facts facts={otherFacts(heartbeat)} />
      </Card>
    </div>
  )
}
