import { Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useCan, useMe } from '@/session'
import { Button, IconButton } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { useNow, useTimeZone } from '@/ui/time'
import { type OverrideAsked, OverrideDialog } from './override-dialog'
import { overrideWords } from './override-row'
import { usePeople } from './people'
import { Swatch } from './person'
import type { Override, Schedule } from './types'
import type { useOverrides } from './use-overrides'
import { spanOf } from './zone'

const HOUR = 3_600_000

/** A new one begins with the next full hour and lasts for a working day, until somebody says otherwise. */
const nextHours = (now: number) => {
  const from = Math.ceil(now / HOUR) * HOUR
  return { from, to: from + 8 * HOUR }
}

/** What stands in the calendar as overrides, as a list with buttons: for fingers, and for those who do not see it. */
export function OverridesCard({
  schedule,
  overrides,
}: {
  schedule: Schedule
  overrides: ReturnType<typeof useOverrides>
}) {
  const mayWrite = useCan('on_call:write')
  const me = useMe().id
  const { nameOf } = usePeople()
  const now = useNow(60_000)
  const zone = useTimeZone()
  const [asked, ask] = useState<OverrideAsked | null>(null)
  const list = schedule.overrides.toSorted((a, b) => Date.parse(a.from) - Date.parse(b.from))
  const [standing] = schedule.on_call
  const edit = (override: Override) =>
    ask({ override, range: nextHours(now), replaces: override.replaces, user_id: override.user_id })
  return (
    <Card aria-labelledby="overrides" className="h-fit">
      <CardHead id="overrides" title="Overrides" hint={list.length > 0 ? String(list.length) : undefined}>
        {mayWrite && (
          <Button
            size="sm"
            onClick={() =>
              ask({
                range: nextHours(now),
                replaces: standing?.user_id ?? null,
                user_id: standing?.user_id === me ? null : me,
              })
            }
          >
            <Plus />
            Add override
          </Button>
        )}
      </CardHead>
      {list.length === 0 ? (
        <p className="px-4 py-3.5 text-sm text-muted">
          Nobody stands in for anybody. An override lets one person take over for a while; the rotation goes on below
          it.
        </p>
      ) : (
        <ul className="divide-y divide-line">
          {list.map((one) => {
            const words = overrideWords(one, nameOf)
            return (
              <li key={one.id} className="flex items-center gap-2.5 px-4 py-2">
                <Swatch name={nameOf(one.kind === 'remove' ? one.replaces : one.user_id)} />
                <div className="min-w-0 flex-1">
                  <p className="truncate text-sm">
                    {words}
                    {one.note && <span className="text-subtle">{`, ${one.note}`}</span>}
                  </p>
                  <p className="text-xs text-subtle tabular-nums">
                    {spanOf(Date.parse(one.from), Date.parse(one.to), zone)}
                  </p>
                </div>
                {mayWrite && (
                  <>
                    <IconButton label={`Edit override: ${words}`} onClick={() => edit(one)}>
                      <Pencil />
                    </IconButton>
                    <IconButton label={`Remove override: ${words}`} onClick={() => overrides.drop(one, () => {})}>
                      <Trash2 />
                    </IconButton>
                  </>
                )}
              </li>
            )
          })}
        </ul>
      )}
      {asked && (
        <OverrideDialog
          {...{ schedule, asked, overrides, zone }}
          onClose={() => {
            ask(null)
            overrides.save.reset()
          }}
          onDone={() => {}}
        />
      )}
    </Card>
  )
}
