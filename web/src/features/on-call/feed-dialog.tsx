import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/api'
import { keys } from '@/keys'
import { CopyButton } from '@/ui/bits'
import { Button, IconButton } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { FormError } from '@/ui/field'
import { Skeleton } from '@/ui/states'
import { Day } from '@/ui/time'
import { feedsQuery } from './queries'
import type { FeedMade, Schedule } from './types'

function Address({ made }: { made: FeedMade }) {
  return (
    <div className="rounded-md border border-line bg-sunken p-3">
      <p className="text-sm font-medium">
        {made.schedule_id ? 'Address of this schedule' : 'Address of your own shifts, in all schedules'}
      </p>
      <p className="mt-0.5 text-xs text-subtle">
        It is shown only now. Whoever knows it can read the calendar: treat it like a password.
      </p>
      <div className="mt-2 flex items-center gap-1">
        <code className="min-w-0 flex-1 font-mono text-xs wrap-anywhere">{made.url}</code>
        <CopyButton text={made.url} label="Copy the address" />
      </div>
    </div>
  )
}

/** Shifts in a calendar program: addresses to subscribe to, and how to take them back. */
export function FeedDialog({ schedule: { id, name }, onClose }: { schedule: Schedule; onClose: () => void }) {
  const client = useQueryClient()
  const { data, error } = useQuery(feedsQuery(id))
  const [made, setMade] = useState<FeedMade[]>([])
  const renew = () => client.invalidateQueries({ queryKey: keys.schedulePart(id, 'feeds') })
  const make = useMutation({
    mutationFn: (whose: 'schedule' | 'mine') =>
      api.post<FeedMade>(whose === 'mine' ? '/on-call/calendar-feeds' : `/schedules/${id}/calendar-feeds`),
    onSuccess: (feed) => {
      setMade((before) => [...before, feed])
      return renew()
    },
  })
  const revoke = useMutation({
    mutationFn: (feed: string) => api.del(`/schedules/${id}/calendar-feeds/${feed}`),
    onSuccess: (_, feed) => {
      setMade((before) => before.filter((one) => one.id !== feed))
      return renew()
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title="Calendar feed"
      description={`See the shifts of ${name}, or all of your own, in the calendar of your phone or computer.`}
      footer={<Button onClick={onClose}>Done</Button>}
    >
      <div className="space-y-4">
        <div className="flex flex-wrap gap-2">
          <Button busy={make.isPending && make.variables === 'schedule'} onClick={() => make.mutate('schedule')}>
            Address of this schedule
          </Button>
          <Button busy={make.isPending && make.variables === 'mine'} onClick={() => make.mutate('mine')}>
            Address of my shifts
          </Button>
        </div>
        {made.map((feed) => (
          <Address key={feed.id} made={feed} />
        ))}
        <FormError error={make.error ?? revoke.error ?? error} />
        {data ? (
          data.items.length > 0 && (
            <ul aria-label="Feeds of this schedule" className="divide-y divide-line border-y border-line">
              {data.items.map((feed) => (
                <li key={feed.id} className="flex items-center gap-2 py-1.5 text-sm">
                  <span className="flex-1">
                    Made on <Day at={feed.created_at} />
                  </span>
                  <IconButton
                    label="Revoke this address"
                    disabled={revoke.isPending}
                    onClick={() => revoke.mutate(feed.id)}
                  >
                    <Trash2 />
                  </IconButton>
                </li>
              ))}
            </ul>
          )
        ) : error ? null : (
          <Skeleton className="w-40" />
        )}
        <p className="text-xs text-subtle">
          In Google Calendar choose “From URL”, in Apple Calendar “New Calendar Subscription”, in Outlook “Subscribe
          from web”. They ask for news by themselves, some only once a day.
        </p>
      </div>
    </Dialog>
  )
}
