import { cx } from '@/ui/cx'
import type { Weekday } from './types'
import { WEEK, weekdayName } from './words'

type Props = { label: string; days: readonly Weekday[]; onChange: (days: Weekday[]) => void; error?: string }
/** Some days of the week. */
export const DaysField = ({ label, days, onChange, error }: Props) => (
  <fieldset className="min-w-0">
    <legend className="sr-only">{label}</legend>
    <div className="flex flex-wrap gap-1">
      {WEEK.map((day) => (
        <button
          key={day}
          type="button"
          aria-pressed={days.includes(day)}
          title={weekdayName(day, 'long')}
          onClick={() => onChange(WEEK.filter((one) => (one === day) !== days.includes(one)))}
          className={cx(
            'h-8 w-10 rounded-sm border text-xs coarse:h-11',
            days.includes(day)
              ? 'border-line-strong bg-active font-medium text-fg'
              : 'border-line bg-surface text-subtle hover:bg-hover',
          )}
        >
          {weekdayName(day)}
        </button>
      ))}
    </div>
    {error && (
      <p role="alert" className="mt-1 text-xs text-down first-letter:uppercase">
        {error}
      </p>
    )}
  </fieldset>
)
