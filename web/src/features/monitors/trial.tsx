import { CircleAlert, Play } from 'lucide-react'
import { fieldsOf, sentenceOf } from '@/api'
import { EvidenceView, hasEvidence } from '@/parts/evidence'
import type { Verdict } from '@/types'
import { Button } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { ms, sentence } from '@/ui/format'
import { Skeleton } from '@/ui/states'
import { Pill } from '@/ui/status'

type Props = {
  type: string
  verdict: Verdict | undefined
  error: unknown
  busy: boolean
  onRun: () => void
  stale: boolean
}

function Result({ verdict, stale }: { verdict: Verdict; stale: boolean }) {
  return (
    <div className={stale ? 'opacity-60' : undefined}>
      <div className="space-y-2 px-4 py-3.5">
        <div className="flex flex-wrap items-center gap-2.5">
          <Pill status={verdict.status} />
          {verdict.response_time_ms !== undefined && (
            <span className="text-lg font-semibold tabular-nums">{ms(verdict.response_time_ms)}</span>
          )}
        </div>
        <p className="text-sm wrap-anywhere">{sentence(verdict.message)}</p>
        {stale && <p className="text-xs text-subtle">The fields have changed since this check.</p>}
      </div>
      {hasEvidence(verdict) && (
        <div className="border-t border-line">
          <EvidenceView phases={verdict.phases} evidence={verdict.evidence} />
        </div>
      )}
    </div>
  )
}

function Refusal({ error }: { error: unknown }) {
  const fields = Object.keys(fieldsOf(error)).length
  return (
    <p className="flex items-start gap-2 px-4 py-3.5 text-sm text-down">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      {fields > 0
        ? `It cannot be checked like this: see the marked ${fields === 1 ? 'field' : 'fields'}.`
        : sentence(sentenceOf(error))}
    </p>
  )
}

const REPORTED: Record<string, string> = {
  push: 'Nothing is asked: your job reports here. After saving you get the address it has to call.',
  manual: 'Nothing is asked: people or programs say how it stands, on the page of the monitor or through the API.',
}

/** One check of what the form says right now; nothing of it is stored. */
export function TrialCard({ type, verdict, error, busy, onRun, stale }: Props) {
  const reported = REPORTED[type]
  if (reported)
    return (
      <Card aria-labelledby="trial" className="h-fit xl:sticky xl:top-4">
        <CardHead id="trial" title="How it works" />
        <p className="px-4 py-3.5 text-sm text-muted">{reported}</p>
      </Card>
    )
  return (
    <Card aria-labelledby="trial" className="h-fit overflow-hidden xl:sticky xl:top-4">
      <CardHead id="trial" title="Try it">
        <Button size="sm" busy={busy} onClick={onRun}>
          <Play />
          Test now
        </Button>
      </CardHead>
      <div aria-live="polite" aria-busy={busy} className="max-h-[calc(100dvh-9rem)] overflow-y-auto">
        {busy && !verdict ? (
          <div className="space-y-2 px-4 py-3.5">
            <Skeleton className="h-6 w-24" />
            <Skeleton className="w-full" />
          </div>
        ) : error ? (
          <Refusal error={error} />
        ) : verdict ? (
          <Result verdict={verdict} stale={stale} />
        ) : (
          <p className="px-4 py-3.5 text-sm text-muted">
            Checks once with what the form says, before anything is saved.
          </p>
        )}
      </div>
    </Card>
  )
}
