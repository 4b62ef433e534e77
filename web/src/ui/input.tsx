import { Input as Base } from '@base-ui/react/input'
import { Eye, EyeOff, Search } from 'lucide-react'
import { type ComponentProps, useState } from 'react'
import { cx } from './cx'

export const inputClass =
  'h-8 w-full min-w-0 rounded-sm border border-line-strong bg-surface px-2.5 text-sm shadow-xs outline-none placeholder:text-subtle focus-visible:border-focus focus-visible:ring-3 focus-visible:ring-focus/20 disabled:bg-sunken disabled:text-muted data-invalid:border-down-solid aria-invalid:border-down-solid coarse:h-11 coarse:text-lg'

/** Inside `<Field>` it takes its label, hint and error from there; otherwise give `aria-label`. */
type InputProps = Omit<ComponentProps<typeof Base>, 'className'> & { className?: string; mono?: boolean }
export const Input = ({ className, mono, ...props }: InputProps) => (
  <Base {...props} className={cx(inputClass, mono && 'font-mono text-xs coarse:text-lg', className)} />
)

export const Textarea = ({ className, mono, rows = 4, ...props }: InputProps & { rows?: number }) => (
  <Base
    {...props}
    render={<textarea rows={rows} />}
    className={cx(
      inputClass,
      'h-auto resize-y py-2 leading-5 coarse:h-auto',
      mono && 'font-mono text-xs coarse:text-md',
      className,
    )}
  />
)

/** Password box with a way to look at what was typed. */
export function PasswordInput({ className, ...props }: InputProps) {
  const [shown, setShown] = useState(false)
  return (
    <div className="relative">
      <Input
        {...props}
        type={shown ? 'text' : 'password'}
        spellCheck={false}
        className={cx('pr-9 coarse:pr-12', className)}
      />
      <button
        type="button"
        aria-label={shown ? 'Hide' : 'Show'}
        aria-pressed={shown}
        onClick={() => setShown(!shown)}
        className="absolute inset-y-0 right-0 grid w-9 place-items-center rounded-sm text-subtle hover:text-fg coarse:w-12"
      >
        {shown ? <EyeOff className="size-3.5" /> : <Eye className="size-3.5" />}
      </button>
    </div>
  )
}

export const SearchInput = ({ className, label, ...props }: InputProps & { label: string }) => (
  <div className={cx('relative', className)}>
    <Search aria-hidden className="pointer-events-none absolute inset-y-0 left-2.5 my-auto size-3.5 text-subtle" />
    <Input
      type="search"
      aria-label={label}
      placeholder={label}
      {...props}
      className="pl-8 [&::-webkit-search-cancel-button]:hidden"
    />
  </div>
)
