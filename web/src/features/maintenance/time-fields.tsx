import { DaysField } from '@/features/on-call/days-field'
import { MomentField } from '@/features/on-call/moment-field'
import { Segmented } from '@/ui/choice'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { NumberField } from '@/ui/number-field'
import { useNow } from '@/ui/time'
import { ZoneField } from '@/ui/zone-field'
import { type Draft, occurrencesOf, type Repeat } from './plan'

type Props = { draft: Draft; errors: Record<string, string>; onChange: (change: Partial<Draft>) => void }

const REPEATS: { value: Repeat; label: string }[] = [
  { value: 'once', label: 'Once' },
  { value: 'daily', label: 'Daily' },
  { value: 'weekly', label: 'Weekly' },
  { value: 'monthly', label: 'Monthly' },
  { value: 'rule', label: 'By a rule' },
]

/** Which days, where it recurs. */
function Days({ draft, errors, onChange }: Props) {
  const { repeat, days, monthday, rule } = draft
  return (
    <>
      {repeat === 'weekly' && (
        <DaysField label="Days" days={days} onChange={(days) => onChange({ days })} error={errors.rrule} />
      )}
      {repeat === 'monthly' && (
        <Field label="Day of the month" name="rrule" error={errors.rrule} hint="Months without that day are left out.">
          <NumberField value={monthday} onChange={(day) => onChange({ monthday: day ?? 1 })} min={1} max={31} />
        </Field>
      )}
      {repeat === 'rule' && (
        <Field
          label="Rule"
          name="rrule"
          error={errors.rrule}
          hint="As in calendars (RFC 5545): FREQ=MONTHLY;BYDAY=-1SU"
        >
          <Input mono value={rule} maxLength={300} onValueChange={(rule) => onChange({ rule })} />
        </Field>
      )}
    </>
  )
}

function Ahead({ draft }: { draft: Draft }) {
  const ahead = occurrencesOf(draft, useNow(15_000))
  if (ahead.length === 0) return null
  return (
    <section>
      <h3 className="text-xs text-subtle">Next</h3>
      <ol aria-label="Next occurrences" className="text-sm tabular-nums">
        {ahead.map((words) => (
          <li key={words}>{words}</li>
        ))}
      </ol>
    </section>
  )
}

/** How long it lasts, in minutes. */
export const LengthField = ({ draft, errors, onChange }: Props) => (
  <Field label="Lasts" name="length" error={errors.duration_s ?? errors.ends_at}>
    <NumberField
      value={draft.length_s / 60}
      onChange={(minutes) => onChange({ length_s: Math.round((minutes ?? 1) * 60) })}
      min={1}
      max={44_640}
      suffix="minutes"
    />
  </Field>
)

/** When it is worked on: at once or later, once or again and again. */
export function TimeFields({ draft, errors, onChange }: Props) {
  const { repeat, starts_at, zone } = draft
  return (
    <>
      <Field label="How often" name="repeat">
        <Segmented label="How often" value={repeat} onChange={(repeat) => onChange({ repeat })} choices={REPEATS} />
      </Field>
      <Days draft={draft} errors={errors} onChange={onChange} />
      <Field label="From" name="from">
        <Segmented
          label="From"
          value={starts_at === null ? 'now' : 'later'}
          onChange={(value) => onChange({ starts_at: value === 'now' ? null : Date.now() })}
          choices={[
            { value: 'now', label: 'Now' },
            { value: 'later', label: 'At a time' },
          ]}
        />
      </Field>
      {starts_at !== null && (
        <MomentField
          name="starts_at"
          label={repeat === 'once' ? 'Begins' : 'Begins for the first time'}
          value={starts_at}
          onChange={(starts_at) => onChange({ starts_at })}
          zone={zone}
          error={errors.starts_at}
        />
      )}
      <LengthField draft={draft} errors={errors} onChange={onChange} />
      {repeat !== 'once' && <ZoneField value={zone} onChange={(zone) => onChange({ zone })} error={errors.timezone} />}
      <Ahead draft={draft} />
    </>
  )
}
