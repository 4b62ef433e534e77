import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type RefObject, useRef, useState } from 'react'
import type { NoticeEvent } from '#contract/events'
import { api, fieldsOf } from '@/api'
import { keys } from '@/keys'
import { useUnsaved } from '@/shell/unsaved'
import { Button } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { ConfirmDialog } from '@/ui/dialog'
import { Field, Form, FormError } from '@/ui/field'
import { Input, Textarea } from '@/ui/input'
import { toast } from '@/ui/toast'
import { Preview } from './preview'
import type { Template, Words } from './queries'
import { Variables } from './variables'
import { inserted } from './words'

type Props = {
  event: NoticeEvent
  channel_id: string | null
  /** What is stored for exactly this; the words may be those of all channels. */
  own: Template | undefined
  words: Words
  may: boolean
}

const pathOf = ({ event, channel_id }: Pick<Props, 'event' | 'channel_id'>) =>
  `/message-templates/${event}${channel_id ? `?channel_id=${encodeURIComponent(channel_id)}` : ''}`

/** Puts names into whichever box was written in last, where the cursor was. */
function useInsert(draft: Words, change: (part: Partial<Words>) => void) {
  const boxes: Record<keyof Words, RefObject<HTMLInputElement | null>> = { title: useRef(null), body: useRef(null) }
  const [last, setLast] = useState<keyof Words>('body')
  const insert = (name: string) => {
    const box = boxes[last].current
    const [from, to] = [box?.selectionStart ?? draft[last].length, box?.selectionEnd ?? draft[last].length]
    const { text, at } = inserted(draft[last], name, from, to)
    change({ [last]: text })
    // The text is in the box only after the next drawing.
    requestAnimationFrame(() => {
      box?.focus()
      box?.setSelectionRange(at, at)
    })
  }
  return { boxes, insert, setLast }
}

function useTemplate({ event, channel_id }: Props, draft: Words, release: () => void) {
  const client = useQueryClient()
  const path = pathOf({ event, channel_id })
  const renew = () => client.invalidateQueries({ queryKey: keys.messageTemplates, exact: true })
  const save = useMutation({
    mutationFn: () => api.put<Template>(path, draft),
    onSuccess: async () => {
      release()
      await renew()
      toast('The wording is saved')
    },
  })
  const reset = async () => {
    await api.del(path)
    release()
    await renew()
    toast(channel_id ? 'It says what all channels say' : 'It says Xinex’s own words again')
  }
  return { save, reset }
}

/** The words of one message, what they would say of an example, and what they can name. */
export function Editor(props: Props) {
  const { event, channel_id, own, words, may } = props
  const [draft, setDraft] = useState(words)
  const [asking, setAsking] = useState(false)
  const dirty = draft.title !== words.title || draft.body !== words.body
  const { dialog, release } = useUnsaved(dirty)
  const { save, reset } = useTemplate(props, draft, release)
  const change = (part: Partial<Words>) => setDraft((before) => ({ ...before, ...part }))
  const { boxes, insert, setLast } = useInsert(draft, change)
  const errors = fieldsOf(save.error)
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[minmax(0,1fr)_340px]">
      <Card>
        <Form error={save.error} onSubmit={() => save.mutate()}>
          <div className="space-y-4 p-4">
            <Field name="title" label="Title" error={errors.title} hint="What it says is put on one line.">
              <Input
                ref={boxes.title}
                mono
                disabled={!may}
                value={draft.title}
                maxLength={300}
                autoComplete="off"
                spellCheck={false}
                onFocus={() => setLast('title')}
                onValueChange={(title) => change({ title })}
              />
            </Field>
            <Field name="body" label="Text" error={errors.body} optional>
              <Textarea
                ref={boxes.body}
                mono
                rows={8}
                disabled={!may}
                value={draft.body}
                maxLength={4_000}
                spellCheck={false}
                onFocus={() => setLast('body')}
                onValueChange={(body) => change({ body })}
              />
            </Field>
            <FormError error={save.error} known={['title', 'body']} />
          </div>
          {may && (
            <footer className="flex flex-wrap items-center justify-end gap-2 border-t border-line px-4 py-3">
              {own && (
                <Button variant="ghost" className="mr-auto -ml-2.5" onClick={() => setAsking(true)}>
                  Reset to default
                </Button>
              )}
              {dirty && (
                <Button variant="ghost" onClick={() => setDraft(words)}>
                  Discard
                </Button>
              )}
              <Button type="submit" variant="primary" busy={save.isPending} disabled={!dirty}>
                Save wording
              </Button>
            </footer>
          )}
        </Form>
        <Preview event={event} words={draft} />
      </Card>
      <Card aria-labelledby="variables">
        <CardHead id="variables" title="What it can name" hint={may ? 'Click to insert.' : undefined} />
        <Variables onPick={may ? insert : undefined} />
      </Card>
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title="Reset to default?"
        effect={channel_id ? 'This channel says what all channels say.' : 'Messages say Xinex’s own words again.'}
        action="Reset"
        onConfirm={reset}
      />
      {dialog}
    </div>
  )
}
