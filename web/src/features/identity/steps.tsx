import { Check } from 'lucide-react'
import { cx } from '@/ui/cx'

export const steps = [
  ['welcome', 'Welcome'],
  ['account', 'Account'],
  ['monitor', 'First monitor'],
  ['channel', 'Who gets told'],
  ['done', 'Done'],
] as const
export type Step = (typeof steps)[number][0]

/** Where one is in the set-up; a list on wide screens, one line on phones. */
export function Steps({ current }: { current: Step }) {
  const at = steps.findIndex(([step]) => step === current)
  return (
    <>
      <p className="text-sm text-muted md:hidden">
        Step {at + 1} of {steps.length}
      </p>
      <ol className="hidden space-y-3 md:block">
        {steps.map(([step, label], i) => (
          <li
            key={step}
            aria-current={i === at ? 'step' : undefined}
            className={cx(
              'flex items-center gap-2.5 text-sm',
              i === at ? 'font-medium text-fg' : i < at ? 'text-muted' : 'text-subtle',
            )}
          >
            <span
              aria-hidden
              className={cx(
                'grid size-5 place-items-center rounded-full border text-2xs font-medium tabular-nums',
                i === at ? 'border-ink bg-ink text-on-ink' : 'border-line-strong bg-surface',
              )}
            >
              {i < at ? <Check className="size-3 text-up" strokeWidth={2.5} /> : i + 1}
            </span>
            {label}
            {i < at && <span className="sr-only">, finished</span>}
          </li>
        ))}
      </ol>
    </>
  )
}
