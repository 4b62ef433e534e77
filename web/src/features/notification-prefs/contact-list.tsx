import { useMutation } from '@tanstack/react-query'
import { Contact as ContactIcon, Ellipsis, Pencil, Plus, Send, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { api, sentenceOf } from '@/api'
import { ListCard } from '@/parts/list-card'
import { useList } from '@/parts/use-list'
import type { TestAnswer } from '@/types'
import { Button, IconButton } from '@/ui/button'
import { cx } from '@/ui/cx'
import { ConfirmDialog } from '@/ui/dialog'
import { sentence } from '@/ui/format'
import { Menu, MenuItem } from '@/ui/menu'
import { Glyph } from '@/ui/status'
import { toast } from '@/ui/toast'
import { AddContact } from './add-contact'
import { type Contact, contactPath, contactsKey, contactsPath, isOwnRow, useRenewContacts } from './contacts'
import { EditContact } from './edit-contact'
import { VerifyContact } from './verify-contact'

type Act = 'test' | 'verify' | 'code' | 'edit' | 'delete'
type RowProps = { contact: Contact; busy: boolean; onAct: (act: Act) => void }

/** Whether it is used, and if not, why. */
function State({ contact: { verified, failing } }: Pick<RowProps, 'contact'>) {
  const [glyph, text] = failing
    ? (['down', sentence(failing)] as const)
    : verified
      ? (['up', 'Confirmed'] as const)
      : (['paused', 'Not confirmed: it is not used until its code is entered.'] as const)
  return (
    <div className={cx('flex items-start gap-1.5 text-xs wrap-anywhere', failing ? 'text-down' : 'text-subtle')}>
      <Glyph status={glyph} size={12} className="mt-0.5" />
      {text}
    </div>
  )
}

const More = ({ contact: { name, verified }, onAct }: Omit<RowProps, 'busy'>) => (
  <Menu
    trigger={
      <IconButton label={`More actions for ${name}`}>
        <Ellipsis />
      </IconButton>
    }
  >
    <MenuItem onSelect={() => onAct('edit')}>
      <Pencil />
      Edit
    </MenuItem>
    {!verified && (
      <MenuItem onSelect={() => onAct('code')}>
        <Send />
        Send the code again
      </MenuItem>
    )}
    <MenuItem danger onSelect={() => onAct('delete')}>
      <Trash2 />
      Delete
    </MenuItem>
  </Menu>
)

const Row = ({ contact, busy, onAct }: RowProps) => (
  <>
    <div className="min-w-0 flex-1 basis-48">
      <div className="text-sm font-medium wrap-anywhere">{contact.name}</div>
      {contact.label !== contact.name && (
        <div className="text-xs text-subtle wrap-anywhere">
          {contact.label}
          {contact.via_name && `, through ${contact.via_name}`}
        </div>
      )}
      <State contact={contact} />
    </div>
    {contact.verified ? (
      <Button size="sm" busy={busy} onClick={() => onAct('test')} aria-label={`Test ${contact.name}`}>
        <Send />
        Test
      </Button>
    ) : (
      isOwnRow(contact) && (
        <Button size="sm" onClick={() => onAct('verify')} aria-label={`Enter code of ${contact.name}`}>
          Enter code
        </Button>
      )
    )}
    {isOwnRow(contact) && <More contact={contact} onAct={onAct} />}
  </>
)

function useTest() {
  const renew = useRenewContacts()
  return useMutation({
    mutationFn: ({ id }: Contact) => api.post<TestAnswer>(`${contactPath(id)}/test`),
    onSuccess: async ({ status, error }, { name }) => {
      await renew()
      if (status === 'sent') toast(`Sent to ${name}`)
      else toast(`Nothing was sent to ${name}`, { description: sentence(error ?? 'It was refused') })
    },
    onError: (error, { name }) => toast(`Nothing was sent to ${name}`, { description: sentence(sentenceOf(error)) }),
  })
}

/** Every way to reach the person who looks, and whether it works. */
export function ContactList() {
  const list = useList<Contact>(contactsKey, contactsPath)
  const renew = useRenewContacts()
  const test = useTest()
  const [adding, setAdding] = useState(false)
  const [doomed, setDoomed] = useState<Contact | null>(null)
  const [editing, setEditing] = useState<Contact | null>(null)
  const [verifying, setVerifying] = useState<{ contact: Contact; sent: TestAnswer | null } | null>(null)
  const code = useMutation({
    mutationFn: ({ id }: Contact) => api.post<TestAnswer>(`${contactPath(id)}/code`),
    onSuccess: (sent, contact) => setVerifying({ contact, sent }),
    onError: (error, { name }) => toast(`No code was sent to ${name}`, { description: sentence(sentenceOf(error)) }),
  })
  const act = (contact: Contact, wanted: Act) => {
    if (wanted === 'test') test.mutate(contact)
    else if (wanted === 'verify') setVerifying({ contact, sent: null })
    else if (wanted === 'code') code.mutate(contact)
    else if (wanted === 'edit') setEditing(contact)
    else setDoomed(contact)
  }
  return (
    <>
      <ListCard
        title="Ways to reach you"
        controls={
          <Button size="sm" onClick={() => setAdding(true)}>
            <Plus />
            Add
          </Button>
        }
        list={list}
        idOf={({ id }) => id}
        empty={{ icon: <ContactIcon />, title: 'None yet', text: 'Add a phone, a chat or another address.' }}
        row={(contact) => (
          <Row
            contact={contact}
            busy={test.isPending && test.variables.id === contact.id}
            onAct={(wanted) => act(contact, wanted)}
          />
        )}
      />
      {adding && (
        <AddContact
          onClose={() => setAdding(false)}
          onAdded={(made) => {
            setAdding(false)
            if (made.verified) toast(`${made.name} is added`)
            else setVerifying({ contact: made, sent: made.code })
          }}
        />
      )}
      {editing && (
        <EditContact
          contact={editing}
          onClose={() => setEditing(null)}
          onEdited={(changed) => {
            setEditing(null)
            if (changed.code) setVerifying({ contact: changed, sent: changed.code })
            else toast(`${changed.name} is saved`)
          }}
        />
      )}
      {verifying && <VerifyContact {...verifying} onClose={() => setVerifying(null)} />}
      <ConfirmDialog
        open={doomed !== null}
        onClose={() => setDoomed(null)}
        title={`Delete “${doomed?.name}”?`}
        effect="You are not told this way any more."
        action="Delete"
        onConfirm={async () => {
          if (!doomed) return
          await api.del(contactPath(doomed.id))
          await renew()
          toast(`${doomed.name} is deleted`)
        }}
      />
    </>
  )
}
