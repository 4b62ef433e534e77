import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Plus, Radar, RefreshCw, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import { keys } from '@/keys'
import { ListCard } from '@/parts/list-card'
import { Secret } from '@/parts/secret'
import { SettingsFrame } from '@/parts/settings-frame'
import { useList } from '@/parts/use-list'
import { useCan } from '@/session'
import type { Prober } from '@/types'
import { Button, IconButton } from '@/ui/button'
import { ConfirmDialog, Dialog } from '@/ui/dialog'
import { Field, Form, FormError } from '@/ui/field'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'
import { Ago, Day } from '@/ui/time'
import { toast } from '@/ui/toast'

type WithToken = Prober & { token: string }

const Shown = ({ token, onClose }: { token: string; onClose: () => void }) => (
  <Dialog
    open
    onClose={onClose}
    title="Copy the token now"
    description="The prober proves with it who it is. It is stored as a hash only and cannot be shown again."
    footer={
      <Button variant="primary" onClick={onClose}>
        Done
      </Button>
    }
  >
    <Secret value={token} label="Copy token" />
  </Dialog>
)

function NewProber({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const [draft, setDraft] = useState({ name: '', region: '' })
  const create = useMutation({
    mutationFn: () => api.post<WithToken>('/probers', { name: draft.name.trim(), region: draft.region.trim() }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.probers }),
  })
  if (create.data) return <Shown token={create.data.token} onClose={onClose} />
  const errors = fieldsOf(create.error)
  return (
    <Dialog
      open
      onClose={onClose}
      title="New prober"
      description="An agent in another place, with a token of its own."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            type="submit"
            form="new-prober"
            busy={create.isPending}
            disabled={!draft.name.trim() || !draft.region.trim()}
          >
            Create prober
          </Button>
        </>
      }
    >
      <Form id="new-prober" error={create.error} onSubmit={() => create.mutate()} className="space-y-4">
        <Field name="name" label="Name" error={errors.name}>
          <Input
            autoFocus
            autoComplete="off"
            placeholder="Frankfurt 1"
            value={draft.name}
            onValueChange={(name) => setDraft({ ...draft, name })}
          />
        </Field>
        <Field name="region" label="Region" error={errors.region} hint="Lower case letters, digits and dashes.">
          <Input
            mono
            autoComplete="off"
            placeholder="eu-central"
            value={draft.region}
            onValueChange={(region) => setDraft({ ...draft, region })}
          />
        </Field>
        <FormError error={create.error} known={['name', 'region']} />
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

function Rotate({ prober, onClose }: { prober: Prober; onClose: () => void }) {
  const client = useQueryClient()
  const [grace, setGrace] = useState<(typeof graces)[number]['value']>('3600')
  const rotate = useMutation({
    mutationFn: () => api.post<WithToken>(`/probers/${prober.id}/rotate`, { grace_s: Number(grace) }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.probers }),
  })
  if (rotate.data) return <Shown token={rotate.data.token} onClose={onClose} />
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

function Row({ prober, onRotate, onDelete }: { prober: Prober; onRotate?: () => void; onDelete?: () => void }) {
  const { hostname, version } = prober.facts
  const ending = prober.tokens.find(({ expires_at }) => expires_at !== null)
  return (
    <>
      <Radar aria-hidden className="size-4 shrink-0 text-subtle" strokeWidth={1.75} />
      <div className="min-w-0 flex-1 basis-48">
        <div className="flex flex-wrap items-center gap-x-2 text-sm">
          <span className="font-medium break-words">{prober.name}</span>
          <span className="font-mono text-xs text-subtle">{prober.region}</span>
        </div>
        <div className="text-xs text-subtle">
          {prober.last_seen_at ? (
            <>
              seen <Ago at={prober.last_seen_at} />
              {hostname && ` on ${hostname}`}
              {version && `, version ${version}`}
            </>
          ) : (
            'never registered'
          )}
          {ending?.expires_at && (
            <>
              , the old token works until <Day at={ending.expires_at} />
            </>
          )}
        </div>
      </div>
      {onRotate && (
        <IconButton label={`New token for ${prober.name}`} onClick={onRotate}>
          <RefreshCw />
        </IconButton>
      )}
      {onDelete && (
        <IconButton label={`Delete ${prober.name}`} onClick={onDelete}>
          <Trash2 />
        </IconButton>
      )}
    </>
  )
}

export function Probers() {
  const client = useQueryClient()
  const may = useCan('probers:write')
  const list = useList<Prober>(keys.probers, '/probers')
  const [creating, setCreating] = useState(false)
  const [rotating, setRotating] = useState<Prober | null>(null)
  const [deleting, setDeleting] = useState<Prober | null>(null)
  return (
    <SettingsFrame
      title="Probers"
      lead="Agents in other places, and the tokens they prove themselves with. This version makes and checks the tokens; checks still run on this server alone."
      actions={
        may && (
          <Button variant="primary" onClick={() => setCreating(true)}>
            <Plus />
            New prober
          </Button>
        )
      }
    >
      <ListCard
        list={list}
        idOf={({ id }) => id}
        empty={{
          icon: <Radar />,
          title: 'No probers',
          text: 'A prober looks at your targets from another place, with a token that can do nothing else.',
        }}
        row={(prober) => (
          <Row
            prober={prober}
            onRotate={may ? () => setRotating(prober) : undefined}
            onDelete={may ? () => setDeleting(prober) : undefined}
          />
        )}
      />
      {creating && <NewProber onClose={() => setCreating(false)} />}
      {rotating && <Rotate prober={rotating} onClose={() => setRotating(null)} />}
      <ConfirmDialog
        open={deleting !== null}
        onClose={() => setDeleting(null)}
        title={`Delete ${deleting?.name}?`}
        effect="Its tokens stop working at once."
        action="Delete prober"
        onConfirm={async () => {
          if (!deleting) return
          await api.del(`/probers/${deleting.id}`)
          await client.invalidateQueries({ queryKey: keys.probers })
          toast('Prober deleted')
        }}
      />
    </SettingsFrame>
  )
}
