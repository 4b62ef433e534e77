import { Link } from '@tanstack/react-router'
import { Play } from 'lucide-react'
import { type ReactNode, useRef } from 'react'
import { fieldsOf } from '@/api'
import { useUnsaved } from '@/shell/unsaved'
import type { Monitor, MonitorType } from '@/types'
import { Button, buttonClass } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { Form, FormError } from '@/ui/field'
import { Checking } from './form-checking'
import { Alerting, Notes } from './form-common'
import { MembersCard } from './related-cards'
import { Target } from './target'
import { TrialCard } from './trial'
import { traitsOf } from './type-groups'
import { useDraft, useSave, useTrial } from './use-editor'

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
  'region_quorum',
  /^regions/,
  /^parents/,
  /^tags/,
  /^settings[.[]/,
]

/** The form of one monitor, new or not, and beside it what a check would say. */
export function Editor({ type, monitor, picker }: { type: MonitorType; monitor?: Monitor; picker?: ReactNode }) {
  const { draft, change, dirty } = useDraft(type, monitor)
  const trial = useTrial(draft, type, monitor?.id)
  // Choosing another type keeps what was typed.
  const { dialog, release } = useUnsaved(dirty, '/monitors/new/')
  const save = useSave(draft, type, monitor, release)
  // Whichever was asked last knows best what is wrong with the fields.
  const errors = { ...fieldsOf(trial.error), ...fieldsOf(save.error) }
  const common = { draft, onChange: change, errors, type: type.type }
  const { trial: canTry } = traitsOf(type.type)
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
          ? 'grid grid-cols-[minmax(0,1fr)] gap-4 lg:grid-cols-[190px_minmax(0,1fr)] xl:grid-cols-[190px_minmax(0,1fr)_340px]'
          : 'grid grid-cols-[minmax(0,1fr)] gap-4 xl:grid-cols-[minmax(0,1fr)_380px]'
      }
    >
      {picker}
      <Card>
        <Form error={save.error} onSubmit={() => save.mutate()}>
          <CardHead title={type.title} hint={type.summary} />
          <Target type={type} draft={draft} onChange={change} errors={errors} itself={monitor?.id} />
          <Checking {...common} />
          <Alerting {...common} itself={monitor?.id} />
          <Notes {...common} />
          <footer className="sticky bottom-0 z-10 flex flex-wrap items-center gap-2 rounded-b-lg border-t border-line bg-surface px-5 py-3">
            <FormError error={save.error} known={KNOWN} className="min-w-0 flex-1 basis-60" />
            {canTry && (
              <Button className="xl:hidden" busy={trial.busy} onClick={tryIt}>
                <Play />
                Test now
              </Button>
            )}
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
      <div ref={result} className={picker ? 'lg:max-xl:col-start-2' : undefined}>
        {type.type === 'group' ? (
          <MembersCard settings={draft.settings} title="Members now" />
        ) : (
          <TrialCard
            type={type.type}
            verdict={trial.verdict}
            error={trial.error}
            busy={trial.busy}
            stale={trial.stale}
            onRun={trial.run}
          />
        )}
      </div>
      {dialog}
    </div>
  )
}
