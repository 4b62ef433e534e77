import { useQueryClient } from '@tanstack/react-query'
import { Laptop, Smartphone } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/api'
import { keys } from '@/keys'
import { deviceOf, isPhone } from '@/parts/device'
import { ListCard } from '@/parts/list-card'
import { SettingsFrame } from '@/parts/settings-frame'
import { useList } from '@/parts/use-list'
import type { Session } from '@/types'
import { Button } from '@/ui/button'
import { ConfirmDialog } from '@/ui/dialog'
import { Ago, Day } from '@/ui/time'
import { toast } from '@/ui/toast'
import { methodOf } from './method'

function Row({ session, onRevoke }: { session: Session; onRevoke: () => void }) {
  const Icon = isPhone(session.user_agent) ? Smartphone : Laptop
  return (
    <>
      <Icon aria-hidden className="size-4 shrink-0 text-subtle" strokeWidth={1.75} />
      <div className="min-w-0 flex-1 basis-48">
        <div
          className="flex flex-wrap items-center gap-x-2 text-sm font-medium"
          title={session.user_agent ?? undefined}
        >
          {deviceOf(session.user_agent)}
          {session.current && (
            <span className="rounded-full bg-accent-soft px-1.5 text-2xs font-medium text-accent">This device</span>
          )}
        </div>
        <div className="text-xs text-subtle">
          {session.address && <span className="font-mono">{session.address}</span>}
          {session.address && ', '}
          {session.current ? (
            'active now'
          ) : (
            <>
              last active <Ago at={session.last_seen_at} />
            </>
          )}
          , signed in <Day at={session.created_at} /> {methodOf(session)}
        </div>
      </div>
      {!session.current && (
        <Button size="sm" onClick={onRevoke} aria-label={`Sign out ${deviceOf(session.user_agent)}`}>
          Sign out
        </Button>
      )}
    </>
  )
}

export function Sessions() {
  const client = useQueryClient()
  const list = useList<Session>(keys.sessions, '/sessions')
  const [revoking, setRevoking] = useState<Session | 'others' | null>(null)
  const others = list.data?.items.some(({ current }) => !current)
  const revoke = async (target: Session | 'others') => {
    await api.del(target === 'others' ? '/sessions' : `/sessions/${target.id}`)
    await client.invalidateQueries({ queryKey: keys.sessions })
    toast(target === 'others' ? 'All other sessions are signed out' : 'Session signed out')
  }
  return (
    <SettingsFrame
      title="Sessions"
      lead="Browsers and devices that are signed in as you."
      actions={others && <Button onClick={() => setRevoking('others')}>Sign out all others</Button>}
    >
      <ListCard
        list={list}
        idOf={({ id }) => id}
        empty={{ icon: <Laptop />, title: 'No sessions', text: 'You are signed in with an API token.' }}
        row={(session) => <Row session={session} onRevoke={() => setRevoking(session)} />}
      />
      <ConfirmDialog
        open={revoking !== null}
        onClose={() => setRevoking(null)}
        title={
          revoking === 'others' ? 'Sign out all other sessions?' : `Sign out ${deviceOf(revoking?.user_agent ?? null)}?`
        }
        effect="It has to sign in again. This browser stays signed in."
        action="Sign out"
        onConfirm={async () => {
          if (revoking) await revoke(revoking)
        }}
      />
    </SettingsFrame>
  )
}
