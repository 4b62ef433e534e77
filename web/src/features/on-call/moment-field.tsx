import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { boxOf, instantOf } from './zone'

type Props = {
  name: string
  label: string
  /** Milliseconds; `NaN` while nothing sensible is typed. */
  value: number
  onChange: (at: number) => void
  zone: string
  error?: string
  className?: string
}
/** A day and a time on the clocks of a zone. */
export const MomentField = ({ name, label, value, onChange, zone, error, className }: Props) => (
  <Field name={name} label={label} error={error} hint={zone} className={className}>
    <Input
      type="datetime-local"
      step={60}
      value={Number.isNaN(value) ? '' : boxOf(value, zone)}
      onValueChange={(text) => onChange(instantOf(text, zone))}
    />
  </Field>
)
/** What is sent for it; the server says what is wrong with an empty one. */
export const isoOf = (at: number) => (Number.isNaN(at) ? '' : new Date(at).toISOString())
