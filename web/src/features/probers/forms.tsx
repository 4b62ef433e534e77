import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import { AnchorsField, filled } from '@/parts/anchors-field'
import type { Prober } from '@/types'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Field, Form, FormError } from '@/ui/field'
import { plural } from '@/ui/format'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'
import { toast } from '@/ui/toast'
import { JoinDialog } from './join'
import { useRenewProbers, type WithToken } from './queries'

type Place = { name: string; region: string }
const REGION_HINT = 'Lower case letters, digits and dashes. Probers of one region share its monitors.'

function PlaceFields({
  draft,
  onChange,
  errors,
  hint = REGION_HINT,
}: {
  draft: Place
  onChange: (part: Partial<Place>) => void
  errors: Record<string, string>
  hint?: string
}) {
  return (
    <>
      <Field name="name" label="Name" error={errors.name}>
        <Input
          autoFocus
          autoComplete="off"
          placeholder="Frankfurt 1"
          value={draft.name}
          onValueChange={(name) => onChange({ name })}
        />
      </Field>
      <Field name="region" label="Region" error={errors.region} hint={hint}>
        <Input
          mono
          autoComplete="off"
          placeholder="eu-central"
          value={draft.region}
          onValueChange={(region) => onChange({ region })}
        />
      </Field>
    </>
  )
}
const complete = ({ name, region }: Place) => name.trim() !== '' && region.trim() !== ''
const trimmed = ({ name, region }: Place) => ({ name: name.trim(), region: region.trim() })

export function NewProber({ onClose }: { onClose: () => void }) {
  const renew = useRenewProbers()
  const [draft, setDraft] = useState<Place>({ name: '', region: '' })
  const create = useMutation({
    mutationFn: () => api.post<WithToken>('/probers', trimmed(draft)),
    onSuccess: renew,
  })
  if (create.data) return <JoinDialog made={create.data} onClose={onClose} />
  return (
    <Dialog
      open
      onClose={onClose}
      title="New prober"
      description="A machine in another place that checks from there, with a token that can do nothing else."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="new-prober" busy={create.isPending} disabled={!complete(draft)}>
            Create prober
          </Button>
        </>
      }
    >
      <Form id="new-prober" error={create.error} onSubmit={() => create.mutate()} className="space-y-4">
        <PlaceFields
          draft={draft}
          onChange={(part) => setDraft({ ...draft, ...part })}
          errors={fieldsOf(create.error)}
        />
        <FormError error={create.error} known={['name', 'region']} />
      </Form>
    </Dialog>
  )
}

export function EditProber({ prober, onClose }: { prober: Prober; onClose: () => void }) {
  const renew = useRenewProbers()
  const [draft, setDraft] = useState<Place>({ name: prober.name, region: prober.region })
  const [anchors, setAnchors] = useState<readonly string[]>(prober.anchors)
  const save = useMutation({
    mutationFn: (list: string[]) => api.put<Prober>(`/probers/${prober.id}`, { ...trimmed(draft), anchors: list }),
    onSuccess: async ({ name }) => {
      await renew()
      toast(`${name} is saved`)
      onClose()
    },
  })
  const errors = fieldsOf(save.error)
  const moves = draft.region.trim() !== prober.region && prober.monitors_alone > 0
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={`Edit ${prober.name}`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="edit-prober" busy={save.isPending} disabled={!complete(draft)}>
            Save prober
          </Button>
        </>
      }
    >
      <Form
        id="edit-prober"
        error={save.error}
        onSubmit={() => {
          const list = filled(anchors)
          setAnchors(list)
          save.mutate(list)
        }}
        className="space-y-4"
      >
        <PlaceFields
          draft={draft}
          onChange={(part) => setDraft({ ...draft, ...part })}
          errors={errors}
          hint={
            moves
              ? `${plural(prober.monitors_alone, 'monitor')} checked from ${prober.region} only would have nobody there.`
              : REGION_HINT
          }
        />
        <AnchorsField
          value={anchors}
          onChange={(next) => {
            setAnchors(next)
            save.reset()
          }}
          errors={errors}
          hint="Places beyond the prober’s own line that answer always, such as two name servers of its provider. While none of them answers, its own network is to blame: what it sees fail is unknown, and nobody is paged. Without any, every failure is believed."
        />
        <FormError error={save.error} known={['name', 'region', /^anchors/]} />
      </Form>
    </Dialog>
  )
}

const graces = [
  { value: '0', label: 'At once' },
  { value: '3600', label: 'After an hour' },
  { value: '86400', label: 'After a day' },
  { value: '604800', label: 'After a week' },
] as const

export function RotateToken({ prober, onClose }: { prober: Prober; onClose: () => void }) {
  const renew = useRenewProbers()
  const [grace, setGrace] = useState<(typeof graces)[number]['value']>('3600')
  const rotate = useMutation({
    mutationFn: () => api.post<WithToken>(`/probers/${prober.id}/rotate`, { grace_s: Number(grace) }),
    onSuccess: renew,
  })
  // One that never came has nothing to replace: it is told how to start.
  if (rotate.data) return <JoinDialog made={rotate.data} renewed={prober.registered_at !== null} onClose={onClose} />
  return (
    <Dialog
      open
      onClose={onClose}
      title={`New token for ${prober.name}`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="rotate" busy={rotate.isPending}>
            Make new token
          </Button>
        </>
      }
    >
      <Form id="rotate" error={rotate.error} onSubmit={() => rotate.mutate()} className="space-y-4">
        <Field label="The token in use stops working" hint="Time to put the new one in place.">
          <Select value={grace} onChange={setGrace} choices={graces} />
        </Field>
        <FormError error={rotate.error} />
      </Form>
    </Dialog>
  )
}
