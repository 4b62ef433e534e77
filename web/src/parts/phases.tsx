import type { Phases } from '@/types'
import { ms } from '@/ui/format'
import { phaseSteps } from '@/ui/phase-data'

/** Where the time of one check went: a proportional bar, and the same numbers as a list. */
export function PhaseBar({ phases }: { phases: Phases }) {
  const steps = phaseSteps.flatMap((step) => {
    const time = phases[step.key]
    return time === undefined ? [] : [{ ...step, time }]
  })
  const total = steps.reduce((sum, { time }) => sum + time, 0)
  if (steps.length === 0) return null
  return (
    <div>
      <div className="flex h-2 gap-0.5" aria-hidden>
        {steps.map(({ key, colour, time }) => (
          <span
            key={key}
            className="min-w-0.5 rounded-full"
            style={{ flex: `${Math.max(time / (total || 1), 0.004)} 1 0`, background: colour }}
          />
        ))}
      </div>
      <dl className="mt-2.5 flex flex-wrap gap-x-5 gap-y-1.5">
        {steps.map(({ key, title, colour, time }) => (
          <div key={key} className="flex items-center gap-1.5 text-xs">
            <i aria-hidden className="h-2.5 w-1 rounded-full" style={{ background: colour }} />
            <dt className="text-subtle">{title}</dt>
            <dd className="font-medium tabular-nums">{ms(time)}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
