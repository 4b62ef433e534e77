import { useMonitors } from '@/parts/monitors'
import { MonitorsField } from '@/parts/monitors-field'
import { TagInput } from '@/parts/tag-input'
import { Checkbox, Segmented } from '@/ui/choice'
import { Field } from '@/ui/field'
import type { Draft } from './plan'
import { useHeartbeatNames } from './queries'

type Props = { draft: Draft; errors: Record<string, string>; onChange: (change: Partial<Draft>) => void }

function Heartbeats({ draft: { heartbeat_ids }, onChange }: Props) {
  const names = useHeartbeatNames()
  if (names.length === 0) return null
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-medium">Heartbeats</legend>
      <div className="grid max-h-40 gap-1 overflow-y-auto">
        {names.map(({ id, name }) => (
          <Checkbox
            key={id}
            label={name}
            checked={heartbeat_ids.includes(id)}
            onChange={(on) =>
              onChange({ heartbeat_ids: on ? [...heartbeat_ids, id] : heartbeat_ids.filter((one) => one !== id) })
            }
          />
        ))}
      </div>
    </fieldset>
  )
}

/** What is worked on. */
export function ScopeFields({ draft, errors, onChange }: Props) {
  const known = useMonitors(draft.monitor_ids)
  return (
    <>
      <Field label="What is worked on" name="scope" error={errors.scope}>
        <Segmented
          label="What is worked on"
          value={draft.all ? 'all' : 'some'}
          onChange={(value) => onChange({ all: value === 'all' })}
          choices={[
            { value: 'some', label: 'Some' },
            { value: 'all', label: 'Everything' },
          ]}
        />
      </Field>
      {!draft.all && (
        <>
          <Field label="Monitors" name="scope.monitor_ids" optional error={errors['scope.monitor_ids']}>
            <MonitorsField
              ids={draft.monitor_ids}
              known={known}
              onChange={(chosen) => onChange({ monitor_ids: chosen.map(({ id }) => id) })}
            />
          </Field>
          <TagInput tags={draft.tags} onChange={(tags) => onChange({ tags })} error={errors['scope.tags']} />
          <Heartbeats draft={draft} errors={errors} onChange={onChange} />
        </>
      )}
    </>
  )
}
