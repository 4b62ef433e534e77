import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import { DaysFold } from '@/features/heartbeats/form-days'
import { AlertingFold, NotesFold } from '@/features/heartbeats/form-more'
import { Fold, isRefused, Section, SpanField } from '@/features/heartbeats/form-parts'
import { ScheduleSection } from '@/features/heartbeats/form-schedule'
import { PreviewCard, usePreview } from '@/features/heartbeats/preview-card'
import { keys } from '@/keys'
import { errorAt } from '@/parts/error-at'
import { TagInput } from '@/parts/tag-input'
import { useMe } from '@/session'
import { useUnsaved } from '@/shell/unsaved'
import { Button, buttonClass } from '@/ui/button'
import { Card } from '@/ui/card'
import { Segmented } from '@/ui/choice'
import { Field, Form, FormError } from '@/ui/field'
import { Input } from '@/ui/input'
import { NumberField } from '@/ui/number-field'
import { toast } from '@/ui/toast'
import { bodyOf, type Draft, draftOf, emptyDraft, faultsOf } from './draft'
import { BudgetsSection } from './form-budgets'
import type { Agent } from './types'

const KNOWN = [
  ...['name', 'grace_s', 'max_runtime_s', 'min_interval_s', 'failures', 'severity', 'reminder_interval_s'],
  ...['runbook_url', 'description', 'slug', 'name_slug', /^tags/, /^budgets\./],
  /^expectation\.(mode|grace_s|schedule\.(kind|every_s|cron|oncalendar|timezone|only))/,
]
const MODES = [
  { value: 'learned', label: 'Learned from its runs' },
  { value: 'fixed', label: 'Fixed schedule' },
] as const

function useSave(draft: Draft, agent: Agent | undefined, release: () => void) {
  const client = useQueryClient()
  const navigate = useNavigate()
  return useMutation({
    mutationFn: () =>
      agent
        ? api.put<Agent>(`/ai-heartbeats/${agent.id}`, bodyOf(draft))
        : api.post<Agent>('/ai-heartbeats', bodyOf(draft)),
    onSuccess: async (saved) => {
      release()
      void client.invalidateQueries({ queryKey: keys.allAiHeartbeats })
      await client.invalidateQueries({ queryKey: keys.heartbeat(saved.id) })
      toast(agent ? `${saved.name} is saved` : `${saved.name} is added`)
      await navigate({ to: '/ai-heartbeats/$id', params: { id: saved.id } })
    },
  })
}

type Part = { draft: Draft; onChange: (part: Partial<Draft>) => void; errors: Record<string, string> }

const Basics = ({ draft, onChange, errors }: Part) => (
  <Section>
    <Field name="name" label="Name" error={errors.name} className="sm:col-span-2">
      <Input
        value={draft.name}
        onValueChange={(name) => onChange({ name })}
        maxLength={200}
        autoComplete="off"
        placeholder="Support triage agent"
      />
    </Field>
    <div className="sm:col-span-2">
      <TagInput tags={draft.tags} onChange={(tags) => onChange({ tags })} error={errorAt(errors, 'tags')} />
    </div>
    <Field
      name="expectation.mode"
      label="Its runs are expected"
      error={errors['expectation.mode']}
      className="sm:col-span-2"
      hint={
        draft.mode === 'learned'
          ? 'After 50 runs or 7 days its own rhythm decides when one is late; until then the schedule below does.'
          : 'The schedule below decides when one is late, whatever was learned.'
      }
    >
      <Segmented label="Expectation" value={draft.mode} onChange={(mode) => onChange({ mode })} choices={MODES} />
    </Field>
  </Section>
)

const Runs = (props: Part) => (
  <Fold
    title="Runs"
    hint="How long one may take, how soon it may come again, how many may fail."
    refused={isRefused(props.errors, ['max_runtime_s', 'min_interval_s', 'failures'])}
  >
    <Field
      name="failures"
      label="Down after"
      error={props.errors.failures}
      hint="Failed runs in a row. A run that does not come at all is told at once."
      className="sm:col-span-2"
    >
      <NumberField
        value={props.draft.failures}
        onChange={(failures) => props.onChange({ failures })}
        min={1}
        max={10}
        suffix="in a row"
      />
    </Field>
    <SpanField
      {...props}
      optional
      name="max_runtime_s"
      label="Longest run"
      hint="For agents that also report when they start; without it, the grace counts."
      placeholder="Grace"
    />
    <SpanField
      {...props}
      optional
      name="min_interval_s"
      label="Not sooner than"
      hint="After the run before. Sooner is a problem: it may be running twice, or in a loop."
      placeholder="Any"
    />
  </Fold>
)

/** The form of one AI heartbeat, new or not, and beside it what its schedule means. */
export function Editor({ agent }: { agent?: Agent }) {
  const { timezone } = useMe().tenant
  const [untouched] = useState(() => (agent ? draftOf(agent) : emptyDraft(timezone)))
  const [draft, setDraft] = useState(untouched)
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }))
  const { dialog, release } = useUnsaved(JSON.stringify(draft) !== JSON.stringify(untouched))
  const save = useSave(draft, agent, release)
  const preview = usePreview(draft)
  const errors = { ...faultsOf(fieldsOf(save.error)), ...preview.faults }
  const common = { draft, errors, onChange: change }
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 xl:grid-cols-[minmax(0,1fr)_340px]">
      <Card>
        <Form error={save.error} onSubmit={() => save.mutate()}>
          <Basics {...common} />
          <ScheduleSection {...common} />
          <div id="budgets" className="scroll-mt-4 border-t border-line">
            <BudgetsSection {...common} agent={agent} />
          </div>
          <Runs {...common} />
          <DaysFold {...common} />
          <AlertingFold {...common} />
          <NotesFold {...common} fresh={!agent} />
          <footer className="sticky bottom-0 z-10 flex flex-wrap items-center gap-2 rounded-b-lg border-t border-line bg-surface px-5 py-3">
            <FormError error={save.error} known={KNOWN} className="min-w-0 flex-1 basis-60" />
            <div className="ml-auto flex gap-2">
              {agent ? (
                <Link to="/ai-heartbeats/$id" params={{ id: agent.id }} className={buttonClass('ghost')}>
                  Cancel
                </Link>
              ) : (
                <Link to="/ai-heartbeats" className={buttonClass('ghost')}>
                  Cancel
                </Link>
              )}
              <Button type="submit" variant="primary" busy={save.isPending}>
                {agent ? 'Save AI heartbeat' : 'Add AI heartbeat'}
              </Button>
            </div>
          </footer>
        </Form>
      </Card>
      <PreviewCard draft={draft} preview={preview} />
      {dialog}
    </div>
  )
}
