import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Ellipsis, LogOut, ShieldOff, UserCog, UserMinus } from 'lucide-react'
import { useState } from 'react'
import { allows, roles } from '#contract/permissions'
import { api } from '@/api'
import { keys } from '@/keys'
import { roleName, roleText } from '@/parts/roles'
import { useMe } from '@/session'
import type { Member, Role } from '@/types'
import { Button, IconButton } from '@/ui/button'
import { ConfirmDialog, Dialog } from '@/ui/dialog'
import { Field, Form, FormError } from '@/ui/field'
import { Menu, MenuItem, MenuSeparator } from '@/ui/menu'
import { Select } from '@/ui/select'
import { toast } from '@/ui/toast'

type Asked = 'role' | 'mfa' | 'remove' | 'leave' | null

function RoleDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const client = useQueryClient()
  const { role: own } = useMe()
  const [role, setRole] = useState<Role>(member.role)
  const save = useMutation({
    mutationFn: () => api.put<Member>(`/members/${member.user_id}`, { role }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.members })
      toast(`${member.name} is now ${roleName[role].toLowerCase()}`)
      onClose()
    },
  })
  const offered = roles.slice(0, roles.indexOf(own) + 1)
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Role of ${member.name}`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            type="submit"
            form="member-role"
            busy={save.isPending}
            disabled={role === member.role}
          >
            Change role
          </Button>
        </>
      }
    >
      <Form id="member-role" error={save.error} onSubmit={() => save.mutate()} className="space-y-4">
        <Field name="role" label="Role" hint={roleText[role]}>
          <Select
            value={role}
            onChange={setRole}
            choices={offered.map((value) => ({ value, label: roleName[value] }))}
          />
        </Field>
        <FormError error={save.error} />
      </Form>
    </Dialog>
  )
}

/** What can be done about one member: by admins about others, by everybody about themselves. */
export function MemberMenu({ member }: { member: Member }) {
  const client = useQueryClient()
  const me = useMe()
  const [asked, setAsked] = useState<Asked>(null)
  const close = () => setAsked(null)
  const self = member.user_id === me.id
  const manages = allows(me.role, 'members:write') && roles.indexOf(member.role) <= roles.indexOf(me.role)
  if (!self && !manages) return null
  return (
    <>
      <Menu
        trigger={
          <IconButton label={`More actions for ${member.name}`}>
            <Ellipsis />
          </IconButton>
        }
      >
        {manages && (
          <MenuItem onSelect={() => setAsked('role')}>
            <UserCog />
            Change role
          </MenuItem>
        )}
        {manages && !self && member.mfa && (
          <MenuItem onSelect={() => setAsked('mfa')}>
            <ShieldOff />
            Reset second factor
          </MenuItem>
        )}
        {manages && <MenuSeparator />}
        {self ? (
          <MenuItem danger onSelect={() => setAsked('leave')}>
            <LogOut />
            Leave workspace
          </MenuItem>
        ) : (
          <MenuItem danger onSelect={() => setAsked('remove')}>
            <UserMinus />
            Remove
          </MenuItem>
        )}
      </Menu>
      {asked === 'role' && <RoleDialog member={member} onClose={close} />}
      <ConfirmDialog
        open={asked === 'mfa'}
        onClose={close}
        title={`Reset the second factor of ${member.name}?`}
        effect="Their authenticator app, backup codes and passkeys stop working. They sign in with their password alone and are told by mail."
        action="Reset second factor"
        onConfirm={async () => {
          await api.post(`/members/${member.user_id}/reset-mfa`)
          await client.invalidateQueries({ queryKey: keys.members })
          toast(`Second factor of ${member.name} removed`)
        }}
      />
      <ConfirmDialog
        open={asked === 'remove'}
        onClose={close}
        title={`Remove ${member.name} from ${me.tenant.name}?`}
        effect="Their sessions and API tokens for this workspace stop working at once. Their account stays."
        action="Remove member"
        onConfirm={async () => {
          await api.del(`/members/${member.user_id}`)
          await client.invalidateQueries({ queryKey: keys.members })
          toast(`${member.name} removed`)
        }}
      />
      <ConfirmDialog
        open={asked === 'leave'}
        onClose={close}
        title={`Leave ${me.tenant.name}?`}
        effect="You need a new invitation to come back. Your sessions and API tokens for this workspace stop working."
        action="Leave workspace"
        onConfirm={async () => {
          await api.del(`/members/${member.user_id}`)
          window.location.assign('/sign-in')
        }}
      />
    </>
  )
}
