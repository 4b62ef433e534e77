import { Trash2 } from 'lucide-react'
import { IconButton } from '@/ui/button'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { NumberField } from '@/ui/number-field'
import { Select } from '@/ui/select'
import type { LayerDraft } from './draft'
import { RestrictionsField } from './restrictions-field'
import { TurnsField } from './turns-field'
import type { Rotation, Weekday } from './types'
import { WEEK, weekdayName, weekdayOf } from './words'

const ROTATIONS: { value: Rotation; label: string }[] = [
  { value: 'daily', label: 'Days' },
  { value: 'weekly', label: 'Weeks' },
  { value: 'monthly', label: 'Months' },
  { value: 'hourly', label: 'Hours' },
  { value: 'custom', label: 'Hours, by the clock' },
]
const DAYS = WEEK.map((day) => ({ value: String(day), label: weekdayName(day, 'long') }))

type Props = {
  layer: LayerDraft
  index: number
  errors: Record<string, string>
  onChange: (part: Partial<LayerDraft>) => void
  onRemove: () => void
}

function HandoffFields({ layer, index, errors, onChange }: Props) {
  const at = `layers.${index}`
  const { rotation, handoff_day, start_date } = layer
  const day = handoff_day ?? weekdayOf(start_date)
  return (
    <>
      <Field name={`${at}.length`} label="Each shift lasts" error={errors[`${at}.length`] ?? errors[`${at}.rotation`]}>
        <div className="flex flex-wrap items-center gap-2">
          <NumberField value={layer.length} onChange={(length) => onChange({ length })} min={1} />
          <Select
            label="Unit"
            value={rotation}
            onChange={(rotation) => onChange({ rotation })}
            choices={ROTATIONS}
            className="w-44!"
          />
        </div>
      </Field>
      <Field name={`${at}.handoff_time`} label="Hand-off at" error={errors[`${at}.handoff_time`]}>
        <div className="flex flex-wrap items-center gap-2">
          <Input
            type="time"
            value={layer.handoff_time}
            onValueChange={(handoff_time) => onChange({ handoff_time })}
            className="w-[118px]! coarse:w-36!"
          />
          {rotation === 'weekly' && (
            <Select
              label="Hand-off on"
              value={String(day)}
              // Safe: only the values of DAYS can be picked.
              onChange={(value) => onChange({ handoff_day: Number(value) as Weekday })}
              choices={DAYS}
              className="w-36!"
            />
          )}
        </div>
      </Field>
      <Field
        name={`${at}.start_date`}
        label="First day"
        error={errors[`${at}.start_date`]}
        hint="The first person's first shift; nobody of this layer is on call before."
      >
        <Input type="date" value={layer.start_date} onValueChange={(start_date) => onChange({ start_date })} />
      </Field>
      <Field name={`${at}.end_date`} label="Last day" optional error={errors[`${at}.end_date`]}>
        <Input type="date" value={layer.end_date} onValueChange={(end_date) => onChange({ end_date })} />
      </Field>
    </>
  )
}

/** One rotation: who, how long each, from when on, and at which times. */
export function LayerCard(props: Props) {
  const { layer, index, errors, onChange, onRemove } = props
  const at = `layers.${index}`
  const title = layer.name || `Layer ${index + 1}`
  return (
    <fieldset className="min-w-0 border-t border-line px-5 py-5">
      <legend className="float-left mb-4 flex w-full items-center gap-2 text-md font-semibold">
        <span className="min-w-0 flex-1 truncate">{title}</span>
        <IconButton label={`Remove ${title}`} onClick={onRemove}>
          <Trash2 />
        </IconButton>
      </legend>
      <div className="clear-both grid gap-x-5 gap-y-5 sm:grid-cols-2">
        <Field name={`${at}.name`} label="Name of the layer" error={errors[`${at}.name`]}>
          <Input
            value={layer.name}
            onValueChange={(name) => onChange({ name })}
            maxLength={80}
            autoComplete="off"
            placeholder={`Layer ${index + 1}`}
          />
        </Field>
        <Field
          name={`${at}.priority`}
          label="Priority"
          error={errors[`${at}.priority`]}
          hint="The higher layer covers the lower; equal ones are on call together."
        >
          <NumberField value={layer.priority} onChange={(priority) => onChange({ priority })} min={0} max={1000} />
        </Field>
        <TurnsField turns={layer.turns} onChange={(turns) => onChange({ turns })} path={at} errors={errors} />
        <HandoffFields {...props} />
        <RestrictionsField
          restrictions={layer.restrictions}
          onChange={(restrictions) => onChange({ restrictions })}
          path={at}
          errors={errors}
        />
      </div>
    </fieldset>
  )
}
