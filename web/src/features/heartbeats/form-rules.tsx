import { Plus, X } from 'lucide-react'
import type { PingFilter, PingRule } from '@/types'
import { Button, IconButton } from '@/ui/button'
import { Switch } from '@/ui/choice'
import { Field } from '@/ui/field'
import { sentence } from '@/ui/format'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'
import { rowFault } from './form-numbers'
import { Fold, type FormProps, isRefused } from './form-parts'

const MOST = 20
const MEANS: { value: PingRule['means']; label: string }[] = [
  { value: 'success', label: 'Success' },
  { value: 'fail', label: 'Failure' },
  { value: 'start', label: 'Start' },
  { value: 'log', label: 'Log only' },
  { value: 'ignore', label: 'Ignored' },
]
const OTHERWISE = MEANS.filter((one): one is { value: PingFilter['otherwise']; label: string } => one.value !== 'start')
const WHERE: { value: PingRule['in']; label: string }[] = [
  { value: 'body', label: 'Body' },
  { value: 'subject', label: 'Subject' },
]

/** What words in a ping mean, for jobs that cannot choose their address: mails, reports of other programs. */
export function RulesFold({ draft, onChange, errors }: FormProps) {
  const { rules } = draft
  const put = (row: number, part: Partial<PingRule>) =>
    onChange({ rules: rules.map((one, i) => (i === row ? { ...one, ...part } : one)) })
  return (
    <Fold
      title="What pings mean"
      hint="Words in the body or the subject, and which requests count."
      refused={isRefused(errors, ['filter'])}
    >
      <div className="sm:col-span-2">
        <Switch
          label="Only POST counts"
          hint="GET and HEAD are answered and not counted, for links that mail programs open by themselves."
          checked={draft.post_only}
          onChange={(post_only) => onChange({ post_only })}
        />
      </div>
      <fieldset className="min-w-0 space-y-2 sm:col-span-2">
        <legend className="mb-1.5 text-sm font-medium">Words</legend>
        {rules.map((rule, row) => {
          const fault = rowFault(errors, 'filter.rules', row)
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no names of their own while they are typed
            <div key={row}>
              <div className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto] items-center gap-2 sm:grid-cols-[104px_minmax(0,1fr)_124px_auto]">
                <Select
                  label={`Where to look, rule ${row + 1}`}
                  value={rule.in}
                  onChange={(where) => put(row, { in: where })}
                  choices={WHERE}
                />
                <Input
                  className="max-sm:order-first max-sm:col-span-3"
                  aria-label={`Words of rule ${row + 1}`}
                  aria-invalid={fault ? true : undefined}
                  value={rule.contains}
                  onValueChange={(contains) => put(row, { contains })}
                  placeholder="contains, for example ERROR"
                  maxLength={200}
                />
                <Select
                  label={`What it means, rule ${row + 1}`}
                  value={rule.means}
                  onChange={(means) => put(row, { means })}
                  choices={MEANS}
                />
                <IconButton
                  label={`Remove rule ${row + 1}`}
                  onClick={() => onChange({ rules: rules.filter((_, i) => i !== row) })}
                >
                  <X />
                </IconButton>
              </div>
              {fault && (
                <p role="alert" className="mt-1 text-xs text-down">
                  {sentence(fault)}
                </p>
              )}
            </div>
          )
        })}
        <Button
          disabled={rules.length >= MOST}
          onClick={() => onChange({ rules: [...rules, { in: 'body', contains: '', means: 'fail' }] })}
        >
          <Plus />
          Add rule
        </Button>
      </fieldset>
      {rules.length > 0 && (
        <Field
          name="filter.otherwise"
          label="When none of them is found"
          error={errors['filter.otherwise']}
          hint="The worst that is found counts; case matters."
        >
          <Select value={draft.otherwise} onChange={(otherwise) => onChange({ otherwise })} choices={OTHERWISE} />
        </Field>
      )}
    </Fold>
  )
}
