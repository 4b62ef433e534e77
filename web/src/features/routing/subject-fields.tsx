import { useQuery } from '@tanstack/react-query'
import { severities, sourceTypes } from '#contract/statuses'
import { monitorTypesQuery } from '@/parts/data'
import { HeartbeatIdsField } from '@/parts/heartbeats-field'
import { MonitorIdsField } from '@/parts/monitors-field'
import { Segmented } from '@/ui/choice'
import { Field } from '@/ui/field'
import { words } from '@/ui/format'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'
import type { Asked } from './subject'
import { TextsInput } from './texts-input'
import { sourceWords } from './words'

const KINDS = [
  { value: 'monitor', label: 'A monitor' },
  { value: 'heartbeat', label: 'A heartbeat' },
  { value: 'typed', label: 'Anything' },
] as const
const SEVERITIES = severities.map((value) => ({ value, label: words(value) }))
const SOURCES = sourceTypes.map((value) => ({ value, label: sourceWords(value) }))
const NO_TYPE = 'none'

type Props = { asked: Asked; onChange: (asked: Asked) => void; errors: Record<string, string> }

function Typed({ asked, onChange, errors }: Props) {
  const { typed } = asked
  const { data: types = [] } = useQuery({ ...monitorTypesQuery, enabled: typed.source_type === 'monitor' })
  const put = (part: Partial<typeof typed>) => onChange({ ...asked, typed: { ...typed, ...part } })
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <Field name="subject.name" label="Name" error={errors['subject.name']} className="sm:col-span-2">
        <Input
          value={typed.name}
          onValueChange={(name) => put({ name })}
          maxLength={200}
          placeholder="Checkout API"
          autoComplete="off"
        />
      </Field>
      <Field name="subject.severity" label="Severity" error={errors['subject.severity']}>
        <Select value={typed.severity} onChange={(severity) => put({ severity })} choices={SEVERITIES} />
      </Field>
      <Field name="subject.source_type" label="What reports it" error={errors['subject.source_type']}>
        <Select
          value={typed.source_type}
          onChange={(source_type) => put({ source_type, monitor_type: null })}
          choices={SOURCES}
        />
      </Field>
      {typed.source_type === 'monitor' && (
        <Field name="subject.monitor_type" label="Type" error={errors['subject.monitor_type']}>
          <Select
            value={typed.monitor_type ?? NO_TYPE}
            onChange={(type) => put({ monitor_type: type === NO_TYPE ? null : type })}
            choices={[
              { value: NO_TYPE, label: 'Any' },
              ...types.map(({ type, title }) => ({ value: type, label: title })),
            ]}
          />
        </Field>
      )}
      <div className="min-w-0">
        <div className="mb-1.5 text-sm font-medium">Tags</div>
        <TextsInput label="Tags of it" texts={typed.tags} onChange={(tags) => put({ tags })} placeholder="payments" />
      </div>
      <div className="min-w-0">
        <div className="mb-1.5 text-sm font-medium">Regions that fail</div>
        <TextsInput
          label="Regions that fail"
          texts={typed.regions}
          onChange={(regions) => put({ regions })}
          placeholder="eu-west"
        />
      </div>
    </div>
  )
}

/** What would fail: a monitor, a heartbeat, or something typed. */
export function SubjectFields(props: Props) {
  const { asked, onChange, errors } = props
  return (
    <div className="space-y-3">
      <Segmented
        size="sm"
        label="What fails"
        value={asked.kind}
        onChange={(kind) => onChange({ ...asked, kind })}
        choices={KINDS}
      />
      {asked.kind === 'monitor' ? (
        <Field name="monitor_id" label="Monitor" error={errors.monitor_id}>
          <MonitorIdsField
            ids={asked.monitor ? [asked.monitor] : []}
            onChange={([monitor = null]) => onChange({ ...asked, monitor })}
            single
          />
        </Field>
      ) : asked.kind === 'heartbeat' ? (
        <Field name="heartbeat_id" label="Heartbeat" error={errors.heartbeat_id}>
          <HeartbeatIdsField
            ids={asked.heartbeat ? [asked.heartbeat] : []}
            onChange={([heartbeat = null]) => onChange({ ...asked, heartbeat })}
            single
          />
        </Field>
      ) : (
        <Typed {...props} />
      )}
    </div>
  )
}
