import { useState } from 'react'
import { fieldsOf } from '@/api'
import { Button } from '@/ui/button'
import { Segmented } from '@/ui/choice'
import { Dialog } from '@/ui/dialog'
import { Field, Form, FormError } from '@/ui/field'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'
import { toast } from '@/ui/toast'
import { isoOf, MomentField } from './moment-field'
import { OnCallThen } from './on-call-then'
import { usePeople } from './people'
import type { Override, OverrideKind, Schedule } from './types'
import type { useOverrides } from './use-overrides'
import type { Range } from './use-pick'

const KINDS = [
  { value: 'replace', label: 'Stands in' },
  { value: 'add', label: 'Joins' },
  { value: 'remove', label: 'Is off' },
] as const
const HINT: Record<OverrideKind, string> = {
  replace: 'One person instead of another, while that one is on call.',
  add: 'One person more, whoever else is on call.',
  remove: 'One person less; nobody takes over.',
}
const EVERYBODY = 'everybody'

type Draft = Range & { kind: OverrideKind; user_id: string | null; replaces: string | null; note: string }
export type OverrideAsked = { override?: Override; range: Range; replaces: string | null; user_id: string | null }

const draftOf = ({ override, range, replaces, user_id }: OverrideAsked): Draft =>
  override
    ? {
        ...{ kind: override.kind, user_id: override.user_id, replaces: override.replaces, note: override.note ?? '' },
        ...{ from: Date.parse(override.from), to: Date.parse(override.to) },
      }
    : { ...range, kind: 'replace', user_id, replaces, note: '' }

type Props = {
  schedule: Schedule
  asked: OverrideAsked
  zone: string
  overrides: ReturnType<typeof useOverrides>
  onClose: () => void
  onDone: (words: string) => void
}
/** Who stands in for whom, from when to when. */
export function OverrideDialog({ schedule, asked, zone, overrides, onClose, onDone }: Props) {
  const { override } = asked
  const [draft, setDraft] = useState(() => draftOf(asked))
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }))
  const { choices, nameOf } = usePeople()
  const { save } = overrides
  const errors = fieldsOf(save.error)
  const { kind, user_id, replaces, note } = draft
  const submit = () => {
    const body = {
      ...{ kind, from: isoOf(draft.from), to: isoOf(draft.to), note: note.trim() || null },
      user_id: kind === 'remove' ? null : user_id,
      replaces: kind === 'add' ? null : replaces,
    }
    save.mutate(
      { ...(override && { id: override.id }), body },
      {
        onSuccess: () => {
          const words = override ? 'The override is changed' : 'The override is added'
          toast(words)
          onDone(words)
          onClose()
        },
      },
    )
  }
  const remove = () => {
    if (override) overrides.drop(override, () => onDone('The override is removed'))
    onClose()
  }
  const others = kind === 'replace' ? [{ value: EVERYBODY, label: 'Everybody on call' }, ...choices] : choices
  return (
    <Dialog wide open onClose={onClose} title={override ? 'Override' : 'New override'} description={HINT[kind]}>
      <Form error={save.error} onSubmit={submit} className="grid gap-4 sm:grid-cols-2">
        <div className="sm:col-span-2">
          <Segmented label="What it does" value={kind} onChange={(kind) => change({ kind })} choices={KINDS} />
        </div>
        {kind !== 'remove' && (
          <Field name="user_id" label="Person" error={errors.user_id}>
            <Select value={user_id} onChange={(user_id) => change({ user_id })} choices={choices} />
          </Field>
        )}
        {kind !== 'add' && (
          <Field name="replaces" label={kind === 'replace' ? 'In place of' : 'Person'} error={errors.replaces}>
            <Select
              value={replaces ?? (kind === 'replace' ? EVERYBODY : null)}
              onChange={(next) => change({ replaces: next === EVERYBODY ? null : next })}
              choices={others}
              placeholder={replaces ? nameOf(replaces) : 'Choose'}
            />
          </Field>
        )}
        <MomentField
          name="from"
          label="From"
          value={draft.from}
          onChange={(from) => change({ from })}
          zone={zone}
          error={errors.from}
          className="sm:col-start-1"
        />
        <MomentField
          name="to"
          label="To"
          value={draft.to}
          onChange={(to) => change({ to })}
          zone={zone}
          error={errors.to}
        />
        {!override && (
          <div role="status" className="sm:col-span-2">
            <OnCallThen
              {...{ schedule, nameOf }}
              range={{ from: draft.from, to: draft.to }}
              replaces={kind === 'add' ? null : replaces}
            />
          </div>
        )}
        <Field name="note" label="Note" optional error={errors.note} className="sm:col-span-2">
          <Input
            value={note}
            onValueChange={(note) => change({ note })}
            maxLength={500}
            placeholder="Holiday"
            autoComplete="off"
          />
        </Field>
        <FormError error={save.error} known={['user_id', 'replaces', 'from', 'to', 'note']} className="sm:col-span-2" />
        <div className="flex flex-wrap justify-end gap-2 border-t border-line pt-3 sm:col-span-2">
          {override && (
            <Button variant="ghost" className="me-auto" onClick={remove}>
              Remove override
            </Button>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={save.isPending}>
            {override ? 'Save override' : 'Add override'}
          </Button>
        </div>
      </Form>
    </Dialog>
  )
}
