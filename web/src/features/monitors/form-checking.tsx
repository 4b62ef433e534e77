import { Segmented, Switch } from '@/ui/choice'
import { Field } from '@/ui/field'
import { NumberField } from '@/ui/number-field'
import { type CommonProps, Section, useAmount } from './form-common'
import { RegionsField } from './regions-field'
import { traitsOf } from './type-groups'

const INTERVALS = [
  [30, '30 s'],
  [60, '1 min'],
  [300, '5 min'],
  [900, '15 min'],
  [3600, '1 h'],
] as const

/** The usual ones at a click, every other one by number. */
export function IntervalInput({ value, onChange }: { value: number | null; onChange: (value: number | null) => void }) {
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Segmented
        label="Usual intervals"
        value={String(value)}
        onChange={(next) => onChange(Number(next))}
        choices={INTERVALS.map(([seconds, label]) => ({ value: String(seconds), label }))}
      />
      <NumberField value={value} onChange={onChange} min={5} max={86_400} suffix="seconds" />
    </div>
  )
}

function Interval({ draft, onChange, errors, label, hint }: CommonProps & { label: string; hint: string }) {
  return (
    <Field name="interval" label={label} hint={hint} error={errors.interval} className="sm:col-span-2">
      <IntervalInput value={draft.interval} onChange={(interval) => onChange({ interval })} />
    </Field>
  )
}

export function Checking(props: CommonProps) {
  const { draft, onChange, errors, type } = props
  const amount = useAmount(props)
  const { asks, interval } = traitsOf(type)
  if (!interval) return null
  if (!asks)
    return (
      <Section title="When it is due">
        <Interval {...props} label="Expected every" hint="How often something should report here." />
      </Section>
    )
  return (
    <Section title="Checking">
      <Interval {...props} label="Interval" hint="How often it is checked; 5 seconds to one day." />
      {amount('timeout_ms', 'Timeout', 'ms', {
        optional: true,
        placeholder: 'Auto',
        min: 100,
        step: 500,
        hint: 'An answer that takes longer counts as a failure.',
      })}
      {amount('degraded_ms', 'Degraded above', 'ms', {
        optional: true,
        placeholder: 'Never',
        step: 100,
        hint: 'Slower answers still count as up.',
      })}
      <div className="sm:col-span-2">
        <Switch
          label="Invert the result"
          hint="Up when the check fails: for something that must not be reachable."
          checked={draft.inverted}
          onChange={(inverted) => onChange({ inverted })}
        />
      </div>
      <div className="space-y-5 sm:col-span-2">
        <RegionsField regions={draft.regions} quorum={draft.region_quorum} onChange={onChange} errors={errors} />
      </div>
    </Section>
  )
}
