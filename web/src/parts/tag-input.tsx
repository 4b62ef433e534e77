import { X } from 'lucide-react'
import { useState } from 'react'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'

/** Words one by one: Enter or a comma adds, Backspace in the empty box takes the last one back. */
export function TagInput({
  tags,
  onChange,
  error,
}: {
  tags: readonly string[]
  onChange: (tags: string[]) => void
  error?: string
}) {
  const [typed, setTyped] = useState('')
  const add = (text: string) => {
    const words = text
      .split(',')
      .map((word) => word.trim())
      .filter(Boolean)
    if (words.length > 0) onChange([...new Set([...tags, ...words])])
    setTyped('')
  }
  return (
    <Field name="tags" label="Tags" optional hint="Press Enter after each one." error={error}>
      {tags.length > 0 && (
        <ul className="mb-2 flex flex-wrap gap-1.5">
          {tags.map((tag) => (
            <li
              key={tag}
              className="flex max-w-full items-center rounded-xs bg-sunken pl-2 text-xs ring-1 ring-line ring-inset"
            >
              <span className="truncate">{tag}</span>
              <button
                type="button"
                aria-label={`Remove tag ${tag}`}
                onClick={() => onChange(tags.filter((one) => one !== tag))}
                className="grid size-6 place-items-center rounded-xs text-subtle hover:text-fg coarse:size-10"
              >
                <X className="size-3" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <Input
        value={typed}
        maxLength={200}
        autoComplete="off"
        onValueChange={(next) => (next.includes(',') ? add(next) : setTyped(next))}
        onBlur={() => add(typed)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && typed.trim()) {
            // Otherwise Enter would submit the form.
            event.preventDefault()
            add(typed)
          }
          if (event.key === 'Backspace' && typed === '') onChange(tags.slice(0, -1))
        }}
      />
    </Field>
  )
}
