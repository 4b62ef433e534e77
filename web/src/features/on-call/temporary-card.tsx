import { useMutation, useQueryClient } from '@tanstack/react-query'
import { CalendarRange, Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/api'
import { keys } from '@/keys'
import { useCan } from '@/session'
import { Button, IconButton } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { ConfirmDialog } from '@/ui/dialog'
import { plural } from '@/ui/format'
import { useTimeZone } from '@/ui/time'
import { toast } from '@/ui/toast'
import { TemporaryDialog } from './temporary-dialog'
import type { Schedule, Temporary } from './types'
import { spanOf } from './zone'

/** Times in which exactly what is written counts, and nothing else of the schedule. */
export function TemporaryCard({ schedule }: { schedule: Schedule }) {
  const { id, temporary } = schedule
  const zone = useTimeZone()
  const mayWrite = useCan('on_call:write')
  const client = useQueryClient()
  const [open, setOpen] = useState<Temporary | 'new' | null>(null)
  const [ending, setEnding] = useState<Temporary | null>(null)
  const end = useMutation({
    mutationFn: (one: Temporary) => api.del(`/schedules/${id}/temporary/${one.id}`),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.allOnCall }),
  })
  return (
    <Card aria-labelledby="temporary" className="h-fit">
      <CardHead id="temporary" title="Temporary schedules">
        {mayWrite && (
          <Button size="sm" onClick={() => setOpen('new')}>
            <Plus />
            Add temporary
          </Button>
        )}
      </CardHead>
      {temporary.length === 0 ? (
        <p className="px-4 py-3.5 text-sm text-muted">
          None. While a temporary schedule lasts, exactly its shifts count: for a launch, a move, or the days between
          the years.
        </p>
      ) : (
        <ul className="divide-y divide-line">
          {temporary.map((one) => (
            <li key={one.id} className="flex items-center gap-2.5 px-4 py-2">
              <CalendarRange aria-hidden className="size-4 shrink-0 text-subtle" />
              <div className="min-w-0 flex-1">
                <p className="truncate text-sm">
                  {one.name}
                  <span className="text-subtle">{`, ${plural(one.shifts.length, 'shift')}`}</span>
                </p>
                <p className="text-xs text-subtle tabular-nums">
                  {spanOf(Date.parse(one.from), Date.parse(one.to), zone)}
                </p>
              </div>
              {mayWrite && (
                <>
                  <IconButton label={`Edit ${one.name}`} onClick={() => setOpen(one)}>
                    <Pencil />
                  </IconButton>
                  <IconButton label={`Delete ${one.name}`} onClick={() => setEnding(one)}>
                    <Trash2 />
                  </IconButton>
                </>
              )}
            </li>
          ))}
        </ul>
      )}
      {open && (
        <TemporaryDialog
          schedule={schedule}
          {...(open !== 'new' && { temporary: open })}
          onClose={() => setOpen(null)}
        />
      )}
      <ConfirmDialog
        open={ending !== null}
        onClose={() => setEnding(null)}
        title={`Delete “${ending?.name}”?`}
        effect="The rotations of the schedule count again, at once."
        action="Delete temporary schedule"
        onConfirm={async () => {
          if (!ending) return
          await end.mutateAsync(ending)
          toast('The temporary schedule is deleted')
        }}
      />
    </Card>
  )
}
