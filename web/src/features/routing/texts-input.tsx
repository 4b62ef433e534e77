import { X } from 'lucide-react'
import { useState } from 'react'

/** One of the texts, and a way to take it out. */
export const Chip = ({ name, onRemove }: { name: string; onRemove: () => void }) => (
  <span className="flex h-6 max-w-full items-center rounded-xs bg-active ps-1.5 text-xs coarse:h-9">
    <span className="truncate">{name}</span>
    <button
      type="button"
      aria-label={`Remove ${name}`}
      onClick={onRemove}
      className="grid h-full w-6 shrink-0 place-items-center rounded-xs text-subtle hover:text-fg coarse:w-9"
    >
      <X className="size-3" />
    </button>
  </span>
)

type Props = {
  texts: readonly string[]
  onChange: (texts: string[]) => void
  label: string
  placeholder?: string
  suggestions?: readonly string[]
}
/** Several texts, any of which will do. Enter or a comma ends one; Backspace in an empty box takes the last away. */
export function TextsInput({ texts, onChange, label, placeholder, suggestions = [] }: Props) {
  const [typed, setTyped] = useState('')
  const add = (text: string) => {
    const value = text.trim()
    setTyped('')
    if (value !== '' && !texts.includes(value)) onChange([...texts, value])
  }
  const list = `${label.replace(/\W+/g, '-')}-list`
  return (
    <div className="flex min-h-8 flex-wrap items-center gap-1 rounded-sm border border-line-strong bg-surface p-0.75 shadow-xs focus-within:border-focus focus-within:ring-3 focus-within:ring-focus/20 coarse:min-h-11">
      {texts.map((text) => (
        <Chip key={text} name={text} onRemove={() => onChange(texts.filter((one) => one !== text))} />
      ))}
      <input
        aria-label={label}
        value={typed}
        list={suggestions.length > 0 ? list : undefined}
        maxLength={200}
        placeholder={texts.length === 0 ? placeholder : 'or'}
        onChange={(event) => {
          const { value } = event.target
          // One that was chosen from the list is complete.
          if (suggestions.includes(value)) add(value)
          else setTyped(value)
        }}
        onBlur={() => add(typed)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' || event.key === ',') {
            // Without anything typed, Enter sends the form.
            if (typed.trim() === '' && event.key === 'Enter') return
            event.preventDefault()
            add(typed)
          } else if (event.key === 'Backspace' && typed === '') onChange(texts.slice(0, -1))
        }}
        className="h-6 min-w-24 flex-1 bg-transparent px-1.5 text-sm outline-none placeholder:text-subtle coarse:h-9 coarse:text-lg"
      />
      {suggestions.length > 0 && (
        <datalist id={list}>
          {suggestions.map((text) => (
            <option key={text} value={text} />
          ))}
        </datalist>
      )}
    </div>
  )
}
