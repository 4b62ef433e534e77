import { severities } from '#contract/statuses'
import { severityLabel } from '@/parts/incident-words'
import { Segmented, Switch } from '@/ui/choice'
import { Field } from '@/ui/field'
import { inWords } from '@/ui/format'
import { Input, Textarea } from '@/ui/input'
import { NumberField } from '@/ui/number-field'
import { Select } from '@/ui/select'
import { Fold, type FormProps, isRefused, SpanField } from './form-parts'

/** How long a run may take, how often it may come, and how many failures are too many. */
export function RunsFold(props: FormProps) {
  const { draft, onChange, errors } = props
  const perDay = (name: 'day_min' | 'day_max', path: string, label: string) => (
    <Field name={path} label={label} optional error={errors[path] ?? (name === 'day_min' ? errors.per_day : undefined)}>
      <NumberField
        value={draft[name]}
        onChange={(value) => onChange({ [name]: value })}
        min={0}
        suffix="runs"
        placeholder="Any"
      />
    </Field>
  )
  return (
    <Fold
      title="Runs"
      hint="How long one may take, how often it may come, how many may fail."
      refused={isRefused(errors, ['max_runtime_s', 'min_interval_s', 'per_day', 'failures', 'watch_duration'])}
    >
      <SpanField
        {...props}
        optional
        name="max_runtime_s"
        label="Longest run"
        hint="From start to end; without it, the grace counts."
        placeholder="Grace"
      />
      <SpanField
        {...props}
        optional
        name="min_interval_s"
        label="Not sooner than"
        hint="After the run before. Sooner is a problem: two copies may be running."
        placeholder="Any"
      />
      {perDay('day_min', 'per_day.min', 'At least on a day')}
      {perDay('day_max', 'per_day.max', 'At most on a day')}
      <Field
        name="failures"
        label="Down after"
        error={errors.failures}
        hint="Failed runs in a row. A run that does not come at all is told at once."
      >
        <NumberField
          value={draft.failures}
          onChange={(failures) => onChange({ failures })}
          min={1}
          max={10}
          suffix="in a row"
        />
      </Field>
      <div className="sm:col-span-2">
        <Switch
          label="Watch how long runs take"
          hint="A run that takes far longer or shorter than the last good ones is a problem, once ten are known."
          checked={draft.watch_duration}
          onChange={(watch_duration) => onChange({ watch_duration })}
        />
      </div>
    </Fold>
  )
}

const REMINDERS = [900, 1800, 3600, 14_400, 86_400]
const severityChoices = severities.map((value) => ({ value, label: severityLabel[value] }))

export function AlertingFold({ draft, onChange, errors }: FormProps) {
  const own = draft.reminder_interval_s
  const reminders = [...new Set([...REMINDERS, ...(own === null ? [] : [own])])].sort((a, b) => a - b)
  return (
    <Fold
      title="Alerting"
      hint="How urgent it is, reminders, and what ends a pause."
      refused={isRefused(errors, ['severity', 'reminder_interval_s', 'manual_resume'])}
    >
      <Field name="severity" label="Severity" hint="How urgent its incidents are." error={errors.severity}>
        <Segmented
          label="Severity"
          value={draft.severity}
          onChange={(severity) => onChange({ severity })}
          choices={severityChoices}
        />
      </Field>
      <Field name="reminder_interval_s" label="Remind while it is down" error={errors.reminder_interval_s}>
        <Select
          value={own === null ? 'never' : String(own)}
          onChange={(value) => onChange({ reminder_interval_s: value === 'never' ? null : Number(value) })}
          choices={[
            { value: 'never', label: 'Never' },
            ...reminders.map((seconds) => ({ value: String(seconds), label: `Every ${inWords(seconds)}` })),
          ]}
        />
      </Field>
      <div className="sm:col-span-2">
        <Switch
          label="A person has to resume it"
          hint="Paused, it stays so although it pings; otherwise the next ping ends the pause."
          checked={draft.manual_resume}
          onChange={(manual_resume) => onChange({ manual_resume })}
        />
      </div>
    </Fold>
  )
}

/** `fresh`: a new one may bring its address along. */
export function NotesFold({ draft, onChange, errors, fresh }: FormProps & { fresh: boolean }) {
  return (
    <Fold
      title="Notes and addresses"
      hint="Runbook, description, and its name in an address."
      refused={isRefused(errors, ['runbook_url', 'description', 'slug', 'name_slug', 'enabled'])}
    >
      <Field
        name="runbook_url"
        label="Runbook"
        optional
        hint="Where it says what to do; linked from every incident."
        error={errors.runbook_url}
        className="sm:col-span-2"
      >
        <Input
          mono
          type="url"
          value={draft.runbook_url}
          onValueChange={(runbook_url) => onChange({ runbook_url })}
          placeholder="https://"
        />
      </Field>
      <Field name="description" label="Description" optional error={errors.description} className="sm:col-span-2">
        <Textarea rows={3} value={draft.description} onValueChange={(description) => onChange({ description })} />
      </Field>
      <Field
        name="name_slug"
        label="Name in addresses"
        optional
        error={errors.name_slug}
        hint="For pings with the key of the workspace; made from the name unless it is set."
      >
        <Input mono value={draft.name_slug} onValueChange={(name_slug) => onChange({ name_slug })} maxLength={100} />
      </Field>
      {fresh && (
        <Field
          name="slug"
          label="Secret part of its address"
          optional
          error={errors.slug}
          hint="Only when moving from elsewhere: the one that the job calls already."
        >
          <Input
            mono
            value={draft.slug}
            onValueChange={(slug) => onChange({ slug })}
            maxLength={100}
            autoComplete="off"
            placeholder="A new one is made"
          />
        </Field>
      )}
      <div className="sm:col-span-2">
        <Switch
          label="Listen to it"
          hint="Off keeps it paused."
          checked={draft.enabled}
          onChange={(enabled) => onChange({ enabled })}
        />
      </div>
    </Fold>
  )
}
