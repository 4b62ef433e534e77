import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { roles } from '#contract/permissions'
import { api, fieldsOf } from '@/api'
import { keys } from '@/keys'
import { roleName, roleText } from '@/parts/roles'
import { Secret } from '@/parts/secret'
import { useMe } from '@/session'
import type { Invitation, Role } from '@/types'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Field, Form, FormError } from '@/ui/field'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'

/** Makes a link to hand over; nobody is mailed by it. */
export function Invite({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const { role: own } = useMe()
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Role>('member')
  const invite = useMutation({
    mutationFn: () => api.post<Invitation & { url: string }>('/invitations', { email: email.trim(), role }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.invitations }),
  })
  if (invite.data)
    return (
      <Dialog
        open
        onClose={onClose}
        title="Send this link"
        description={`Hand it to ${invite.data.email}. It works once, for 7 days, and is not shown again.`}
        footer={
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        }
      >
        <Secret value={invite.data.url} label="Copy link" />
      </Dialog>
    )
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
            Create link
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
