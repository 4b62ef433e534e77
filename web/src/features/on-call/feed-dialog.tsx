import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/api'
import { CopyButton } from '@/ui/bits'
import { Button, IconButton } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { FormError } from '@/ui/field'
import { Day } from '@/ui/time'
import { feedsPath, feedsQuery } from './queries'
import type { FeedMade, Schedule } from './types'

const Address = ({ made }: { made: FeedMade }) => (
  <div className="mt-2 rounded-md border border-line bg-sunken p-3">
    <p className="text-xs text-subtle">
      It is shown only now. Whoever knows it can read the calendar: treat it like a password.
    </p>
    <div className="mt-1.5 flex items-center gap-1">
      <code className="min-w-0 flex-1 font-mono text-xs wrap-anywhere">{made.url}</code>
      <CopyButton text={made.url} label="Copy the address" />
    </div>
  </div>
)

/** The feeds of one schedule, or of one's own shifts in all of them: make one, take one back. */
function Feeds({ title, text, schedule }: { title: string; text: string; schedule: string | null }) {
  const client = useQueryClient()
  const { data, error } = useQuery(feedsQuery(schedule))
  const [made, setMade] = useState<FeedMade[]>([])
  const renew = () => void client.invalidateQueries({ queryKey: feedsQuery(schedule).queryKey })
  const make = useMutation({
    mutationFn: () => api.post<FeedMade>(feedsPath(schedule)),
    onSuccess: (feed) => {
      setMade((before) => [...before, feed])
      renew()
    },
  })
  const revoke = useMutation({
    mutationFn: (feed: string) => api.del(`${feedsPath(schedule)}/${feed}`),
    onSuccess: (_, feed) => {
      setMade((before) => before.filter(({ id }) => id !== feed))
      renew()
    },
  })
  const heading = `feeds-${schedule ?? 'mine'}`
  return (
    <section aria-labelledby={heading}>
      <div className="flex flex-wrap items-center gap-2">
        <div className="min-w-0 flex-1 basis-52">
          <h3 id={heading} className="text-sm font-medium">
            {title}
          </h3>
          <p className="text-xs text-subtle">{text}</p>
        </div>
        <Button size="sm" busy={make.isPending} aria-label={`Make address: ${title}`} onClick={() => make.mutate()}>
          Make address
        </Button>
      </div>
      {made.map((feed) => (
        <Address key={feed.id} made={feed} />
      ))}
      <FormError error={make.error ?? revoke.error ?? error} className="mt-2" />
      {data && data.items.length > 0 && (
        <ul aria-label={`Addresses: ${title}`} className="mt-2 divide-y divide-line border-y border-line">
          {data.items.map((feed) => (
            <li key={feed.id} className="flex items-center gap-2 py-1 text-xs text-muted">
              <span className="flex-1">
                Address made on <Day at={feed.created_at} />
              </span>
              <IconButton
                label={`Revoke this address: ${title}`}
                disabled={revoke.isPending}
                onClick={() => revoke.mutate(feed.id)}
              >
                <Trash2 />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

/** Shifts in a calendar program: addresses to subscribe to, and how to take them back. */
export const FeedDialog = ({ schedule: { id, name }, onClose }: { schedule: Schedule; onClose: () => void }) => (
  <Dialog
    open
    onClose={onClose}
    title="Calendar feed"
    description="Shifts in the calendar of your phone or computer, always up to date."
    footer={<Button onClick={onClose}>Done</Button>}
  >
    <div className="space-y-5">
      <Feeds title={name} text="Everybody’s shifts in this schedule." schedule={id} />
      <Feeds title="My shifts" text="Only yours, in all schedules." schedule={null} />
      <p className="text-xs text-subtle">
        In Google Calendar choose “From URL”, in Apple Calendar “New Calendar Subscription”, in Outlook “Subscribe from
        web”. They ask for news by themselves, some only once a day.
      </p>
    </div>
  </Dialog>
)
