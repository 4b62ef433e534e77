import { Field as Base } from '@base-ui/react/field'
import { CircleAlert } from 'lucide-react'
import { type ComponentProps, type ReactNode, useEffect, useRef } from 'react'
import { fieldsOf, sentenceOf } from '@/api'
import { cx } from './cx'
import { sentence } from './format'

type FieldProps = {
  label: ReactNode
  children: ReactNode
  name?: string
  hint?: ReactNode
  /** The server's sentence for this field. */
  error?: string
  optional?: boolean
  className?: string
}
/** Label, control, hint and error of one field, tied together for screen readers. */
export function Field({ label, children, name, hint, error, optional, className }: FieldProps) {
  return (
    <Base.Root name={name} invalid={!!error} className={cx('min-w-0', className)}>
      <Base.Label className="mb-1.5 flex items-baseline gap-2 text-sm font-medium">
        {label}
        {optional && <span className="text-xs font-normal text-subtle">Optional</span>}
      </Base.Label>
      {children}
      {error && (
        <Base.Error match className="mt-1.5 text-xs text-down">
          {sentence(error)}
        </Base.Error>
      )}
      {/* Also beside an error: it says what the form should have been. */}
      {hint && <Base.Description className="mt-1.5 text-xs text-subtle">{hint}</Base.Description>}
    </Base.Root>
  )
}

/** A form that never reloads the page and, after a refusal, puts the cursor into the first field it is about. */
export function Form({
  error,
  onSubmit,
  ...props
}: Omit<ComponentProps<'form'>, 'onSubmit'> & { error?: unknown; onSubmit: () => void }) {
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    if (!error) return
    const wrong = form.current?.querySelector<HTMLElement>(
      'input[aria-invalid="true"], textarea[aria-invalid="true"], button[aria-invalid="true"]',
    )
    wrong?.focus({ preventScroll: true })
    // In the middle: at the edge it would be behind the bar with the buttons.
    wrong?.scrollIntoView({ block: 'center' })
  }, [error])
  return (
    <form
      {...props}
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit()
      }}
    />
  )
}

/** What was refused, above the buttons. With `known` field names, only what no field of the form shows already. */
export function FormError({
  error,
  known = [],
  className,
}: {
  error: unknown
  known?: (string | RegExp)[]
  className?: string
}) {
  if (!error) return null
  const shown = (name: string) => known.some((one) => (typeof one === 'string' ? one === name : one.test(name)))
  const fields = Object.entries(fieldsOf(error))
  const rest = fields.filter(([name]) => !shown(name))
  if (fields.length > 0 && rest.length === 0)
    return <Notice className={className}>Check the marked {fields.length === 1 ? 'field' : 'fields'}.</Notice>
  return (
    <Notice className={className}>
      {rest.length
        ? rest.map(([name, text]) => <div key={name}>{`${name}: ${sentence(text)}`}</div>)
        : sentence(sentenceOf(error))}
    </Notice>
  )
}

export const Notice = ({ children, className }: { children: ReactNode; className?: string }) => (
  <div
    role="alert"
    className={cx(
      'flex items-start gap-2 rounded-sm border border-down-line bg-down-soft px-3 py-2 text-sm text-down',
      className,
    )}
  >
    <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
    <div className="min-w-0 break-words">{children}</div>
  </div>
)
