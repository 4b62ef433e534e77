import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import { keys } from '@/keys'
import { useMe } from '@/session'
import { useUnsaved } from '@/shell/unsaved'
import { Button, buttonClass } from '@/ui/button'
import { Card } from '@/ui/card'
import { Field, Form, FormError } from '@/ui/field'
import { Input, Textarea } from '@/ui/input'
import { toast } from '@/ui/toast'
import { ZoneField } from '@/ui/zone-field'
import { bodyOf, type Draft, draftOf, emptyDraft, type LayerDraft, withLayers } from './draft'
import { LayerCard } from './layer-card'
import { NoticeFields } from './notice-fields'
import { PresetPicker } from './preset-picker'
import { PreviewCard } from './preview-card'
import type { Schedule } from './types'

const KNOWN = ['name', 'description', 'timezone', /^layers\.\d+\./, /^notice\./]

function useSave(draft: Draft, schedule: Schedule | undefined, release: () => void) {
  const client = useQueryClient()
  const navigate = useNavigate()
  return useMutation({
    mutationFn: () =>
      schedule
        ? api.put<Schedule>(`/schedules/${schedule.id}`, bodyOf(draft))
        : api.post<Schedule>('/schedules', bodyOf(draft)),
    onSuccess: async (saved) => {
      release()
      client.setQueryData(keys.schedule(saved.id), saved)
      void client.invalidateQueries({ queryKey: keys.allOnCall })
      toast(schedule ? `${saved.name} is saved` : `${saved.name} is added`)
      await navigate({ to: '/on-call/schedules/$id', params: { id: saved.id } })
    },
  })
}

function Basics({
  draft,
  onChange,
  errors,
}: {
  draft: Draft
  onChange: (part: Partial<Draft>) => void
  errors: Record<string, string>
}) {
  return (
    <div className="grid gap-x-5 gap-y-5 px-5 py-5 sm:grid-cols-2">
      <Field name="name" label="Name" error={errors.name}>
        <Input
          value={draft.name}
          onValueChange={(name) => onChange({ name })}
          maxLength={120}
          autoComplete="off"
          placeholder="Primary"
        />
      </Field>
      <ZoneField value={draft.timezone} onChange={(timezone) => onChange({ timezone })} error={errors.timezone} />
      <Field name="description" label="Description" optional error={errors.description} className="sm:col-span-2">
        <Textarea
          rows={2}
          value={draft.description}
          onValueChange={(description) => onChange({ description })}
          maxLength={1000}
        />
      </Field>
    </div>
  )
}

/** The form of one schedule, new or not, and beside it who would be on call. */
export function Editor({ schedule }: { schedule?: Schedule }) {
  const { timezone } = useMe().tenant
  const [untouched] = useState(() => (schedule ? draftOf(schedule) : emptyDraft(timezone)))
  const [draft, setDraft] = useState(untouched)
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }))
  const { dialog, release } = useUnsaved(JSON.stringify(draft) !== JSON.stringify(untouched))
  const save = useSave(draft, schedule, release)
  const errors = fieldsOf(save.error)
  const put = (id: string, part: Partial<LayerDraft>) =>
    change({ layers: draft.layers.map((layer) => (layer.id === id ? { ...layer, ...part } : layer)) })
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 xl:grid-cols-[minmax(0,1fr)_380px]">
      <Card>
        <Form error={save.error} onSubmit={() => save.mutate()}>
          <Basics draft={draft} onChange={change} errors={errors} />
          {draft.layers.map((layer, index) => (
            <LayerCard
              key={layer.id}
              {...{ layer, index, errors }}
              onChange={(part) => put(layer.id, part)}
              onRemove={() => change({ layers: draft.layers.filter(({ id }) => id !== layer.id) })}
            />
          ))}
          <PresetPicker
            zone={draft.timezone}
            first={draft.layers.length === 0}
            onPick={(layers) => change({ layers: withLayers(draft.layers, layers) })}
          />
          <NoticeFields notice={draft.notice} onChange={(notice) => change({ notice })} errors={errors} />
          <footer className="sticky bottom-0 z-30 flex flex-wrap items-center gap-2 rounded-b-lg border-t border-line bg-surface px-5 py-3">
            <FormError error={save.error} known={KNOWN} className="min-w-0 flex-1 basis-60" />
            <div className="ml-auto flex gap-2">
              {schedule ? (
                <Link to="/on-call/schedules/$id" params={{ id: schedule.id }} className={buttonClass('ghost')}>
                  Cancel
                </Link>
              ) : (
                <Link to="/on-call" className={buttonClass('ghost')}>
                  Cancel
                </Link>
              )}
              <Button type="submit" variant="primary" busy={save.isPending}>
                {schedule ? 'Save schedule' : 'Add schedule'}
              </Button>
            </div>
          </footer>
        </Form>
      </Card>
      <PreviewCard draft={draft} {...(schedule && { id: schedule.id })} />
      {dialog}
    </div>
  )
}
