import { useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { severities, sourceTypes } from '#contract/statuses'
import { DaysField } from '@/features/on-call/days-field'
import type { ConditionField } from '@/features/on-call/types'
import { monitorTagsQuery, monitorTypesQuery } from '@/parts/data'
import { errorAt } from '@/parts/error-at'
import { IconButton } from '@/ui/button'
import { sentence, words } from '@/ui/format'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'
import { ZoneField } from '@/ui/zone-field'
import { type ConditionDraft, withField, withOp } from './draft'
import { Chip, TextsInput } from './texts-input'
import { fieldLabel, opLabel, opsOf, sourceWords } from './words'

// Safe: the keys of a literal.
const FIELDS = (Object.keys(fieldLabel) as ConditionField[]).map((value) => ({ value, label: fieldLabel[value] }))

/** What can be given for the fields with known values, each with its name. */
function useKnown(field: ConditionField): { value: string; label: string }[] {
  const { data: types = [] } = useQuery({ ...monitorTypesQuery, enabled: field === 'monitor_type' })
  if (field === 'severity') return severities.map((value) => ({ value, label: words(value) }))
  if (field === 'source_type') return sourceTypes.map((value) => ({ value, label: sourceWords(value) }))
  if (field !== 'monitor_type') return []
  const others = [...sourceTypes.filter((value) => value !== 'monitor'), 'ai_heartbeat']
  return [
    ...types.map(({ type, title }) => ({ value: type, label: title })),
    ...others.map((value) => ({ value, label: sourceWords(value) })),
  ]
}

type Props = {
  condition: ConditionDraft
  n: number
  /** Of the condition: `conditions.0`. */
  path: string
  errors: Record<string, string>
  onChange: (condition: ConditionDraft) => void
}

/** One or several out of known values, as buttons that are in or out. */
function Known({ condition, n, onChange }: Props) {
  const known = useKnown(condition.field)
  const { texts, op } = condition
  const single = op === 'at_least' || op === 'at_most'
  if (single || known.length > 8)
    return (
      <div className="space-y-1.5">
        {!single && texts.length > 0 && (
          <div className="flex flex-wrap gap-1">
            {texts.map((text) => (
              <Chip
                key={text}
                name={known.find(({ value }) => value === text)?.label ?? text}
                onRemove={() => onChange({ ...condition, texts: texts.filter((one) => one !== text) })}
              />
            ))}
          </div>
        )}
        <Select
          label={`Value of condition ${n}`}
          value={single ? texts[0] : null}
          placeholder={single || texts.length === 0 ? 'Choose' : 'Or another'}
          choices={known}
          onChange={(value) =>
            onChange({ ...condition, texts: single ? [value] : [...texts.filter((one) => one !== value), value] })
          }
        />
      </div>
    )
  return (
    <fieldset className="flex flex-wrap gap-1">
      <legend className="sr-only">{`Values of condition ${n}`}</legend>
      {known.map(({ value, label }) => (
        <button
          key={value}
          type="button"
          aria-pressed={texts.includes(value)}
          onClick={() =>
            onChange({
              ...condition,
              texts: texts.includes(value) ? texts.filter((one) => one !== value) : [...texts, value],
            })
          }
          className="h-8 rounded-sm border border-line bg-surface px-2.5 text-sm text-subtle hover:bg-hover aria-pressed:border-line-strong aria-pressed:bg-active aria-pressed:font-medium aria-pressed:text-fg coarse:h-11"
        >
          {label}
        </button>
      ))}
    </fieldset>
  )
}

function Times({ condition, n, path, errors, onChange }: Props) {
  const { range } = condition
  const put = (part: Partial<typeof range>) => onChange({ ...condition, range: { ...range, ...part } })
  const clock = errors[`${path}.value.from`] ?? errors[`${path}.value.to`]
  return (
    <div className="space-y-2">
      <DaysField
        label={`Days of condition ${n}`}
        days={range.days}
        onChange={(days) => put({ days })}
        error={errorAt(errors, `${path}.value.days`)}
      />
      <div className="flex items-center gap-1.5">
        <Input
          type="time"
          aria-label={`From, condition ${n}`}
          value={range.from}
          onValueChange={(from) => put({ from })}
          className="w-[118px]! coarse:w-36!"
        />
        <span className="text-sm text-subtle">to</span>
        <Input
          type="time"
          aria-label={`To, condition ${n}`}
          value={range.to}
          onValueChange={(to) => put({ to })}
          className="w-[118px]! coarse:w-36!"
        />
      </div>
      {clock && <p className="text-xs text-down">{sentence(clock)}</p>}
      <ZoneField
        value={range.timezone}
        onChange={(timezone) => put({ timezone })}
        error={errors[`${path}.value.timezone`]}
      />
    </div>
  )
}

const HINT: Partial<Record<ConditionField, string>> = { tag: 'payments', name: 'Checkout', region: 'eu-west' }
function Texts({ condition, n, onChange }: Props) {
  const { data } = useQuery({ ...monitorTagsQuery, enabled: condition.field === 'tag' })
  const tags = condition.field === 'tag' && condition.op !== 'matches' ? (data?.items.map(({ tag }) => tag) ?? []) : []
  return (
    <TextsInput
      label={`Values of condition ${n}`}
      texts={condition.texts}
      suggestions={tags}
      placeholder={condition.op === 'matches' ? '^db-[0-9]+' : HINT[condition.field]}
      onChange={(texts) => onChange({ ...condition, texts })}
    />
  )
}

/** What is looked at, how, and for what. */
export function ConditionRow(props: Props & { onRemove: () => void }) {
  const { condition, n, path, errors, onChange, onRemove } = props
  const { field, op } = condition
  const fault =
    errors[`${path}.op`] ??
    errors[`${path}.field`] ??
    (field === 'time' ? errors[`${path}.value`] : errorAt(errors, `${path}.value`))
  const Value = field === 'time' ? Times : field === 'tag' || field === 'name' || field === 'region' ? Texts : Known
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-2 sm:grid-cols-[160px_150px_minmax(0,1fr)_auto]">
      <Select
        label={`Field of condition ${n}`}
        value={field}
        onChange={(next) => onChange(withField(condition, next))}
        choices={FIELDS}
      />
      <Select
        label={`Question of condition ${n}`}
        value={op}
        onChange={(next) => onChange(withOp(condition, next))}
        choices={opsOf[field].map((value) => ({ value, label: opLabel[value] }))}
        className="max-sm:col-start-1"
      />
      <div className="min-w-0 max-sm:col-span-2">
        <Value {...props} />
        {fault && (
          <p role="alert" className="mt-1 text-xs text-down">
            {sentence(fault)}
          </p>
        )}
        {op === 'matches' && !fault && <p className="mt-1 text-xs text-subtle">A regular expression in RE2 syntax.</p>}
      </div>
      <IconButton label={`Remove condition ${n}`} onClick={onRemove} className="max-sm:col-start-2 max-sm:row-start-1">
        <X />
      </IconButton>
    </div>
  )
}
