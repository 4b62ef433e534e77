import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Ellipsis, KeyRound, Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { api, fieldsOf } from '@/api'
import { keys } from '@/keys'
import { ListCard } from '@/parts/list-card'
import { canUsePasskeys } from '@/parts/passkey'
import { useList } from '@/parts/use-list'
import { authConfigQuery } from '@/session'
import type { Passkey } from '@/types'
import { Button, IconButton } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Field, Form, FormError } from '@/ui/field'
import { Input } from '@/ui/input'
import { Menu, MenuItem } from '@/ui/menu'
import { Ago, Day } from '@/ui/time'
import { toast } from '@/ui/toast'
import { useFactorsChanged } from './factors'
import { AddPasskey } from './passkey-add'
import { ProofDialog } from './proof-dialog'
import { EmptyCard, Row } from './row'

function Rename({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const client = useQueryClient()
  const [name, setName] = useState(passkey.name)
  const save = useMutation({
    mutationFn: () => api.put<Passkey>(`/me/passkeys/${passkey.id}`, { name: name.trim() }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.passkeys })
      onClose()
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title="Rename passkey"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="passkey-name" busy={save.isPending} disabled={!name.trim()}>
            Save name
          </Button>
        </>
      }
    >
      <Form id="passkey-name" error={save.error} onSubmit={() => save.mutate()} className="space-y-4">
        <Field name="name" label="Name" error={fieldsOf(save.error).name}>
          <Input autoFocus autoComplete="off" maxLength={100} value={name} onValueChange={setName} />
        </Field>
        <FormError error={save.error} known={['name']} />
      </Form>
    </Dialog>
  )
}

function Remove({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const changed = useFactorsChanged()
  return (
    <ProofDialog
      danger
      onClose={onClose}
      title={`Remove “${passkey.name}”?`}
      description="It cannot sign you in any more. Your device may still offer it until you delete it there too."
      action="Remove passkey"
      onConfirm={async (proof) => {
        await api.del(`/me/passkeys/${passkey.id}`, { body: proof })
        await changed()
        toast('Passkey removed')
        onClose()
      }}
    />
  )
}

type Act = { kind: 'add' } | { kind: 'rename' | 'remove'; passkey: Passkey }
const Entry = ({ passkey, onAct }: { passkey: Passkey; onAct: (act: Act) => void }) => (
  <Row
    icon={<KeyRound strokeWidth={1.75} />}
    title={passkey.name}
    action={
      <Menu
        trigger={
          <IconButton label={`More actions for ${passkey.name}`}>
            <Ellipsis />
          </IconButton>
        }
      >
        <MenuItem onSelect={() => onAct({ kind: 'rename', passkey })}>
          <Pencil />
          Rename
        </MenuItem>
        <MenuItem danger onSelect={() => onAct({ kind: 'remove', passkey })}>
          <Trash2 />
          Remove
        </MenuItem>
      </Menu>
    }
  >
    added <Day at={passkey.created_at} />,{' '}
    {passkey.last_used_at ? (
      <>
        last used <Ago at={passkey.last_used_at} />
      </>
    ) : (
      'never used'
    )}
    {passkey.backed_up && ', synchronised between your devices'}
  </Row>
)

/** Devices and keys that sign somebody in by themselves. */
export function Passkeys() {
  const { data: config } = useQuery(authConfigQuery)
  const list = useList<Passkey>(keys.passkeys, '/me/passkeys')
  const [act, setAct] = useState<Act | null>(null)
  const close = () => setAct(null)
  const usable = config?.passkeys && canUsePasskeys()
  const add = usable && (
    <Button size="sm" onClick={() => setAct({ kind: 'add' })}>
      Add passkey
    </Button>
  )
  return (
    <>
      {list.data?.total === 0 ? (
        <EmptyCard title="Passkeys" controls={add}>
          {usable || !config
            ? 'None. Sign in with your finger, face or a security key instead of a password and a code.'
            : config.passkeys
              ? 'None. This browser cannot use passkeys here.'
              : 'None. Browsers take passkeys only where the address of this server begins with https and is a name.'}
        </EmptyCard>
      ) : (
        <ListCard
          title="Passkeys"
          controls={add}
          list={list}
          idOf={({ id }) => id}
          empty={{ icon: <KeyRound />, title: 'No passkeys', text: 'None on this page.' }}
          row={(passkey) => <Entry passkey={passkey} onAct={setAct} />}
        />
      )}
      {act?.kind === 'add' && <AddPasskey onClose={close} />}
      {act?.kind === 'rename' && <Rename passkey={act.passkey} onClose={close} />}
      {act?.kind === 'remove' && <Remove passkey={act.passkey} onClose={close} />}
    </>
  )
}
