import { NumberField as Base } from '@base-ui/react/number-field'
import { Minus, Plus } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx } from './cx'

const step =
  'grid w-8 place-items-center border border-line-strong bg-surface text-subtle hover:bg-hover hover:text-fg disabled:opacity-50 coarse:w-11'
type Props = {
  value: number | null | undefined
  onChange: (value: number | null) => void
  min?: number
  max?: number
  step?: number
  /** The unit, behind the box. */
  suffix?: ReactNode
  placeholder?: string
  disabled?: boolean
  /** For ports, years and other numbers that are names: no thousands separators. */
  plain?: boolean
}
/** A number with a unit; empty is `null`. Out-of-range input is left for the server to refuse in words. */
export function NumberField({
  value,
  onChange,
  min,
  max,
  step: by,
  suffix,
  placeholder,
  disabled,
  plain = true,
}: Props) {
  return (
    <Base.Root
      value={value ?? null}
      onValueChange={onChange}
      min={min}
      max={max}
      step={by}
      allowOutOfRange
      disabled={disabled}
      format={plain ? { useGrouping: false, maximumFractionDigits: 6 } : undefined}
      className="flex items-center gap-2.5"
    >
      <Base.Group className="flex">
        <Base.Decrement className={cx(step, 'rounded-l-sm border-r-0')}>
          <Minus className="size-3.5" />
        </Base.Decrement>
        <Base.Input
          placeholder={placeholder}
          className="h-8 w-18 border border-line-strong bg-surface text-center text-sm tabular-nums shadow-xs outline-none placeholder:text-subtle focus-visible:border-focus focus-visible:ring-3 focus-visible:ring-focus/20 data-invalid:border-down-solid coarse:h-11 coarse:w-20 coarse:text-lg"
        />
        <Base.Increment className={cx(step, 'rounded-r-sm border-l-0')}>
          <Plus className="size-3.5" />
        </Base.Increment>
      </Base.Group>
      {suffix && <span className="text-sm text-subtle">{suffix}</span>}
    </Base.Root>
  )
}
