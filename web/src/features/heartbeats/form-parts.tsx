import { ChevronRight } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { Field } from '@/ui/field'
import type { Draft } from './draft'
import { DurationInput } from './duration-input'

export type FormProps = {
  draft: Draft
  onChange: (part: Partial<Draft>) => void
  /** The server's sentence for a field, by its path. */
  errors: Record<string, string>
}

const grid = 'grid gap-x-5 gap-y-5 sm:grid-cols-2'
export const Section = ({ title, children }: { title?: string; children: ReactNode }) => (
  <fieldset className="min-w-0 border-t border-line px-5 py-5 first-of-type:border-t-0">
    {title && <legend className="float-left mb-4 w-full text-md font-semibold">{title}</legend>}
    <div className={`clear-both ${grid}`}>{children}</div>
  </fieldset>
)

/** What most people leave as it is; opens by itself for what was refused. */
export function Fold({
  title,
  hint,
  refused,
  children,
}: {
  title: string
  hint: string
  /** A field inside is marked. */
  refused: boolean
  children: ReactNode
}) {
  const [open, setOpen] = useState(false)
  useEffect(() => {
    if (refused) setOpen(true)
  }, [refused])
  return (
    <details
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      className="group min-w-0 border-t border-line"
    >
      <summary className="flex cursor-pointer list-none items-baseline gap-2 px-5 py-3.5 -outline-offset-2 hover:bg-hover coarse:min-h-11 [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden className="size-3.5 shrink-0 translate-y-0.5 text-subtle group-open:rotate-90" />
        <span className="text-sm font-semibold whitespace-nowrap">{title}</span>
        <span className="min-w-0 text-xs text-subtle">{hint}</span>
      </summary>
      {open && <div className={`px-5 pt-2 pb-5 ${grid}`}>{children}</div>}
    </details>
  )
}

type Span = 'grace_s' | 'max_runtime_s' | 'min_interval_s'
/** A time span by its name in the draft. */
export const SpanField = ({
  name,
  label,
  hint,
  placeholder,
  optional,
  draft,
  onChange,
  errors,
}: FormProps & { name: Span; label: string; hint: string; placeholder?: string; optional?: boolean }) => (
  <Field name={name} label={label} hint={hint} optional={optional} error={errors[name]}>
    <DurationInput
      label={label}
      value={draft[name]}
      onChange={(value) => onChange({ [name]: value })}
      placeholder={placeholder}
    />
  </Field>
)

/** Whether any of these paths, or what is below one of them, was refused. */
export const isRefused = (errors: Record<string, string>, names: readonly string[]) =>
  Object.keys(errors).some((path) =>
    names.some((name) => path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`)),
  )
