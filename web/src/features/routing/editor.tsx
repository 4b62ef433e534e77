import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import type { Rule } from '@/features/on-call/types'
import { keys } from '@/keys'
import { useMe } from '@/session'
import { useUnsaved } from '@/shell/unsaved'
import { Button, buttonClass } from '@/ui/button'
import { Card } from '@/ui/card'
import { Segmented, Switch } from '@/ui/choice'
import { Field, Form, FormError } from '@/ui/field'
import { Input } from '@/ui/input'
import { toast } from '@/ui/toast'
import { ActionsFields } from './actions-fields'
import { ConditionRow } from './condition-row'
import { bodyOf, type Draft, draftOf, emptyCondition, emptyDraft } from './draft'
import { TesterCard } from './tester-card'

const MOST = 20
const MATCH = [
  { value: 'all', label: 'All of these' },
  { value: 'any', label: 'Any of these' },
] as const
const KNOWN = ['name', /^conditions\.\d+\./, /^actions\./]

function useSave(draft: Draft, rule: Rule | undefined, release: () => void) {
  const client = useQueryClient()
  const navigate = useNavigate()
  return useMutation({
    mutationFn: () =>
      rule
        ? api.put<Rule>(`/alert-routing-rules/${rule.id}`, bodyOf(draft))
        : api.post<Rule>('/alert-routing-rules', bodyOf(draft)),
    onSuccess: async (saved) => {
      release()
      void client.invalidateQueries({ queryKey: keys.allOnCall })
      toast(rule ? `${saved.name} is saved` : `${saved.name} is added`)
      await navigate({ to: '/on-call/rules' })
    },
  })
}

type Props = { draft: Draft; onChange: (part: Partial<Draft>) => void; errors: Record<string, string> }
function Conditions({ draft, onChange, errors }: Props) {
  const { timezone } = useMe().tenant
  const { conditions } = draft
  const nextKey = Math.max(-1, ...conditions.map(({ key }) => key)) + 1
  return (
    <fieldset className="min-w-0 border-t border-line px-5 py-5">
      <legend className="float-left mb-4 w-full text-md font-semibold">When an incident opens and</legend>
      <div className="clear-both space-y-3">
        {conditions.length > 1 && (
          <Segmented
            size="sm"
            label="How many must hold"
            value={draft.match}
            onChange={(match) => onChange({ match })}
            choices={MATCH}
          />
        )}
        {conditions.length === 0 && (
          <p className="text-sm text-muted">Without conditions the rule is for every incident.</p>
        )}
        {conditions.map((condition, index) => (
          <ConditionRow
            key={condition.key}
            {...{ condition, errors }}
            n={index + 1}
            path={`conditions.${index}`}
            onChange={(next) => onChange({ conditions: conditions.map((one) => (one.key === next.key ? next : one)) })}
            onRemove={() => onChange({ conditions: conditions.filter(({ key }) => key !== condition.key) })}
          />
        ))}
        {conditions.length < MOST && (
          <Button
            size="sm"
            onClick={() => onChange({ conditions: [...conditions, emptyCondition(nextKey, timezone)] })}
          >
            <Plus />
            Add condition
          </Button>
        )}
      </div>
    </fieldset>
  )
}

/** The form of one rule, and beside it what would become of an incident. */
export function Editor({ rule }: { rule?: Rule }) {
  const { timezone } = useMe().tenant
  const [untouched] = useState(() => (rule ? draftOf(rule, timezone) : emptyDraft(timezone)))
  const [draft, setDraft] = useState(untouched)
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }))
  const { dialog, release } = useUnsaved(JSON.stringify(draft) !== JSON.stringify(untouched))
  const save = useSave(draft, rule, release)
  const errors = fieldsOf(save.error)
  const common = { draft, errors, onChange: change }
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 xl:grid-cols-[minmax(0,1fr)_400px]">
      <Card className="h-fit">
        <Form error={save.error} onSubmit={() => save.mutate()}>
          <div className="grid gap-5 px-5 py-5">
            <Field name="name" label="Name" error={errors.name}>
              <Input
                value={draft.name}
                onValueChange={(name) => change({ name })}
                maxLength={120}
                autoComplete="off"
                placeholder="Payments at night"
              />
            </Field>
            <Switch
              label="Switched on"
              hint="One that is off is passed as if it did not match."
              checked={draft.enabled}
              onChange={(enabled) => change({ enabled })}
            />
          </div>
          <Conditions {...common} />
          <ActionsFields {...common} />
          <footer className="sticky bottom-0 z-10 flex flex-wrap items-center gap-2 rounded-b-lg border-t border-line bg-surface px-5 py-3">
            <FormError error={save.error} known={KNOWN} className="min-w-0 flex-1 basis-60" />
            <div className="ml-auto flex gap-2">
              <Link to="/on-call/rules" className={buttonClass('ghost')}>
                Cancel
              </Link>
              <Button type="submit" variant="primary" busy={save.isPending}>
                {rule ? 'Save rule' : 'Add rule'}
              </Button>
            </div>
          </footer>
        </Form>
      </Card>
      <TesterCard rule={bodyOf(draft)} {...(rule && { id: rule.id })} />
      {dialog}
    </div>
  )
}
