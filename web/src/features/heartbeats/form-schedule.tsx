import { useState } from 'react'
import { Segmented } from '@/ui/choice'
import { Field } from '@/ui/field'
import { Input, Textarea } from '@/ui/input'
import { ZoneField } from '@/ui/zone-field'
import { DurationInput } from './duration-input'
import { type FormProps, Section, SpanField } from './form-parts'
import { PreviewLine, type usePreview } from './preview-card'

const KINDS = [
  { value: 'interval', label: 'Every so often' },
  { value: 'cron', label: 'Cron' },
  { value: 'oncalendar', label: 'OnCalendar' },
] as const

const CRON = [
  ['Every hour', '0 * * * *'],
  ['Daily at 3:15', '15 3 * * *'],
  ['Weekdays at 8', '0 8 * * 1-5'],
  ['First of the month', '0 4 1 * *'],
] as const
const CALENDAR = [
  ['Every hour', 'hourly'],
  ['Daily at 3:15', '*-*-* 03:15:00'],
  ['Weekdays at 8', 'Mon..Fri 08:00'],
  ['First of the month', '*-*-01 04:00:00'],
] as const

/** Examples to begin with, at a click. */
function Examples({ of, onPick }: { of: readonly (readonly [string, string])[]; onPick: (text: string) => void }) {
  return (
    <ul aria-label="Examples" className="mt-2 flex flex-wrap gap-1.5">
      {of.map(([label, text]) => (
        <li key={text}>
          <button
            type="button"
            title={text}
            onClick={() => onPick(text)}
            className="rounded-xs bg-sunken px-2 py-0.5 text-xs text-muted ring-1 ring-line ring-inset hover:text-fg coarse:min-h-10 coarse:px-3"
          >
            {label}
          </button>
        </li>
      ))}
    </ul>
  )
}

/** The field of the chosen kind. */
function When({ draft, onChange, errors }: FormProps) {
  if (draft.kind === 'interval')
    return (
      <Field
        name="schedule.every_s"
        label="Every"
        error={errors['schedule.every_s']}
        hint="Counted from the last run; 10 seconds to a year."
        className="sm:col-span-2"
      >
        <DurationInput label="Interval" value={draft.every_s} onChange={(every_s) => onChange({ every_s })} />
      </Field>
    )
  if (draft.kind === 'cron')
    return (
      <Field
        name="schedule.cron"
        label="Cron expression"
        error={errors['schedule.cron']}
        hint="Minute, hour, day of the month, month, weekday, as in the crontab of the job."
        className="sm:col-span-2"
      >
        <Input
          mono
          value={draft.cron}
          onValueChange={(cron) => onChange({ cron })}
          placeholder="15 3 * * *"
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
        />
        <Examples of={CRON} onPick={(cron) => onChange({ cron })} />
      </Field>
    )
  return (
    <Field
      name="schedule.oncalendar"
      label="OnCalendar expressions"
      error={errors['schedule.oncalendar']}
      hint="As in the timer unit of systemd; one a line."
      className="sm:col-span-2"
    >
      <Textarea
        mono
        rows={2}
        value={draft.oncalendar}
        onValueChange={(oncalendar) => onChange({ oncalendar })}
        placeholder="*-*-* 03:15:00"
        maxLength={500}
        spellCheck={false}
      />
      <Examples of={CALENDAR} onPick={(oncalendar) => onChange({ oncalendar })} />
    </Field>
  )
}

/** When a run is expected, and how late it may be. */
export function ScheduleSection({ preview, ...props }: FormProps & { preview?: ReturnType<typeof usePreview> }) {
  const { draft, onChange, errors } = props
  // A zone is part of every schedule, but says nothing about a plain interval: it stays out of the way until it matters.
  const [zone] = useState(draft.timezone)
  return (
    <Section title="When it is expected">
      <Field name="schedule.kind" label="Schedule" error={errors['schedule.kind']} className="sm:col-span-2">
        <Segmented label="Schedule" value={draft.kind} onChange={(kind) => onChange({ kind })} choices={KINDS} />
      </Field>
      <When {...props} />
      <SpanField
        {...props}
        name="grace_s"
        label="Grace"
        hint="How late it may be before somebody is told."
        placeholder="5"
      />
      {(draft.kind !== 'interval' || zone !== draft.timezone || draft.weekdays.length < 7 || draft.except !== '') && (
        <ZoneField
          value={draft.timezone}
          onChange={(timezone) => onChange({ timezone })}
          error={errors['schedule.timezone']}
        />
      )}
      {preview && <PreviewLine preview={preview} />}
    </Section>
  )
}
