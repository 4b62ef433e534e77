import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { CalendarPlus, Ellipsis, Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/api'
import { keys } from '@/keys'
import { useCan, useMe } from '@/session'
import { Page } from '@/shell/page'
import { useShortcuts } from '@/shell/shortcuts'
import { Button, buttonClass, IconButton } from '@/ui/button'
import { ConfirmDialog } from '@/ui/dialog'
import { Menu, MenuItem } from '@/ui/menu'
import { ErrorState, Skeleton } from '@/ui/states'
import { TimeZone } from '@/ui/time'
import { toast } from '@/ui/toast'
import { CalendarCard } from './calendar-card'
import { FeedDialog } from './feed-dialog'
import { LayersCard } from './layers-card'
import { OverridesCard } from './overrides-card'
import { scheduleQuery } from './queries'
import { ReportCard } from './report-card'
import { Standing } from './standing'
import { TemporaryCard } from './temporary-card'
import type { Schedule } from './types'
import { useOverrides } from './use-overrides'

const schedules = (
  <Link key="schedules" to="/on-call">
    On call
  </Link>
)

function More({ schedule: { id, name } }: { schedule: Schedule }) {
  const [deleting, setDeleting] = useState(false)
  const client = useQueryClient()
  const navigate = useNavigate()
  return (
    <>
      <Menu
        trigger={
          <IconButton label="More actions" className="size-8 border border-line-strong bg-surface">
            <Ellipsis />
          </IconButton>
        }
      >
        <MenuItem danger onSelect={() => setDeleting(true)}>
          <Trash2 />
          Delete…
        </MenuItem>
      </Menu>
      <ConfirmDialog
        open={deleting}
        onClose={() => setDeleting(false)}
        title={`Delete “${name}”?`}
        effect="Deletes its rotations, its overrides and the record of who was on call. Subscribed calendars end."
        action="Delete schedule"
        onConfirm={async () => {
          await api.del(`/schedules/${id}`)
          toast(`${name} is deleted`)
          await navigate({ to: '/on-call' })
          client.removeQueries({ queryKey: keys.schedule(id) })
          void client.invalidateQueries({ queryKey: keys.allOnCall })
        }}
      />
    </>
  )
}

/** All times of the page are in the zone that the calendar is switched to. */
function useZone(schedule: Schedule) {
  const { zone } = useSearch({ from: '/app/on-call/schedules/$id' })
  const mine = useMe().timezone
  return zone === 'mine' ? mine : zone === 'utc' ? 'UTC' : schedule.timezone
}

function Loaded({ schedule }: { schedule: Schedule }) {
  const overrides = useOverrides(schedule.id)
  return (
    <TimeZone value={useZone(schedule)}>
      {schedule.description && <p className="-mt-2 mb-4 max-w-3xl text-sm text-muted">{schedule.description}</p>}
      <Standing schedule={schedule} />
      <CalendarCard schedule={schedule} overrides={overrides} />
      <div className="mt-4 grid items-start gap-4 md:grid-cols-2 xl:grid-cols-3">
        <div className="space-y-4">
          <OverridesCard schedule={schedule} overrides={overrides} />
          <TemporaryCard schedule={schedule} />
        </div>
        <ReportCard schedule={schedule} />
        <LayersCard schedule={schedule} />
      </div>
    </TimeZone>
  )
}

export function ScheduleDetail() {
  const { id } = useParams({ from: '/app/on-call/schedules/$id' })
  const { data, error, refetch } = useQuery(scheduleQuery(id))
  const mayWrite = useCan('on_call:write')
  const navigate = useNavigate()
  const [feeds, setFeeds] = useState(false)
  useShortcuts({ ...(mayWrite && { e: () => void navigate({ to: '/on-call/schedules/$id/edit', params: { id } }) }) })
  return (
    <Page
      title={data?.name ?? 'Schedule'}
      trail={[schedules]}
      actions={
        data && (
          <>
            <Button onClick={() => setFeeds(true)}>
              <CalendarPlus />
              Calendar feed
            </Button>
            {mayWrite && (
              <>
                <Link to="/on-call/schedules/$id/edit" params={{ id }} className={buttonClass()}>
                  <Pencil />
                  Edit
                </Link>
                <More schedule={data} />
              </>
            )}
          </>
        )
      }
    >
      {data ? (
        <Loaded schedule={data} />
      ) : error ? (
        <ErrorState error={error} retry={refetch} title="This schedule could not be loaded" />
      ) : (
        <Skeleton className="h-80 w-full rounded-lg" />
      )}
      {feeds && data && <FeedDialog schedule={data} onClose={() => setFeeds(false)} />}
    </Page>
  )
}
