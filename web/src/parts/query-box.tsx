import { X } from 'lucide-react'
import { type RefObject, useEffect, useRef, useState } from 'react'
import { Kbd } from '@/ui/bits'
import { cx } from '@/ui/cx'
import { SearchInput } from '@/ui/input'

/** Long enough that a word is asked for once, short enough to feel immediate. */
const TYPING_MS = 200

type Props = {
  value: string | undefined
  /** Called when typing pauses; `undefined` for nothing. */
  onChange: (value: string | undefined) => void
  label: string
  placeholder: string
  input: RefObject<HTMLInputElement | null>
  className?: string
}
/** The filter text of a list: `/` leads here, Esc empties it and then leaves it. */
export function QueryBox({ value = '', onChange, label, placeholder, input, className }: Props) {
  const [typed, setTyped] = useState(value)
  // The address follows a moment later: its echo must not undo what was typed meanwhile.
  const sent = useRef(value)
  useEffect(() => {
    if (value === sent.current) return
    sent.current = value
    setTyped(value)
  }, [value])
  useEffect(() => {
    if (typed === sent.current) return
    const timer = setTimeout(() => {
      sent.current = typed
      onChange(typed || undefined)
    }, TYPING_MS)
    return () => clearTimeout(timer)
  }, [typed, onChange])
  return (
    <div className={cx('relative min-w-0', className)}>
      <SearchInput
        ref={input}
        label={label}
        placeholder={placeholder}
        maxLength={200}
        value={typed}
        onValueChange={setTyped}
        onKeyDown={(event) => {
          if (event.key === 'Escape') typed ? setTyped('') : event.currentTarget.blur()
        }}
      />
      {typed ? (
        <button
          type="button"
          aria-label="Clear the filter text"
          onClick={() => setTyped('')}
          className="absolute inset-y-0 right-0 grid w-8 place-items-center text-subtle hover:text-fg coarse:w-11"
        >
          <X className="size-3.5" />
        </button>
      ) : (
        <span className="pointer-events-none absolute inset-y-0 right-2 hidden items-center md:flex">
          <Kbd>/</Kbd>
        </span>
      )}
    </div>
  )
}
