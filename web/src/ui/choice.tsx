import { Checkbox as BaseCheckbox } from '@base-ui/react/checkbox'
import { Switch as BaseSwitch } from '@base-ui/react/switch'
import { Toggle } from '@base-ui/react/toggle'
import { ToggleGroup } from '@base-ui/react/toggle-group'
import { Check, Minus } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import { cx } from './cx'

type Binary = { checked: boolean; onChange: (checked: boolean) => void; disabled?: boolean }

/** Takes effect as a setting that is on or off, with its words to the right. */
export function Switch({
  label,
  hint,
  error,
  checked,
  onChange,
  disabled,
}: Binary & { label: ReactNode; hint?: ReactNode; error?: string }) {
  const id = useId()
  return (
    <div className="flex items-start gap-3">
      <BaseSwitch.Root
        id={id}
        checked={checked}
        onCheckedChange={onChange}
        disabled={disabled}
        aria-describedby={hint || error ? `${id}-hint` : undefined}
        className="mt-0.5 flex h-4.5 w-8 shrink-0 rounded-full bg-line-strong p-0.5 transition-colors duration-(--fast) data-checked:bg-ink data-disabled:opacity-50 coarse:h-6 coarse:w-10.5"
      >
        <BaseSwitch.Thumb className="size-3.5 rounded-full bg-surface shadow-xs transition-transform duration-(--fast) data-checked:translate-x-3.5 coarse:size-5 coarse:data-checked:translate-x-4.5" />
      </BaseSwitch.Root>
      <div className="min-w-0">
        <label htmlFor={id} className="block text-sm font-medium">
          {label}
        </label>
        {(hint || error) && (
          <div id={`${id}-hint`} className={cx('text-xs', error ? 'text-down' : 'text-subtle')}>
            {error ?? hint}
          </div>
        )}
      </div>
    </div>
  )
}

const box =
  'grid size-4 shrink-0 place-items-center rounded-xs border border-line-strong bg-surface shadow-xs data-checked:border-ink data-checked:bg-ink data-indeterminate:border-ink data-indeterminate:bg-ink data-disabled:opacity-50 coarse:size-5'
/** With `label` a line to click; with `ariaLabel` the bare box, for table rows. */
export function Checkbox({
  label,
  ariaLabel,
  checked,
  onChange,
  disabled,
  indeterminate,
  className,
}: Binary & { label?: ReactNode; ariaLabel?: string; indeterminate?: boolean; className?: string }) {
  const id = useId()
  const control = (
    <BaseCheckbox.Root
      id={id}
      checked={checked}
      indeterminate={indeterminate}
      onCheckedChange={onChange}
      disabled={disabled}
      aria-label={ariaLabel}
      className={cx(box, !label && className)}
    >
      <BaseCheckbox.Indicator className="text-on-ink">
        {indeterminate ? <Minus className="size-3" strokeWidth={3} /> : <Check className="size-3" strokeWidth={3} />}
      </BaseCheckbox.Indicator>
    </BaseCheckbox.Root>
  )
  if (!label) return control
  return (
    <div className={cx('flex items-center gap-2.5 coarse:min-h-10', className)}>
      {control}
      <label htmlFor={id} className="min-w-0 text-sm">
        {label}
      </label>
    </div>
  )
}

export type Choice<T extends string = string> = { value: T; label: ReactNode }
/** One of a few, all in sight. */
export function Segmented<T extends string>({
  value,
  onChange,
  choices,
  label,
  size = 'md',
}: {
  value: T | undefined
  onChange: (value: T) => void
  choices: readonly Choice<T>[]
  /** Read out; inside a Field its label is read out as well. */
  label?: string
  size?: 'sm' | 'md'
}) {
  return (
    <ToggleGroup
      aria-label={label}
      value={value === undefined ? [] : [value]}
      onValueChange={([next]) => {
        // Safe: the group only knows the values of `choices`; none is the pressed one clicked again.
        if (next) onChange(next as T)
      }}
      className="inline-flex max-w-full flex-wrap rounded-sm border border-line bg-sunken p-0.5"
    >
      {choices.map((choice) => (
        <Toggle
          key={choice.value}
          value={choice.value}
          className={cx(
            'rounded-xs text-muted transition-colors duration-(--fast) hover:text-fg data-pressed:bg-surface data-pressed:font-medium data-pressed:text-fg data-pressed:shadow-xs',
            size === 'sm' ? 'h-6 px-2 text-xs coarse:h-9 coarse:px-3' : 'h-7 px-3 text-sm coarse:h-10',
          )}
        >
          {choice.label}
        </Toggle>
      ))}
    </ToggleGroup>
  )
}
