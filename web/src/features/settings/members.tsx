import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Mail, ShieldCheck, UserPlus, Users } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/api'
import { keys } from '@/keys'
import { ListCard } from '@/parts/list-card'
import { roleName, roleText } from '@/parts/roles'
import { SettingsFrame } from '@/parts/settings-frame'
import { useList } from '@/parts/use-list'
import { authConfigQuery, useCan, useMe } from '@/session'
import type { Invitation, Member } from '@/types'
import { Avatar } from '@/ui/bits'
import { Button } from '@/ui/button'
import { ConfirmDialog } from '@/ui/dialog'
import { Day, useNow } from '@/ui/time'
import { toast } from '@/ui/toast'
import { Invite, NewLink } from './invite'
import { MemberMenu } from './member-menu'

function MemberRow({ member }: { member: Member }) {
  const { id } = useMe()
  return (
    <>
      <Avatar name={member.name} size={28} />
      <div className="min-w-0 flex-1 basis-40">
        <div className="flex items-center gap-2 text-sm font-medium">
          <span className="truncate">{member.name}</span>
          {member.user_id === id && (
            <span className="rounded-full bg-accent-soft px-1.5 text-2xs font-medium text-accent">You</span>
          )}
          {member.mfa && (
            <span title="Signs in with a second factor" className="text-subtle">
              <ShieldCheck aria-hidden className="size-3.5" />
              <span className="sr-only">has a second factor</span>
            </span>
          )}
        </div>
        <div className="truncate text-xs text-subtle">{member.email}</div>
      </div>
      <span title={roleText[member.role]} className="text-sm text-muted">
        {roleName[member.role]}
      </span>
      <MemberMenu member={member} />
    </>
  )
}

function InvitationRow({
  invitation,
  onRevoke,
  onResend,
}: {
  invitation: Invitation
  onRevoke: () => void
  onResend: () => void
}) {
  const now = useNow(60_000)
  const expired = Date.parse(invitation.expires_at) < now
  const verb = invitation.accepted_at || expired ? 'Remove' : 'Revoke'
  return (
    <>
      <Mail aria-hidden className="size-4 shrink-0 text-subtle" strokeWidth={1.75} />
      <div className="min-w-0 flex-1 basis-40">
        <div className="truncate text-sm font-medium">{invitation.email}</div>
        <div className="text-xs text-subtle">
          {roleName[invitation.role]},{' '}
          {invitation.accepted_at ? (
            <>
              accepted <Day at={invitation.accepted_at} />
            </>
          ) : expired ? (
            'expired'
          ) : (
            <>
              open until <Day at={invitation.expires_at} />
            </>
          )}
        </div>
      </div>
      {!invitation.accepted_at && (
        <Button size="sm" onClick={onResend} aria-label={`New link for ${invitation.email}`}>
          New link
        </Button>
      )}
      <Button size="sm" onClick={onRevoke} aria-label={`${verb} the invitation of ${invitation.email}`}>
        {verb}
      </Button>
    </>
  )
}

function Invitations({ open }: { open: boolean }) {
  const client = useQueryClient()
  const list = useList<Invitation>(keys.invitations, '/invitations')
  const [inviting, setInviting] = useState(false)
  const [revoking, setRevoking] = useState<Invitation | null>(null)
  const [resending, setResending] = useState<Invitation | null>(null)
  return (
    <>
      <ListCard
        title="Invitations"
        list={list}
        idOf={({ id }) => id}
        controls={
          <Button size="sm" onClick={() => setInviting(true)}>
            <UserPlus />
            Invite
          </Button>
        }
        empty={{
          icon: <Mail />,
          title: 'No invitations',
          text: open
            ? 'An invitation is a link that lets one person into this workspace.'
            : 'People with an account here can be invited. New accounts are closed: XINEX_REGISTRATION=invite opens them to the invited.',
        }}
        row={(invitation) => (
          <InvitationRow
            invitation={invitation}
            onRevoke={() => setRevoking(invitation)}
            onResend={() => setResending(invitation)}
          />
        )}
      />
      {inviting && <Invite onClose={() => setInviting(false)} />}
      {resending && <NewLink invitation={resending} onClose={() => setResending(null)} />}
      <ConfirmDialog
        open={revoking !== null}
        onClose={() => setRevoking(null)}
        title={`Remove the invitation of ${revoking?.email}?`}
        effect={revoking?.accepted_at ? 'The account that was made with it stays.' : 'The link stops working at once.'}
        action="Remove invitation"
        onConfirm={async () => {
          if (!revoking) return
          await api.del(`/invitations/${revoking.id}`)
          await client.invalidateQueries({ queryKey: keys.invitations })
          toast('Invitation removed')
        }}
      />
    </>
  )
}

export function Members() {
  const may = useCan('members:write')
  const { tenant } = useMe()
  const list = useList<Member>(keys.members, '/members')
  const { data: config } = useQuery({ ...authConfigQuery, enabled: may })
  return (
    <SettingsFrame title="Members" lead={`The people of ${tenant.name} and what they may do.`}>
      <div className="space-y-4">
        <ListCard
          title="Members"
          list={list}
          idOf={({ user_id }) => user_id}
          empty={{ icon: <Users />, title: 'No members', text: 'Everybody of this workspace is listed here.' }}
          row={(member) => <MemberRow member={member} />}
        />
        {may && config && <Invitations open={config.registration !== 'closed'} />}
      </div>
    </SettingsFrame>
  )
}
