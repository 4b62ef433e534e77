import { useState } from 'react'
import { Segmented } from '@/ui/choice'
import { NumberField } from '@/ui/number-field'

const UNITS = [
  { value: '1', label: 's', word: 'seconds' },
  { value: '60', label: 'min', word: 'minutes' },
  { value: '3600', label: 'h', word: 'hours' },
  { value: '86400', label: 'd', word: 'days' },
] as const
type Unit = (typeof UNITS)[number]['value']

/** The largest unit in which it is a whole number. */
const unitOf = (seconds: number | null): Unit =>
  UNITS.findLast(({ value }) => seconds !== null && seconds > 0 && seconds % Number(value) === 0)?.value ?? '60'

type Props = {
  value: number | null
  onChange: (seconds: number | null) => void
  placeholder?: string
  /** What is measured, for those who hear it. */
  label: string
}
/** A time span as a number with its unit; the value is in seconds. Another unit keeps the number. */
export function DurationInput({ value, onChange, placeholder, label }: Props) {
  const [unit, setUnit] = useState<Unit>(() => unitOf(value))
  const size = Number(unit)
  return (
    <div className="flex flex-wrap items-center gap-2">
      <NumberField
        value={value === null ? null : value / size}
        // The whole of a second is the smallest that the server takes.
        onChange={(next) => onChange(next === null ? null : Math.round(next * size))}
        min={1}
        placeholder={placeholder}
      />
      <Segmented
        label={`Unit of ${label.toLowerCase()}`}
        value={unit}
        onChange={(next) => {
          setUnit(next)
          if (value !== null) onChange(Math.round((value / size) * Number(next)))
        }}
        choices={UNITS.map(({ value: unit, label, word }) => ({
          value: unit,
          label: (
            <>
              <span aria-hidden>{label}</span>
              <span className="sr-only">{word}</span>
            </>
          ),
        }))}
      />
    </div>
  )
}
