import { type Severity, severities } from '#contract/statuses'
import { cx } from '@/ui/cx'
import { words } from '@/ui/format'

const chip = (on: boolean) =>
  cx(
    'h-7 rounded-sm border px-2.5 text-xs coarse:h-11 coarse:px-3',
    on
      ? 'border-line-strong bg-active font-medium text-fg'
      : 'border-line bg-surface text-subtle hover:bg-hover hover:text-fg',
  )

type Props = {
  label: string
  value: readonly Severity[] | undefined
  onChange: (value: Severity[] | undefined) => void
}
/** Some severities; none of them pressed means any. */
export function SeveritiesField({ label, value = [], onChange }: Props) {
  const toggle = (severity: Severity) => {
    const next = severities.filter((one) => (one === severity) !== value.includes(one))
    onChange(next.length === 0 || next.length === severities.length ? undefined : next)
  }
  return (
    <fieldset className="min-w-0">
      <legend className="sr-only">{label}</legend>
      <div className="flex flex-wrap items-center gap-1">
        <button
          type="button"
          aria-pressed={value.length === 0}
          onClick={() => onChange(undefined)}
          className={chip(value.length === 0)}
        >
          Any severity
        </button>
        {severities.map((severity) => (
          <button
            key={severity}
            type="button"
            aria-pressed={value.includes(severity)}
            onClick={() => toggle(severity)}
            className={chip(value.includes(severity))}
          >
            {words(severity)}
          </button>
        ))}
      </div>
    </fieldset>
  )
}
