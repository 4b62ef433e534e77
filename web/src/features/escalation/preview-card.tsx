import { Card, CardHead } from '@/ui/card'
import { cx } from '@/ui/cx'
import { shortDuration } from '@/ui/format'
import { type Draft, planOf } from './draft'
import { useTargets } from './resolve'
import { firstRound, policyWords } from './words'

/** The whole of it in one sentence, and the first round as a line of steps, for who is on call now. */
export function PreviewCard({ draft }: { draft: Draft }) {
  const { resolve } = useTargets()
  const plan = planOf(draft)
  const { calls, ends_s } = firstRound(plan, resolve)
  return (
    <Card aria-labelledby="preview" className="h-fit xl:sticky xl:top-4">
      <CardHead id="preview" title="If it began now" />
      <p role="status" data-sentence className="px-4 pt-3.5 text-sm font-medium">
        {policyWords(plan, resolve)}
      </p>
      <ol aria-label="First round" className="px-4 py-3.5">
        {calls.map(({ step, at_s, words, empty }) => (
          <li key={step} className="relative flex gap-3 pb-3.5 ps-1">
            <i aria-hidden className="absolute start-[12px] top-5 bottom-0 border-s border-line" />
            <span
              className={cx(
                'z-10 grid size-4.5 shrink-0 place-items-center rounded-full text-2xs tabular-nums',
                empty ? 'bg-degraded-soft text-degraded' : 'bg-active',
              )}
            >
              {step}
            </span>
            <span className={cx('min-w-0 flex-1 text-sm', empty && 'text-muted')}>{words}</span>
            <span className="shrink-0 text-xs text-subtle tabular-nums">
              {at_s === 0 ? 'now' : `+${shortDuration(at_s)}`}
            </span>
          </li>
        ))}
        <li className="flex gap-3 ps-1">
          <span aria-hidden className="z-10 m-1 size-2.5 shrink-0 rounded-full bg-line-strong" />
          <span className="flex-1 text-sm text-subtle">
            {plan.repeat_count > 0 ? `Begins anew, ${plan.repeat_count}×` : 'Ends'}
          </span>
          <span className="text-xs text-subtle tabular-nums">{`+${shortDuration(ends_s)}`}</span>
        </li>
      </ol>
    </Card>
  )
}
