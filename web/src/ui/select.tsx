import { Select as Base } from '@base-ui/react/select'
import { Check, ChevronDown } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Choice } from './choice'
import { cx } from './cx'
import { inputClass } from './input'

type Props<T extends string> = {
  value: T | null | undefined
  onChange: (value: T) => void
  choices: readonly Choice<T>[]
  placeholder?: ReactNode
  /** Needed outside of a Field. */
  label?: string
  disabled?: boolean
  className?: string
}
/** One of many; typing jumps to a choice. Inside `<Field>` it takes the label from there. */
export function Select<T extends string>({
  value,
  onChange,
  choices,
  placeholder = 'Choose',
  label,
  disabled,
  className,
}: Props<T>) {
  return (
    <Base.Root
      items={[...choices]}
      value={value ?? null}
      disabled={disabled}
      onValueChange={(next) => {
        // Safe: only the values of `choices` can be picked.
        if (next !== null) onChange(next as T)
      }}
    >
      <Base.Trigger aria-label={label} className={cx(inputClass, 'flex items-center gap-2 text-left', className)}>
        <Base.Value className="min-w-0 flex-1 truncate data-placeholder:text-subtle">
          {(current: T | null) => choices.find((choice) => choice.value === current)?.label ?? current ?? placeholder}
        </Base.Value>
        <Base.Icon>
          <ChevronDown className="size-3.5 text-subtle" />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50">
          <Base.Popup className="max-h-[min(20rem,var(--available-height))] min-w-(--anchor-width) overflow-y-auto rounded-md bg-raised p-1 shadow-pop outline-none">
            {choices.map((choice) => (
              <Base.Item
                key={choice.value}
                value={choice.value}
                className="flex min-h-8 items-center gap-2 rounded-xs px-2 text-sm outline-none select-none data-highlighted:bg-raised-hover coarse:min-h-11 coarse:text-lg"
              >
                <Base.ItemText className="flex-1">{choice.label}</Base.ItemText>
                <Base.ItemIndicator>
                  <Check className="size-3.5" />
                </Base.ItemIndicator>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
