import { MoreHorizontal } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { sentenceOf } from '@/api'
import { useCan } from '@/session'
import type { Incident } from '@/types'
import { IconButton } from '@/ui/button'
import { sentence } from '@/ui/format'
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '@/ui/menu'
import { useTimeZone } from '@/ui/time'
import { toast } from '@/ui/toast'
import { type Asked, useRespond } from './respond'
import { tomorrowMorning } from './standing-words'

const RespondDialog = lazy(() => import('./respond-dialog'))
export type Dialogue = 'ack' | 'snooze' | 'assign' | 'merge' | 'edit'

const HOUR_S = 3600

/** What the person may do besides acknowledging and resolving; only what its state allows. */
export function MoreActions({ incident }: { incident: Incident }) {
  const [open, setOpen] = useState<Dialogue | null>(null)
  const { mutate, isPending } = useRespond(incident.id)
  const zone = useTimeZone()
  if (!useCan('incidents:respond')) return null
  const run = (asked: Asked) =>
    mutate(asked, { onError: (error) => toast('That was not done', { description: sentence(sentenceOf(error)) }) })
  const snooze = (for_s: number) => run({ verb: 'snooze', body: { for_s } })
  const over = incident.status === 'resolved'
  return (
    <>
      <Menu
        trigger={
          <IconButton label="More actions" disabled={isPending}>
            <MoreHorizontal />
          </IconButton>
        }
      >
        {over ? (
          <MenuItem onSelect={() => run({ verb: 'reopen', body: {} })}>Reopen</MenuItem>
        ) : (
          <>
            <MenuLabel>Acknowledge</MenuLabel>
            <MenuItem onSelect={() => run({ verb: 'ack', body: { for_s: HOUR_S } })}>For 1 hour</MenuItem>
            <MenuItem onSelect={() => run({ verb: 'ack', body: { for_s: 4 * HOUR_S } })}>For 4 hours</MenuItem>
            <MenuItem onSelect={() => setOpen('ack')}>With a message…</MenuItem>
            <MenuSeparator />
            <MenuLabel>Snooze</MenuLabel>
            {incident.snoozed_until && (
              <MenuItem onSelect={() => run({ verb: 'unsnooze', body: {} })}>End the snooze</MenuItem>
            )}
            <MenuItem onSelect={() => snooze(HOUR_S / 2)}>For 30 minutes</MenuItem>
            <MenuItem onSelect={() => snooze(HOUR_S)}>For 1 hour</MenuItem>
            <MenuItem onSelect={() => snooze(4 * HOUR_S)}>For 4 hours</MenuItem>
            <MenuItem onSelect={() => run({ verb: 'snooze', body: { until: tomorrowMorning(Date.now(), zone) } })}>
              Until tomorrow 09:00
            </MenuItem>
            <MenuItem onSelect={() => setOpen('snooze')}>Until…</MenuItem>
            <MenuSeparator />
            <MenuItem onSelect={() => setOpen('assign')}>Assign…</MenuItem>
            <MenuItem onSelect={() => setOpen('merge')}>Merge into another…</MenuItem>
          </>
        )}
        <MenuItem onSelect={() => setOpen('edit')}>Edit title and severity…</MenuItem>
      </Menu>
      {open && (
        <Suspense>
          <RespondDialog incident={incident} what={open} onClose={() => setOpen(null)} />
        </Suspense>
      )}
    </>
  )
}
