import { Combobox } from './combobox'
import { Field } from './field'
import { useNow } from './time'

const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')]
const clock = (zone: string, now: number) => {
  try {
    return new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }).format(now)
  } catch {
    // A zone that the server knows and this browser does not.
    return null
  }
}

type Props = { label?: string; value: string; onChange: (zone: string) => void; error?: string; disabled?: boolean }
/** A time zone by name, with the clock of that place to recognise it by. */
export function ZoneField({ label = 'Time zone', value, onChange, error, disabled }: Props) {
  const time = clock(value, useNow(15_000))
  return (
    <Field name="timezone" label={label} error={error} hint={time ? `It is ${time} there now.` : undefined}>
      <Combobox
        value={value}
        onChange={onChange}
        choices={zones.includes(value) ? zones : [value, ...zones]}
        empty="No such zone. Try a city, for example Berlin."
        disabled={disabled}
      />
    </Field>
  )
}
