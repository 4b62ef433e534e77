import { useQuery } from '@tanstack/react-query'
import { channelsQuery } from '@/parts/data'
import { Field } from '@/ui/field'
import { NumberField } from '@/ui/number-field'
import { Select } from '@/ui/select'
import { type Draft, STAND_IN_AFTER_S } from './draft'

const NOBODY = 'nobody'
type Props = {
  /** The channel itself, which cannot stand in for itself. */
  id?: string
  draft: Pick<Draft, 'fallback_id' | 'fallback_after_s'>
  errors: Record<string, string>
  onChange: (part: Partial<Draft>) => void
}

/** Who hears of an alarm that this channel has not taken in time. */
export function StandIn({ id, draft: { fallback_id, fallback_after_s }, errors, onChange }: Props) {
  const { data } = useQuery(channelsQuery)
  const others = (data?.items ?? []).filter((one) => one.id !== id)
  const choices = [
    { value: NOBODY, label: 'Nobody' },
    ...others.map(({ id: value, name, enabled }) => ({ value, label: enabled ? name : `${name} (off)` })),
  ]
  // Beyond the first hundred it is not in the list, and stays chosen all the same.
  const known = fallback_id === null || choices.some(({ value }) => value === fallback_id)
  const shown = known || !data ? choices : [...choices, { value: String(fallback_id), label: 'Another channel' }]
  const pick = (value: string) =>
    onChange(
      value === NOBODY
        ? { fallback_id: null, fallback_after_s: null }
        : { fallback_id: value, fallback_after_s: fallback_after_s ?? STAND_IN_AFTER_S },
    )
  return (
    <div className="flex flex-wrap items-start gap-x-4 gap-y-3">
      <Field
        name="fallback_id"
        label="Stand-in"
        error={errors.fallback_id}
        hint="Another channel that hears of an alarm when this one fails or is muted."
        className="min-w-0 flex-1 basis-52"
      >
        <Select value={fallback_id ?? NOBODY} choices={shown} onChange={pick} />
      </Field>
      {fallback_id !== null && (
        <Field name="fallback_after_s" label="After" error={errors.fallback_after_s}>
          <NumberField
            value={fallback_after_s}
            min={30}
            max={86_400}
            step={30}
            suffix="s"
            onChange={(after) => onChange({ fallback_after_s: after })}
          />
        </Field>
      )}
    </div>
  )
}
