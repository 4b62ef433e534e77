import { type KeyboardEvent, useRef, useState } from 'react'
import { fieldsOf } from '@/api'
import { onMac } from '@/shell/shortcut-list'
import { useShortcuts } from '@/shell/shortcuts'
import type { Incident } from '@/types'
import { Kbd } from '@/ui/bits'
import { Button } from '@/ui/button'
import { Field, FormError } from '@/ui/field'
import { Textarea } from '@/ui/input'
import { type Note, useNote } from './actions'

const LONGEST = 2000

/** A note for the team; the same words can go along with an acknowledgement or a resolution. */
export function CommentBox({ incident: { id, status } }: { incident: Incident }) {
  const [text, setText] = useState('')
  const box = useRef<HTMLInputElement>(null)
  const { mutate, isPending, variables, error } = useNote(id)
  const message = text.trim()
  useShortcuts({ c: () => box.current?.focus() })

  const send = (verb: Note['verb']) => {
    if (!message || isPending) return
    mutate({ verb, message }, { onSuccess: () => setText('') })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      send('comment')
    }
    if (event.key === 'Escape') box.current?.blur()
  }
  const button = (verb: Note['verb'], label: string) => (
    <Button
      size="sm"
      busy={isPending && variables.verb === verb}
      disabled={!message || isPending}
      onClick={() => send(verb)}
    >
      {label}
    </Button>
  )
  return (
    <div className="border-t border-line px-4 py-3.5 print:hidden">
      <Field label="Comment" name="message" error={fieldsOf(error).message}>
        <Textarea
          ref={box}
          rows={3}
          maxLength={LONGEST}
          value={text}
          onValueChange={setText}
          onKeyDown={onKeyDown}
          placeholder="What you found, what you tried, who else knows"
        />
      </Field>
      <FormError error={error} known={['message']} className="mt-2" />
      <div className="mt-2.5 flex flex-wrap items-center gap-2">
        {button('comment', 'Comment')}
        {status === 'open' && button('ack', 'Acknowledge with this')}
        {status !== 'resolved' && button('resolve', 'Resolve with this')}
        <span className="ml-auto hidden items-center gap-1 text-xs text-subtle md:flex">
          <Kbd>{onMac ? '⌘' : 'Ctrl'}</Kbd>
          <Kbd>Enter</Kbd> sends
        </span>
      </div>
    </div>
  )
}
