import { Plus, Trash2 } from 'lucide-react'
import type { PersonalRule } from '#contract/oncall'
import { errorAt } from '@/parts/error-at'
import { Button, IconButton } from '@/ui/button'
import { Field } from '@/ui/field'
import { NumberField } from '@/ui/number-field'
import { Select } from '@/ui/select'
import { SeveritiesField } from './severities-field'

type Choice = { value: string; label: string }
const withoutSeverities = ({ severities: _, ...rule }: PersonalRule): PersonalRule => rule

type RowProps = {
  rule: PersonalRule
  at: number
  choices: Choice[]
  errors: Record<string, string>
  onChange: (rule: PersonalRule) => void
  onRemove: () => void
}
const Row = ({ rule, at, choices, errors, onChange, onRemove }: RowProps) => {
  const path = `rules.${at}`
  const known = choices.some(({ value }) => value === rule.contact_id)
  const shown = known ? choices : [...choices, { value: rule.contact_id, label: 'A way that is gone' }]
  return (
    <li className="flex flex-wrap items-start gap-x-3 gap-y-2 rounded-md border border-line p-3">
      <Field name={`${path}.delay_s`} label="After" error={errorAt(errors, `${path}.delay_s`)} className="w-36">
        <NumberField
          value={rule.delay_s / 60}
          min={0}
          max={1440}
          suffix="min"
          onChange={(minutes) => onChange({ ...rule, delay_s: Math.round((minutes ?? 0) * 60) })}
        />
      </Field>
      <Field
        name={`${path}.contact_id`}
        label="Tell me by"
        error={errorAt(errors, `${path}.contact_id`)}
        className="min-w-0 flex-1 basis-48"
      >
        <Select value={rule.contact_id} choices={shown} onChange={(contact_id) => onChange({ ...rule, contact_id })} />
      </Field>
      <IconButton label={`Remove rule ${at + 1}`} onClick={onRemove} className="mt-7">
        <Trash2 />
      </IconButton>
      <div className="basis-full">
        <SeveritiesField
          label={`Severities of rule ${at + 1}`}
          value={rule.severities}
          onChange={(severities) => onChange({ ...withoutSeverities(rule), ...(severities && { severities }) })}
        />
      </div>
    </li>
  )
}

type Props = {
  rules: PersonalRule[]
  choices: Choice[]
  errors: Record<string, string>
  onChange: (rules: PersonalRule[]) => void
}
/** After how long, which way. */
export const RulesField = ({ rules, choices, errors, onChange }: Props) => (
  <div className="space-y-3">
    {rules.length === 0 && (
      <p className="text-sm text-muted">Without rules you are told by every confirmed way at once.</p>
    )}
    <ul className="space-y-2 empty:hidden">
      {rules.map((rule, at) => (
        <Row
          // biome-ignore lint/suspicious/noArrayIndexKey: a rule is known by its place alone, and holds no state
          key={at}
          rule={rule}
          at={at}
          choices={choices}
          errors={errors}
          onChange={(next) => onChange(rules.with(at, next))}
          onRemove={() => onChange(rules.toSpliced(at, 1))}
        />
      ))}
    </ul>
    {rules.length < 20 && (
      <Button size="sm" onClick={() => onChange([...rules, { delay_s: 0, contact_id: 'email' }])}>
        <Plus />
        Add rule
      </Button>
    )}
  </div>
)
