import type { ReactNode } from 'react'
import { severities } from '#contract/statuses'
import { severityLabel } from '@/parts/incident-words'
import type { Severity } from '@/types'
import { Segmented, Switch } from '@/ui/choice'
import { Field } from '@/ui/field'
import { inWords } from '@/ui/format'
import { Input, Textarea } from '@/ui/input'
import { NumberField } from '@/ui/number-field'
import { Select } from '@/ui/select'
import type { Draft } from './draft'
import { TagInput } from './tag-input'

export type CommonProps = {
  draft: Draft
  onChange: (part: Partial<Draft>) => void
  /** The server's sentence for a field, by its name. */
  errors: Record<string, string>
}

const INTERVALS = [
  [30, '30 s'],
  [60, '1 min'],
  [300, '5 min'],
  [900, '15 min'],
  [3600, '1 h'],
] as const
const REMINDERS = [900, 1800, 3600, 14_400, 86_400]
const severityChoices = severities.map((value: Severity) => ({ value, label: severityLabel[value] }))

export const Section = ({ title, children }: { title: string; children: ReactNode }) => (
  <fieldset className="min-w-0 border-t border-line px-5 py-5">
    <legend className="float-left mb-4 w-full text-md font-semibold">{title}</legend>
    <div className="clear-both grid gap-x-5 gap-y-5 sm:grid-cols-2">{children}</div>
  </fieldset>
)

type Amount = 'timeout_ms' | 'alert_threshold' | 'recovery_threshold' | 'confirm_interval_s' | 'degraded_ms'

function useAmount({ draft, onChange, errors }: CommonProps) {
  return (
    name: Amount,
    label: string,
    suffix: string,
    more: { hint?: string; optional?: boolean; placeholder?: string; min?: number; step?: number },
  ) => (
    <Field name={name} label={label} hint={more.hint} optional={more.optional} error={errors[name]}>
      <NumberField
        value={draft[name]}
        onChange={(value) => onChange({ [name]: value })}
        min={more.min ?? 1}
        step={more.step}
        suffix={suffix}
        placeholder={more.placeholder}
      />
    </Field>
  )
}

export function Checking(props: CommonProps) {
  const { draft, onChange, errors } = props
  const amount = useAmount(props)
  return (
    <Section title="Checking">
      <div className="sm:col-span-2">
        <Field
          name="interval"
          label="Interval"
          hint="How often it is checked; 5 seconds to one day."
          error={errors.interval}
        >
          <div className="flex flex-wrap items-center gap-3">
            <Segmented
              label="Usual intervals"
              value={String(draft.interval)}
              onChange={(value) => onChange({ interval: Number(value) })}
              choices={INTERVALS.map(([value, label]) => ({ value: String(value), label }))}
            />
            <NumberField
              value={draft.interval}
              onChange={(interval) => onChange({ interval })}
              min={5}
              max={86_400}
              suffix="seconds"
            />
          </div>
        </Field>
      </div>
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
    </Section>
  )
}

export function Alerting(props: CommonProps) {
  const { draft, onChange, errors } = props
  const amount = useAmount(props)
  const own = draft.reminder_interval_s
  const reminders = [...new Set([...REMINDERS, ...(own === null ? [] : [own])])].sort((a, b) => a - b)
  return (
    <Section title="Alerting">
      {amount('alert_threshold', 'Down after', 'failures in a row', {})}
      {amount('recovery_threshold', 'Up after', 'successes in a row', {})}
      {amount('confirm_interval_s', 'Re-check after a failure', 'seconds', {
        hint: 'Sooner than the interval, to be sure quickly.',
      })}
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
        <Field name="severity" label="Severity" hint="How urgent its incidents are." error={errors.severity}>
          <Segmented
            label="Severity"
            value={draft.severity}
            onChange={(severity) => onChange({ severity })}
            choices={severityChoices}
          />
        </Field>
      </div>
    </Section>
  )
}

export function Notes({ draft, onChange, errors }: CommonProps) {
  const tagError = errors.tags ?? Object.entries(errors).find(([path]) => /^tags[.[]/.test(path))?.[1]
  return (
    <Section title="Notes">
      <div className="sm:col-span-2">
        <TagInput tags={draft.tags} onChange={(tags) => onChange({ tags })} error={tagError} />
      </div>
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
      <div className="sm:col-span-2">
        <Switch
          label="Check it"
          hint="Off keeps it paused."
          checked={draft.enabled}
          onChange={(enabled) => onChange({ enabled })}
        />
      </div>
    </Section>
  )
}
