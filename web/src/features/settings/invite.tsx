import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { roles } from '#contract/permissions'
import { api, fieldsOf } from '@/api'
import { keys } from '@/keys'
import { roleName, roleText } from '@/parts/roles'
import { Secret } from '@/parts/secret'
import { useMe } from '@/session'
import type { Invitation, InvitationMade, Role } from '@/types'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Field, Form, FormError } from '@/ui/field'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'

/** The link, once; with a mail server it is on its way already. */
const Made = ({ made: { email, url, mailed }, onClose }: { made: InvitationMade; onClose: () => void }) => (
  <Dialog
    open
    onClose={onClose}
    title={mailed ? `A mail is on its way to ${email}` : 'Send this link'}
    description={
      mailed
        ? 'You can also hand over the link yourself. It works once, for 7 days, and is not shown again.'
        : `Hand it to ${email}. It works once, for 7 days, and is not shown again.`
    }
    footer={
      <Button variant="primary" onClick={onClose}>
        Done
      </Button>
    }
  >
    <Secret value={url} label="Copy link" />
  </Dialog>
)

/** Replaces the link of an invitation: the one before stops working. */
export function NewLink({ invitation, onClose }: { invitation: Invitation; onClose: () => void }) {
  const client = useQueryClient()
  const renew = useMutation({
    mutationFn: () => api.post<InvitationMade>(`/invitations/${invitation.id}/resend`),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.invitations }),
  })
  if (renew.data) return <Made made={renew.data} onClose={onClose} />
  return (
    <Dialog
      open
      onClose={onClose}
      title={`New link for ${invitation.email}?`}
      description="The link that was sent before stops working."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={renew.isPending} onClick={() => renew.mutate()}>
            Make new link
          </Button>
        </>
      }
    >
      <FormError error={renew.error} />
    </Dialog>
  )
}

/** Makes a link for one person; with a mail server it is also mailed. */
export function Invite({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const { role: own } = useMe()
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Role>('member')
  const invite = useMutation({
    mutationFn: () => api.post<InvitationMade>('/invitations', { email: email.trim(), role }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.invitations }),
  })
  if (invite.data) return <Made made={invite.data} onClose={onClose} />
  const errors = fieldsOf(invite.error)
  // Nobody can make somebody who may do more than they do.
  const offered = roles.slice(0, roles.indexOf(own) + 1)
  return (
    <Dialog
      open
      onClose={onClose}
      title="Invite somebody"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="invite" busy={invite.isPending} disabled={!email.trim()}>
            Invite
          </Button>
        </>
      }
    >
      <Form id="invite" error={invite.error} onSubmit={() => invite.mutate()} className="space-y-4">
        <Field name="email" label="E-mail" error={errors.email}>
          <Input type="email" autoFocus autoComplete="off" value={email} onValueChange={setEmail} />
        </Field>
        <Field name="role" label="Role" error={errors.role} hint={roleText[role]}>
          <Select
            value={role}
            onChange={setRole}
            choices={offered.map((value) => ({ value, label: roleName[value] }))}
          />
        </Field>
        <FormError error={invite.error} known={['email', 'role']} />
      </Form>
    </Dialog>
  )
}
