import type { ReactNode } from 'react'
import { severities } from '#contract/statuses'
import { errorAt } from '@/parts/error-at'
import { severityLabel } from '@/parts/incident-words'
import { MonitorIdsField } from '@/parts/monitors-field'
import { Segmented } from '@/ui/choice'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { NumberField } from '@/ui/number-field'
import { HINT, LABEL, type Part, UNIT, type Values } from './bulk-values'
import { IntervalInput } from './form-checking'
import { RegionsField } from './regions-field'

type ControlProps = {
  part: Part
  values: Values
  onChange: (part: Partial<Values>) => void
  errors: Record<string, string>
}
/** The control of what was ticked; its name stands beside the tick. */
export function BulkControl({ part, values, onChange, errors }: ControlProps): ReactNode {
  if (part === 'regions')
    return (
      <div className="space-y-4">
        <RegionsField
          regions={values.regions.regions}
          quorum={values.regions.region_quorum}
          onChange={(next) => onChange({ regions: { ...values.regions, ...next } })}
          errors={errors}
        />
      </div>
    )
  const error = errorAt(errors, part)
  const field = (control: ReactNode) => (
    <Field name={part} label={<span className="sr-only">{LABEL[part]}</span>} error={error} hint={HINT[part]}>
      {control}
    </Field>
  )
  if (part === 'interval')
    return field(<IntervalInput value={values.interval} onChange={(interval) => onChange({ interval })} />)
  if (part === 'severity')
    return field(
      <Segmented
        label="Severity"
        value={values.severity}
        onChange={(severity) => onChange({ severity })}
        choices={severities.map((value) => ({ value, label: severityLabel[value] }))}
      />,
    )
  if (part === 'parents')
    return field(<MonitorIdsField ids={values.parents} onChange={(parents) => onChange({ parents })} />)
  if (part === 'tag' || part === 'untag')
    return field(
      <Input
        value={values[part]}
        maxLength={40}
        autoComplete="off"
        onValueChange={(tag) => onChange({ [part]: tag })}
      />,
    )
  return field(
    <NumberField value={values[part]} min={1} suffix={UNIT[part]} onChange={(value) => onChange({ [part]: value })} />,
  )
}
