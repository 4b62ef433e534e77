import { HeartbeatIdsField } from '@/parts/heartbeats-field'
import { useMonitors } from '@/parts/monitors'
import { MonitorsField } from '@/parts/monitors-field'
import { TagInput } from '@/parts/tag-input'
import { Segmented } from '@/ui/choice'
import { Field } from '@/ui/field'
import type { Draft } from './plan'

type Props = { draft: Draft; errors: Record<string, string>; onChange: (change: Partial<Draft>) => void }

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
          <Field label="Heartbeats" name="scope.heartbeat_ids" optional error={errors['scope.heartbeat_ids']}>
            <HeartbeatIdsField ids={draft.heartbeat_ids} onChange={(heartbeat_ids) => onChange({ heartbeat_ids })} />
          </Field>
        </>
      )}
    </>
  )
}
