import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import { findingsQuery } from '@/features/on-call/queries'
import { movedTo, Reorder } from '@/features/on-call/reorder'
import type { Policy } from '@/features/on-call/types'
import { keys } from '@/keys'
import { useUnsaved } from '@/shell/unsaved'
import { Button, buttonClass } from '@/ui/button'
import { Card } from '@/ui/card'
import { Field, Form, FormError } from '@/ui/field'
import { Input, Textarea } from '@/ui/input'
import { toast } from '@/ui/toast'
import { bodyOf, type Draft, draftOf, emptyDraft, emptyStep, type StepDraft } from './draft'
import { FindingLine, stepOf } from './finding-line'
import { PreviewCard } from './preview-card'
import { PolicySettings } from './settings'
import { StepCard } from './step-card'

const MOST_STEPS = 20
const KNOWN = ['name', 'description', 'repeat_count', 'ack_timeout_s', 'on_empty', /^steps\.\d+\./]

function useSave(draft: Draft, policy: Policy | undefined, release: () => void) {
  const client = useQueryClient()
  const navigate = useNavigate()
  return useMutation({
    mutationFn: () =>
      policy
        ? api.put<Policy>(`/escalation-policies/${policy.id}`, bodyOf(draft))
        : api.post<Policy>('/escalation-policies', bodyOf(draft)),
    onSuccess: async (saved) => {
      release()
      void client.invalidateQueries({ queryKey: keys.allOnCall })
      toast(policy ? `${saved.name} is saved` : `${saved.name} is added`)
      await navigate({ to: '/on-call/policies' })
    },
  })
}

type StepsProps = {
  steps: StepDraft[]
  errors: Record<string, string>
  policy?: Policy
  onChange: (steps: StepDraft[]) => void
}
function Steps({ steps, errors, policy, onChange }: StepsProps) {
  const { data = [] } = useQuery(findingsQuery)
  const about = data.filter(({ subject }) => policy && subject.id === policy.id)
  const general = about.filter((finding) => stepOf(finding) === undefined)
  const nextKey = Math.max(-1, ...steps.map(({ key }) => key)) + 1
  return (
    <>
      {general.length > 0 && (
        <div className="space-y-1.5 border-t border-line px-5 py-3">
          {general.map((finding) => (
            <FindingLine key={`${finding.code} ${finding.message}`} finding={finding} />
          ))}
        </div>
      )}
      <Reorder
        label="Steps"
        items={steps}
        idOf={({ key }) => key}
        nameOf={({ key }) => `step ${steps.findIndex((step) => step.key === key) + 1}`}
        onMove={(from, to) => onChange(movedTo(steps, from, to))}
      >
        {(step, handle, index) => (
          <StepCard
            {...{ step, index, handle, errors }}
            last={index === steps.length - 1}
            // Steps that were moved or are new are not the ones the linter has seen.
            findings={step.key === index ? about.filter((finding) => stepOf(finding) === index + 1) : []}
            onChange={(part) => onChange(steps.map((one) => (one.key === step.key ? { ...one, ...part } : one)))}
            onRemove={steps.length > 1 ? () => onChange(steps.filter(({ key }) => key !== step.key)) : null}
          />
        )}
      </Reorder>
      {steps.length < MOST_STEPS && (
        <div className="border-t border-line px-5 py-3">
          <Button size="sm" onClick={() => onChange([...steps, emptyStep(nextKey)])}>
            <Plus />
            Add step
          </Button>
        </div>
      )}
    </>
  )
}

/** The form of one policy, and beside it what it means. */
export function Editor({ policy, isFirst = false }: { policy?: Policy; isFirst?: boolean }) {
  const [untouched] = useState(() => (policy ? draftOf(policy) : emptyDraft(isFirst)))
  const [draft, setDraft] = useState(untouched)
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }))
  const { dialog, release } = useUnsaved(JSON.stringify(draft) !== JSON.stringify(untouched))
  const save = useSave(draft, policy, release)
  const errors = fieldsOf(save.error)
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 xl:grid-cols-[minmax(0,1fr)_360px]">
      <Card>
        <Form error={save.error} onSubmit={() => save.mutate()}>
          <div className="grid gap-5 px-5 py-5">
            <Field name="name" label="Name" error={errors.name}>
              <Input
                value={draft.name}
                onValueChange={(name) => change({ name })}
                maxLength={120}
                autoComplete="off"
                placeholder="Platform"
              />
            </Field>
            <Field name="description" label="Description" optional error={errors.description}>
              <Textarea
                rows={2}
                value={draft.description}
                onValueChange={(description) => change({ description })}
                maxLength={1000}
              />
            </Field>
          </div>
          <Steps
            steps={draft.steps}
            errors={errors}
            {...(policy && { policy })}
            onChange={(steps) => change({ steps })}
          />
          <PolicySettings draft={draft} onChange={change} errors={errors} />
          <footer className="sticky bottom-0 z-10 flex flex-wrap items-center gap-2 rounded-b-lg border-t border-line bg-surface px-5 py-3">
            <FormError error={save.error} known={KNOWN} className="min-w-0 flex-1 basis-60" />
            <div className="ml-auto flex gap-2">
              <Link to="/on-call/policies" className={buttonClass('ghost')}>
                Cancel
              </Link>
              <Button type="submit" variant="primary" busy={save.isPending}>
                {policy ? 'Save policy' : 'Add policy'}
              </Button>
            </div>
          </footer>
        </Form>
      </Card>
      <PreviewCard draft={draft} />
      {dialog}
    </div>
  )
}
