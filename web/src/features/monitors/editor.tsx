import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Play } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { api, fieldsOf } from '@/api'
import { keys } from '@/keys'
import { useUnsaved } from '@/shell/unsaved'
import type { Monitor, MonitorType, Verdict } from '@/types'
import { Button, buttonClass } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { Field, Form, FormError } from '@/ui/field'
import { Input } from '@/ui/input'
import { SchemaForm } from '@/ui/schema-form'
import { toast } from '@/ui/toast'
import { bodyOf, type Draft, draftOf, emptyDraft, nameFrom, trialOf, withType } from './draft'
import { Alerting, Checking, Notes } from './form-common'
import { TrialCard } from './trial'

const KNOWN = [
  'name',
  'url',
  'interval',
  'timeout_ms',
  'degraded_ms',
  'alert_threshold',
  'recovery_threshold',
  'confirm_interval_s',
  'reminder_interval_s',
  'severity',
  'runbook_url',
  'description',
  /^tags/,
  /^settings[.[]/,
]

function useDraft(type: MonitorType, monitor: Monitor | undefined) {
  const [draft, setDraft] = useState<Draft>(() => (monitor ? draftOf(monitor) : emptyDraft(type)))
  const drawn = useRef(type.type)
  // Another type was picked beside the form.
  if (drawn.current !== type.type) {
    drawn.current = type.type
    setDraft(withType(draft, type))
  }
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }))
  const untouched = monitor ? draftOf(monitor) : emptyDraft(type)
  return { draft, change, dirty: JSON.stringify(draft) !== JSON.stringify(untouched) }
}

/** A dry run; its verdict grows stale as soon as the form says something else. */
function useTrial(draft: Draft, type: MonitorType, id: string | undefined) {
  const wanted = trialOf(draft, type, id)
  const { mutate, data, error, isPending, variables, reset } = useMutation({
    mutationFn: (body: typeof wanted) => api.post<{ verdict: Verdict }>('/monitors/test', body),
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the verdict of another type says nothing about this one
  useEffect(() => reset(), [type.type])
  const stale = JSON.stringify(variables) !== JSON.stringify(wanted)
  return { run: () => mutate(wanted), verdict: data?.verdict, error, busy: isPending, stale }
}

function useSave(draft: Draft, type: MonitorType, monitor: Monitor | undefined, release: () => void) {
  const client = useQueryClient()
  const navigate = useNavigate()
  return useMutation({
    mutationFn: () => {
      const body = bodyOf(draft, type)
      return monitor ? api.put<Monitor>(`/monitors/${monitor.id}`, body) : api.post<Monitor>('/monitors', body)
    },
    onSuccess: async (saved) => {
      release()
      void client.invalidateQueries({ queryKey: keys.allMonitors })
      await client.invalidateQueries({ queryKey: keys.monitor(saved.id) })
      toast(monitor ? `${saved.name} is saved` : `${saved.name} is added`)
      await navigate({ to: '/monitors/$id', params: { id: saved.id } })
    },
  })
}

function Target({
  type,
  draft,
  onChange,
  errors,
}: {
  type: MonitorType
  draft: Draft
  onChange: (part: Partial<Draft>) => void
  errors: Record<string, string>
}) {
  return (
    <div className="space-y-5 p-5">
      {type.takes_url && (
        <Field name="url" label="URL" error={errors.url}>
          <Input
            mono
            autoFocus={draft.url === ''}
            type="url"
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            placeholder={`${type.schemes.at(-1)}://example.com/health`}
            value={draft.url}
            onValueChange={(url) => onChange({ url })}
            onBlur={() => draft.name === '' && onChange({ name: nameFrom(draft.url) })}
          />
        </Field>
      )}
      <Field name="name" label="Name" error={errors.name}>
        <Input
          value={draft.name}
          maxLength={120}
          autoComplete="off"
          placeholder={type.takes_url ? nameFrom(draft.url) : undefined}
          onValueChange={(name) => onChange({ name })}
        />
      </Field>
      <SchemaForm
        key={type.type}
        schema={type.settings}
        value={draft.settings}
        onChange={(settings) => onChange({ settings })}
        errors={errors}
      />
    </div>
  )
}

/** The form of one monitor, new or not, and beside it what a check would say. */
export function Editor({ type, monitor, picker }: { type: MonitorType; monitor?: Monitor; picker?: ReactNode }) {
  const { draft, change, dirty } = useDraft(type, monitor)
  const trial = useTrial(draft, type, monitor?.id)
  // Choosing another type keeps what was typed.
  const { dialog, release } = useUnsaved(dirty, '/monitors/new')
  const save = useSave(draft, type, monitor, release)
  // Whichever was asked last knows best what is wrong with the fields.
  const errors = { ...fieldsOf(trial.error), ...fieldsOf(save.error) }
  const common = { draft, onChange: change, errors }
  const result = useRef<HTMLDivElement>(null)
  // On narrow screens the result is below the form.
  const tryIt = () => {
    trial.run()
    result.current?.scrollIntoView({ block: 'nearest' })
  }
  return (
    <div
      className={
        picker
          ? 'grid grid-cols-[minmax(0,1fr)] gap-4 md:grid-cols-[190px_minmax(0,1fr)] xl:grid-cols-[190px_minmax(0,1fr)_340px]'
          : 'grid grid-cols-[minmax(0,1fr)] gap-4 xl:grid-cols-[minmax(0,1fr)_380px]'
      }
    >
      {picker}
      <Card>
        <Form error={save.error} onSubmit={() => save.mutate()}>
          <CardHead title={type.title} hint={type.summary} />
          <Target type={type} draft={draft} onChange={change} errors={errors} />
          <Checking {...common} />
          <Alerting {...common} />
          <Notes {...common} />
          <footer className="sticky bottom-0 z-10 flex flex-wrap items-center gap-2 rounded-b-lg border-t border-line bg-surface px-5 py-3">
            <FormError error={save.error} known={KNOWN} className="min-w-0 flex-1 basis-60" />
            <Button className="xl:hidden" busy={trial.busy} onClick={tryIt}>
              <Play />
              Run check
            </Button>
            <div className="ml-auto flex gap-2">
              {monitor ? (
                <Link to="/monitors/$id" params={{ id: monitor.id }} className={buttonClass('ghost')}>
                  Cancel
                </Link>
              ) : (
                <Link to="/monitors" className={buttonClass('ghost')}>
                  Cancel
                </Link>
              )}
              <Button type="submit" variant="primary" busy={save.isPending}>
                {monitor ? 'Save monitor' : 'Add monitor'}
              </Button>
            </div>
          </footer>
        </Form>
      </Card>
      <div ref={result} className={picker ? 'md:max-xl:col-start-2' : undefined}>
        <TrialCard
          verdict={trial.verdict}
          error={trial.error}
          busy={trial.busy}
          stale={trial.stale}
          onRun={trial.run}
        />
      </div>
      {dialog}
    </div>
  )
}
