import type { ReactNode } from 'react'
import { severities } from '#contract/statuses'
import { errorAt } from '@/parts/error-at'
import { severityLabel } from '@/parts/incident-words'
import { MonitorIdsField } from '@/parts/monitors-field'
import { TagInput } from '@/parts/tag-input'
import type { Severity } from '@/types'
import { Segmented, Switch } from '@/ui/choice'
import { Field } from '@/ui/field'
import { inWords } from '@/ui/format'
import { Input, Textarea } from '@/ui/input'
import { NumberField } from '@/ui/number-field'
import { Select } from '@/ui/select'
import type { Draft } from './draft'
import { traitsOf } from './type-groups'

export type CommonProps = {
  draft: Draft
  onChange: (part: Partial<Draft>) => void
  /** The server's sentence for a field, by its name. */
  errors: Record<string, string>
  type: string
}

const REMINDERS = [900, 1800, 3600, 14_400, 86_400]
const severityChoices = severities.map((value: Severity) => ({ value, label: severityLabel[value] }))

export const Section = ({ title, children }: { title: string; children: ReactNode }) => (
  <fieldset className="min-w-0 border-t border-line px-5 py-5">
    <legend className="float-left mb-4 w-full text-md font-semibold">{title}</legend>
    <div className="clear-both grid gap-x-5 gap-y-5 sm:grid-cols-2">{children}</div>
  </fieldset>
)

type Amount = 'timeout_ms' | 'alert_threshold' | 'recovery_threshold' | 'confirm_interval_s' | 'degraded_ms'

export function useAmount({ draft, onChange, errors }: CommonProps) {
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

/** `itself`: the monitor that is being edited, which cannot depend on itself. */
export function Alerting({ itself, ...props }: CommonProps & { itself?: string }) {
  const { draft, onChange, errors, type } = props
  const amount = useAmount(props)
  const { asks, thresholds } = traitsOf(type)
  const own = draft.reminder_interval_s
  const reminders = [...new Set([...REMINDERS, ...(own === null ? [] : [own])])].sort((a, b) => a - b)
  return (
    <Section title="Alerting">
      {thresholds && amount('alert_threshold', 'Down after', asks ? 'failures in a row' : 'missed in a row', {})}
      {asks && amount('recovery_threshold', 'Up after', 'successes in a row', {})}
      {asks &&
        amount('confirm_interval_s', 'Re-check after a failure', 'seconds', {
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
      <Field
        name="parents"
        label="Depends on"
        optional
        className="sm:col-span-2"
        error={errorAt(errors, 'parents')}
        hint="While one of these is down, its own alarm is enough: nobody is told about this one."
      >
        <MonitorIdsField ids={draft.parents} without={itself} onChange={(parents) => onChange({ parents })} />
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

export function Notes({ draft, onChange, errors, type }: CommonProps) {
  return (
    <Section title="Notes">
      <div className="sm:col-span-2">
        <TagInput tags={draft.tags} onChange={(tags) => onChange({ tags })} error={errorAt(errors, 'tags')} />
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
          label={traitsOf(type).asks ? 'Check it' : 'Watch it'}
          hint="Off keeps it paused."
          checked={draft.enabled}
          onChange={(enabled) => onChange({ enabled })}
        />
      </div>
    </Section>
  )
}
