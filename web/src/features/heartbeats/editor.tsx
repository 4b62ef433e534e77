import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import { keys } from '@/keys'
import { errorAt } from '@/parts/error-at'
import { TagInput } from '@/parts/tag-input'
import { useMe } from '@/session'
import { useUnsaved } from '@/shell/unsaved'
import type { Heartbeat } from '@/types'
import { Button, buttonClass } from '@/ui/button'
import { Card } from '@/ui/card'
import { Field, Form, FormError } from '@/ui/field'
import { Input } from '@/ui/input'
import { toast } from '@/ui/toast'
import { bodyOf, type Draft, draftOf, emptyDraft } from './draft'
import { DaysFold } from './form-days'
import { AlertingFold, NotesFold, RunsFold } from './form-more'
import { NumbersFold } from './form-numbers'
import { Section } from './form-parts'
import { RulesFold } from './form-rules'
import { ScheduleSection } from './form-schedule'
import { PreviewCard, usePreview } from './preview-card'

const KNOWN = [
  ...['name', 'grace_s', 'max_runtime_s', 'min_interval_s', 'failures', 'severity', 'reminder_interval_s'],
  ...['runbook_url', 'description', 'slug', 'name_slug'],
  ...[/^schedule\.(kind|every_s|cron|oncalendar|timezone|only)/, /^per_day/, /^tags/, /^numbers[.[]/, /^filter\./],
]

function useSave(draft: Draft, heartbeat: Heartbeat | undefined, release: () => void) {
  const client = useQueryClient()
  const navigate = useNavigate()
  return useMutation({
    mutationFn: () =>
      heartbeat
        ? api.put<Heartbeat>(`/heartbeats/${heartbeat.id}`, bodyOf(draft))
        : api.post<Heartbeat>('/heartbeats', bodyOf(draft)),
    onSuccess: async (saved) => {
      release()
      void client.invalidateQueries({ queryKey: keys.allHeartbeats })
      await client.invalidateQueries({ queryKey: keys.heartbeat(saved.id) })
      toast(heartbeat ? `${saved.name} is saved` : `${saved.name} is added`)
      await navigate({ to: '/heartbeats/$id', params: { id: saved.id } })
    },
  })
}

/** The form of one heartbeat, new or not, and beside it what its schedule means. */
export function Editor({ heartbeat }: { heartbeat?: Heartbeat }) {
  const { timezone } = useMe().tenant
  const [untouched] = useState(() => (heartbeat ? draftOf(heartbeat) : emptyDraft(timezone)))
  const [draft, setDraft] = useState(untouched)
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }))
  const { dialog, release } = useUnsaved(JSON.stringify(draft) !== JSON.stringify(untouched))
  const save = useSave(draft, heartbeat, release)
  const preview = usePreview(draft)
  const errors = { ...fieldsOf(save.error), ...preview.faults }
  const common = { draft, errors, onChange: change }
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 xl:grid-cols-[minmax(0,1fr)_340px]">
      <Card>
        <Form error={save.error} onSubmit={() => save.mutate()}>
          <Section>
            <Field name="name" label="Name" error={errors.name} className="sm:col-span-2">
              <Input
                value={draft.name}
                onValueChange={(name) => change({ name })}
                maxLength={200}
                autoComplete="off"
                placeholder="Nightly backup"
              />
            </Field>
            <div className="sm:col-span-2">
              <TagInput tags={draft.tags} onChange={(tags) => change({ tags })} error={errorAt(errors, 'tags')} />
            </div>
          </Section>
          <ScheduleSection {...common} preview={preview} />
          <RunsFold {...common} />
          <DaysFold {...common} />
          <NumbersFold {...common} />
          <RulesFold {...common} />
          <AlertingFold {...common} />
          <NotesFold {...common} fresh={!heartbeat} />
          <footer className="sticky bottom-0 z-10 flex flex-wrap items-center gap-2 rounded-b-lg border-t border-line bg-surface px-5 py-3">
            <FormError error={save.error} known={KNOWN} className="min-w-0 flex-1 basis-60" />
            <div className="ml-auto flex gap-2">
              {heartbeat ? (
                <Link to="/heartbeats/$id" params={{ id: heartbeat.id }} className={buttonClass('ghost')}>
                  Cancel
                </Link>
              ) : (
                <Link to="/heartbeats" className={buttonClass('ghost')}>
                  Cancel
                </Link>
              )}
              <Button type="submit" variant="primary" busy={save.isPending}>
                {heartbeat ? 'Save heartbeat' : 'Add heartbeat'}
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
