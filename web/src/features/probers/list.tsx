import { Link } from '@tanstack/react-router'
import { Plus, Radar } from 'lucide-react'
import { useState } from 'react'
import { keys } from '@/keys'
import { BlindTimes } from '@/parts/blind'
import { ListCard } from '@/parts/list-card'
import { SettingsFrame } from '@/parts/settings-frame'
import { useList } from '@/parts/use-list'
import { useCan } from '@/session'
import type { Prober } from '@/types'
import { Button } from '@/ui/button'
import { cx } from '@/ui/cx'
import { plural, sentence } from '@/ui/format'
import { Glyph } from '@/ui/status'
import { Ago, Day } from '@/ui/time'
import { ProberMenu, useProberActions } from './actions'
import { NewProber } from './forms'
import { glyphOf, networkWords, statusWords, troubles } from './words'

const EVERY_MS = 5_000

/** Who it is and from where it comes. */
function Facts({ prober }: { prober: Prober }) {
  const { hostname, version } = prober.facts
  const { last_seen_at, last_seen_address, status, monitors } = prober
  if (!last_seen_at) return <>It has never come. Its token was shown when it was made.</>
  return (
    <>
      seen <Ago at={last_seen_at} />
      {last_seen_address && ` from ${last_seen_address}`}
      {hostname && ` · ${hostname}`}
      {version && ` · version ${version}`}
      {status === 'online' && ` · ${plural(monitors, 'monitor')}`}
    </>
  )
}

function Row({ prober }: { prober: Prober }) {
  const worry = troubles(prober)
  const ending = prober.tokens.find(({ expires_at }) => expires_at !== null)
  const cut_off = prober.status === 'online' && prober.uplink?.state === 'down'
  return (
    <>
      <Glyph status={glyphOf(prober)} className="mt-0.5 self-start" />
      <div className="min-w-0 flex-1 basis-52">
        <div className="flex flex-wrap items-baseline gap-x-2 text-sm">
          <Link
            to="/settings/probers/$id"
            params={{ id: prober.id }}
            className="font-medium break-words hover:underline coarse:py-1"
          >
            {prober.name}
          </Link>
          <span className="font-mono text-xs text-subtle">{prober.region}</span>
          <span className={cx('text-xs', prober.status === 'offline' ? 'font-medium text-down' : 'text-muted')}>
            {statusWords(prober)}
          </span>
        </div>
        <div className="text-xs break-words text-subtle tabular-nums">
          <Facts prober={prober} />
        </div>
        {(worry.length > 0 || cut_off) && (
          <div className="text-xs break-words text-degraded">
            {sentence(
              [...(cut_off ? [`its own network ${networkWords(prober).toLowerCase()}`] : []), ...worry].join(', '),
            )}
          </div>
        )}
        {ending?.expires_at && (
          <div className="text-xs text-subtle">
            The token before this one works until <Day at={ending.expires_at} />.
          </div>
        )}
      </div>
    </>
  )
}

export function Probers() {
  const may = useCan('probers:write')
  const list = useList<Prober>(keys.probers, '/probers', { every_ms: EVERY_MS })
  const [creating, setCreating] = useState(false)
  const { begin, dialogs } = useProberActions()
  return (
    <SettingsFrame
      title="Probers"
      lead="Machines in other places that check from there. Name a prober’s region in a monitor, and it is checked from that place too."
      actions={
        may && (
          <Button variant="primary" onClick={() => setCreating(true)}>
            <Plus />
            New prober
          </Button>
        )
      }
    >
      <div className="space-y-4">
        <ListCard
          list={list}
          idOf={({ id }) => id}
          empty={{
            icon: <Radar />,
            title: 'No probers',
            text: 'Everything is checked from this appliance. A prober checks from another office, another provider or the inside of a network, and needs no open port there.',
          }}
          row={(prober) => (
            <>
              <Row prober={prober} />
              {may && <ProberMenu prober={prober} begin={begin} />}
            </>
          )}
        />
        <BlindTimes />
      </div>
      {creating && <NewProber onClose={() => setCreating(false)} />}
      {dialogs}
    </SettingsFrame>
  )
}
