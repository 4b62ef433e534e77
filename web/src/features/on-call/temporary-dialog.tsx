import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Plus, X } from 'lucide-react'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import { keys } from '@/keys'
import { errorAt } from '@/parts/error-at'
import { Button, IconButton } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Field, Form, FormError } from '@/ui/field'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'
import { useNow, useTimeZone } from '@/ui/time'
import { toast } from '@/ui/toast'
import { isoOf, MomentField } from './moment-field'
import { usePeople } from './people'
import type { Schedule, Temporary } from './types'
import { dateOf, daysAfter, instantOf } from './zone'

type ShiftDraft = { key: number; user_id: string | null; from: number; to: number }
type Draft = { name: string; from: number; to: number; shifts: ShiftDraft[] }

const draftOf = (temporary: Temporary | undefined, zone: string, now: number): Draft => {
  if (temporary)
    return {
      name: temporary.name,
      ...{ from: Date.parse(temporary.from), to: Date.parse(temporary.to) },
      shifts: temporary.shifts.map(({ user_id, from, to }, key) => ({
        ...{ key, user_id, from: Date.parse(from), to: Date.parse(to) },
      })),
    }
  const tomorrow = daysAfter(dateOf(now, zone), 1)
  const [from, to] = [instantOf(tomorrow, zone), instantOf(daysAfter(tomorrow, 1), zone)]
  return { name: '', from, to, shifts: [{ key: 0, user_id: null, from, to }] }
}

type RowProps = {
  shift: ShiftDraft
  index: number
  zone: string
  errors: Record<string, string>
  onChange: (part: Partial<ShiftDraft>) => void
  onRemove: () => void
}
function ShiftRow({ shift, index, zone, errors, onChange, onRemove }: RowProps) {
  const { choices } = usePeople()
  const at = `shifts.${index}`
  return (
    <fieldset className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-3 border-t border-line pt-3 sm:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_minmax(0,1fr)_auto]">
      <legend className="sr-only">{`Shift ${index + 1}`}</legend>
      <Field name={`${at}.user_id`} label="Person" error={errors[`${at}.user_id`] ?? errors[at]}>
        <Select value={shift.user_id} onChange={(user_id) => onChange({ user_id })} choices={choices} />
      </Field>
      <MomentField
        name={`${at}.from`}
        label="From"
        value={shift.from}
        onChange={(from) => onChange({ from })}
        zone={zone}
        error={errors[`${at}.from`]}
        className="max-sm:col-start-1"
      />
      <MomentField
        name={`${at}.to`}
        label="To"
        value={shift.to}
        onChange={(to) => onChange({ to })}
        zone={zone}
        error={errors[`${at}.to`]}
        className="max-sm:col-start-1"
      />
      <IconButton
        label={`Remove shift ${index + 1}`}
        onClick={onRemove}
        className="mt-6 max-sm:col-start-2 max-sm:row-start-1"
      >
        <X />
      </IconButton>
    </fieldset>
  )
}

/** The days for which another plan counts, and its shifts. */
export function TemporaryDialog({
  schedule: { id },
  temporary,
  onClose,
}: {
  schedule: Schedule
  temporary?: Temporary
  onClose: () => void
}) {
  const now = useNow(60_000)
  const zone = useTimeZone()
  const [draft, setDraft] = useState(() => draftOf(temporary, zone, now))
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }))
  const client = useQueryClient()
  const save = useMutation({
    mutationFn: () => {
      const body = {
        ...{ name: draft.name.trim(), from: isoOf(draft.from), to: isoOf(draft.to) },
        shifts: draft.shifts.map(({ user_id, from, to }) => ({
          ...{ user_id: user_id ?? '', from: isoOf(from), to: isoOf(to) },
        })),
      }
      const path = `/schedules/${id}/temporary`
      return temporary ? api.put(`${path}/${temporary.id}`, body) : api.post(path, body)
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.allOnCall })
      toast(temporary ? 'The temporary schedule is saved' : 'The temporary schedule is added')
      onClose()
    },
  })
  const errors = fieldsOf(save.error)
  const put = (key: number, part: Partial<ShiftDraft>) =>
    change({ shifts: draft.shifts.map((shift) => (shift.key === key ? { ...shift, ...part } : shift)) })
  const add = () => {
    const last = draft.shifts.at(-1)
    const from = last ? last.to : draft.from
    const key = Math.max(-1, ...draft.shifts.map((shift) => shift.key)) + 1
    const shift = { key, user_id: null, from, to: Math.max(draft.to, from + 3_600_000) }
    change({ shifts: [...draft.shifts, shift] })
  }
  return (
    <Dialog
      wide
      open
      onClose={onClose}
      title={temporary ? 'Temporary schedule' : 'New temporary schedule'}
      description="While it lasts, exactly these shifts count: neither rotations nor overrides."
    >
      <Form error={save.error} onSubmit={() => save.mutate()} className="space-y-4">
        <Field name="name" label="Name" error={errors.name}>
          <Input
            value={draft.name}
            onValueChange={(name) => change({ name })}
            maxLength={120}
            placeholder="Between the years"
            autoComplete="off"
          />
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <MomentField
            name="from"
            label="From"
            value={draft.from}
            onChange={(from) => change({ from })}
            zone={zone}
            error={errors.from}
          />
          <MomentField
            name="to"
            label="To"
            value={draft.to}
            onChange={(to) => change({ to })}
            zone={zone}
            error={errors.to}
          />
        </div>
        {draft.shifts.map((shift, index) => (
          <ShiftRow
            key={shift.key}
            {...{ shift, index, zone, errors }}
            onChange={(part) => put(shift.key, part)}
            onRemove={() => change({ shifts: draft.shifts.filter(({ key }) => key !== shift.key) })}
          />
        ))}
        {errorAt(errors, 'shifts') && draft.shifts.length === 0 && (
          <p role="alert" className="text-xs text-down first-letter:uppercase">
            {errorAt(errors, 'shifts')}
          </p>
        )}
        <Button size="sm" onClick={add}>
          <Plus />
          Add shift
        </Button>
        <FormError error={save.error} known={['name', 'from', 'to', /^shifts/]} />
        <div className="flex justify-end gap-2 border-t border-line pt-3">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={save.isPending}>
            {temporary ? 'Save' : 'Add temporary schedule'}
          </Button>
        </div>
      </Form>
    </Dialog>
  )
}
