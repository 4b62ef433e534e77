import { errorAt } from '@/parts/error-at'
import { cx } from '@/ui/cx'
import { Field } from '@/ui/field'
import { Textarea } from '@/ui/input'
import { WEEK } from './draft'
import { Fold, type FormProps, isRefused } from './form-parts'

/** 5 January 2026 is a Monday. */
const dayName = (day: number, weekday: 'short' | 'long') =>
  new Intl.DateTimeFormat('en-GB', { weekday, timeZone: 'UTC' }).format(Date.UTC(2026, 0, 4 + day))

/** Weekdays on which a run is expected, and days on which none is. */
export function DaysFold({ draft, onChange, errors }: FormProps) {
  const { weekdays } = draft
  const turn = (day: number) =>
    onChange({ weekdays: weekdays.includes(day) ? weekdays.filter((one) => one !== day) : [...weekdays, day] })
  const fault = errorAt(errors, 'schedule.only.weekdays')
  return (
    <Fold
      title="Working days and holidays"
      hint="Days on which it is expected; on the others its silence is fine."
      refused={isRefused(errors, ['schedule.only'])}
    >
      <fieldset className="min-w-0 sm:col-span-2">
        <legend className="mb-1.5 text-sm font-medium">Expected on</legend>
        <div className="flex flex-wrap gap-1">
          {WEEK.map((day) => (
            <button
              key={day}
              type="button"
              aria-pressed={weekdays.includes(day)}
              title={dayName(day, 'long')}
              onClick={() => turn(day)}
              className={cx(
                'h-8 w-11 rounded-sm border text-sm coarse:h-11',
                weekdays.includes(day)
                  ? 'border-line-strong bg-active font-medium text-fg'
                  : 'border-line bg-surface text-subtle hover:bg-hover',
              )}
            >
              {dayName(day, 'short')}
            </button>
          ))}
        </div>
        {fault && (
          <p role="alert" className="mt-1.5 text-xs text-down first-letter:uppercase">
            {fault}
          </p>
        )}
      </fieldset>
      <Field
        name="schedule.only.except"
        label="Holidays"
        optional
        error={errorAt(errors, 'schedule.only.except')}
        hint="One a line: 2026-12-24 for one day, 12-25 for that day of every year."
        className="sm:col-span-2"
      >
        <Textarea
          mono
          rows={3}
          value={draft.except}
          onValueChange={(except) => onChange({ except })}
          placeholder={'12-25\n2026-12-24'}
          maxLength={4000}
        />
      </Field>
    </Fold>
  )
}
