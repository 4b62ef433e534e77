import type { QuietHours } from '#contract/oncall'
import { DaysField } from '@/features/on-call/days-field'
import { errorAt } from '@/parts/error-at'
import { Switch } from '@/ui/choice'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { ZoneField } from '@/ui/zone-field'

type Props = { quiet: QuietHours; errors: Record<string, string>; onChange: (quiet: QuietHours) => void }

/** When messages wait until the hours are over. */
export function QuietField({ quiet, errors, onChange }: Props) {
  const put = (part: Partial<QuietHours>) => onChange({ ...quiet, ...part })
  const wrong = (name: string) => errorAt(errors, `quiet_hours.${name}`)
  return (
    <div className="space-y-4">
      <Switch
        label="Quiet hours"
        hint="Messages wait until they are over; none is lost."
        checked={quiet.enabled}
        onChange={(enabled) => put({ enabled })}
      />
      {quiet.enabled && (
        <>
          <div className="flex flex-wrap gap-3">
            <Field name="quiet_hours.from" label="From" error={wrong('from')}>
              <Input type="time" value={quiet.from} onValueChange={(from) => put({ from })} />
            </Field>
            <Field name="quiet_hours.to" label="To" error={wrong('to')}>
              <Input type="time" value={quiet.to} onValueChange={(to) => put({ to })} />
            </Field>
          </div>
          <DaysField label="Days" days={quiet.days} onChange={(days) => put({ days })} error={wrong('days')} />
          <ZoneField value={quiet.timezone} onChange={(timezone) => put({ timezone })} error={wrong('timezone')} />
          <Switch
            label="Critical incidents come through"
            checked={quiet.critical_exempt}
            onChange={(critical_exempt) => put({ critical_exempt })}
          />
        </>
      )}
    </div>
  )
}
