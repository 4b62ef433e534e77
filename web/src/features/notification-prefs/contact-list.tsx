import { useMutation } from '@tanstack/react-query'
import { Contact as ContactIcon, Plus, Send, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { api, sentenceOf } from '@/api'
import { ListCard } from '@/parts/list-card'
import { useList } from '@/parts/use-list'
import type { TestAnswer } from '@/types'
import { Tag } from '@/ui/bits'
import { Button, IconButton } from '@/ui/button'
import { ConfirmDialog } from '@/ui/dialog'
import { sentence } from '@/ui/format'
import { toast } from '@/ui/toast'
import { AddContact } from './add-contact'
import { type Contact, contactPath, contactsKey, contactsPath, isOwnRow, useRenewContacts } from './contacts'
import { VerifyContact } from './verify-contact'

type RowProps = { contact: Contact; busy: boolean; onTest: () => void; onVerify: () => void; onRemove: () => void }
const Row = ({ contact, busy, onTest, onVerify, onRemove }: RowProps) => (
  <>
    <div className="min-w-0 flex-1 basis-48">
      <div className="flex flex-wrap items-center gap-x-2 text-sm font-medium wrap-anywhere">
        {contact.name}
        {!contact.verified && <Tag title="It is not used until its code was entered">Not confirmed</Tag>}
      </div>
      <div className="text-xs text-subtle wrap-anywhere">
        {contact.label}
        {contact.via_name && `, through ${contact.via_name}`}
      </div>
      {contact.failing && <div className="text-xs text-down wrap-anywhere">{sentence(contact.failing)}</div>}
    </div>
    {contact.verified ? (
      <Button size="sm" busy={busy} onClick={onTest} aria-label={`Test ${contact.name}`}>
        <Send />
        Test
      </Button>
    ) : (
      isOwnRow(contact) && (
        <Button size="sm" onClick={onVerify} aria-label={`Enter the code of ${contact.name}`}>
          Enter code
        </Button>
      )
    )}
    {isOwnRow(contact) && (
      <IconButton label={`Delete ${contact.name}`} onClick={onRemove}>
        <Trash2 />
      </IconButton>
    )}
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
  const [verifying, setVerifying] = useState<{ contact: Contact; sent: TestAnswer | null } | null>(null)
  return (
    <>
      <ListCard
        title="Ways to reach you"
        hint="Only confirmed ways are used."
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
            onTest={() => test.mutate(contact)}
            onVerify={() => setVerifying({ contact, sent: null })}
            onRemove={() => setDoomed(contact)}
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
