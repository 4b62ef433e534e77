import { useMutation } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { api, fieldsOf } from '@/api'
import { Button } from '@/ui/button'
import { Switch } from '@/ui/choice'
import { Dialog } from '@/ui/dialog'
import { Field, Form, FormError } from '@/ui/field'
import { Input, Textarea } from '@/ui/input'
import { useTimeZone } from '@/ui/time'
import { toast } from '@/ui/toast'
import { blank, bodyOf, type Draft, draftOf } from './plan'
import { useWindowsChanged } from './queries'
import { ScopeFields } from './scope-fields'
import { TimeFields } from './time-fields'
import type { MaintenanceWindow } from './types'

const KNOWN = ['name', 'description', 'scope', 'starts_at', 'ends_at', 'duration_s', 'rrule', 'timezone']

/** Stores a new window, or a changed one. */
export function useStore(id?: string) {
  const changed = useWindowsChanged()
  return useMutation({
    mutationFn: (draft: Draft) => {
      const body = bodyOf(draft, Date.now())
      return id
        ? api.put<MaintenanceWindow>(`/maintenance-windows/${id}`, body)
        : api.post<MaintenanceWindow>('/maintenance-windows', body)
    },
    onSuccess: ({ name }) => {
      changed()
      toast(id ? 'Maintenance changed' : 'Maintenance added', { description: name })
    },
  })
}

/** A new window, or `window` to change. */
export function WindowDialog({ window, onClose }: { window?: MaintenanceWindow; onClose: () => void }) {
  const id = useId()
  const zone = useTimeZone()
  const [draft, setDraft] = useState(() => (window ? draftOf(window, zone) : blank(zone)))
  const onChange = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }))
  const { mutate, isPending, error } = useStore(window?.id)
  const errors = fieldsOf(error)
  return (
    <Dialog
      open
      onClose={onClose}
      title={window ? 'Change maintenance' : 'New maintenance'}
      description="Checks go on, and nobody is called for what they find."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form={id} busy={isPending}>
            {window ? 'Save' : 'Add maintenance'}
          </Button>
        </>
      }
    >
      <Form id={id} error={error} onSubmit={() => mutate(draft, { onSuccess: onClose })} className="grid gap-4">
        <Field label="Name" name="name" error={errors.name}>
          <Input value={draft.name} maxLength={120} onValueChange={(name) => onChange({ name })} />
        </Field>
        <Field label="Description" name="description" optional error={errors.description}>
          <Textarea
            rows={2}
            maxLength={2000}
            value={draft.description}
            onValueChange={(description) => onChange({ description })}
          />
        </Field>
        <ScopeFields draft={draft} errors={errors} onChange={onChange} />
        <TimeFields draft={draft} errors={errors} onChange={onChange} />
        <Switch
          label="Tell subscribers"
          hint="Those of the status pages that show it."
          checked={draft.notify_subscribers}
          onChange={(notify_subscribers) => onChange({ notify_subscribers })}
        />
        <FormError error={error} known={KNOWN} />
      </Form>
    </Dialog>
  )
}
