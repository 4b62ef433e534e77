import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Megaphone, MessageSquareText, Plus } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/api'
import { channelTypesQuery } from '@/parts/data'
import { useCan } from '@/session'
import { Page } from '@/shell/page'
import { useShortcuts } from '@/shell/shortcuts'
import type { Channel, Page as Paged } from '@/types'
import { Kbd } from '@/ui/bits'
import { buttonClass } from '@/ui/button'
import { Card } from '@/ui/card'
import { ConfirmDialog } from '@/ui/dialog'
import { words } from '@/ui/format'
import { Pager } from '@/ui/pager'
import { EmptyState, ErrorState, SkeletonRows } from '@/ui/states'
import { toast } from '@/ui/toast'
import { channelPageQuery, PER_PAGE, useRenewChannels } from './queries'
import { ChannelRow } from './row'

const NewChannel = ({ hint }: { hint?: boolean }) => (
  <Link to="/channels/new" className={buttonClass('primary')}>
    <Plus />
    New channel
    {hint && (
      <span className="coarse:hidden">
        <Kbd>N</Kbd>
      </span>
    )}
  </Link>
)

const Nothing = ({ may }: { may: boolean }) => (
  <EmptyState icon={<Megaphone />} title="Nobody is told yet" action={may && <NewChannel />}>
    A channel sends a message when an incident opens, is acknowledged or resolved: by mail, to a chat, to a phone or to
    a program of yours.
  </EmptyState>
)

function Rows({ list, may, onDelete }: { list: Paged<Channel>; may: boolean; onDelete: (channel: Channel) => void }) {
  const { data: types } = useQuery(channelTypesQuery)
  const title = (type: string) => types?.find((one) => one.type === type)?.title ?? words(type)
  return (
    <ul className="divide-y divide-line">
      {list.items.map((channel) => (
        <ChannelRow
          key={channel.id}
          channel={channel}
          provider={title(channel.type)}
          may={may}
          onDelete={() => onDelete(channel)}
        />
      ))}
    </ul>
  )
}

/** Who gets told, and whether that works. */
export function ChannelList() {
  const { page = 1 } = useSearch({ from: '/app/channels' })
  const navigate = useNavigate({ from: '/channels' })
  const may = useCan('channels:write')
  const renew = useRenewChannels()
  const { data, error, refetch } = useQuery(channelPageQuery(page))
  const [doomed, setDoomed] = useState<Channel>()
  // Apart from it, so that the name stays in sight while the dialog goes.
  const [asking, setAsking] = useState(false)
  const ask = (one: Channel) => {
    setDoomed(one)
    setAsking(true)
  }
  useShortcuts(may ? { n: () => void navigate({ to: '/channels/new' }) } : {})
  return (
    <Page
      title="Channels"
      narrow
      actions={
        <>
          <Link to="/message-templates" className={buttonClass()}>
            <MessageSquareText />
            <span className="max-sm:hidden">Message wording</span>
            <span className="sm:hidden">Wording</span>
          </Link>
          {may && data && data.total > 0 && <NewChannel hint />}
        </>
      }
    >
      <Card className="overflow-hidden">
        {error && !data ? (
          <ErrorState error={error} retry={() => void refetch()} title="The channels could not be loaded" />
        ) : !data ? (
          <SkeletonRows rows={4} height="h-19" />
        ) : data.total === 0 ? (
          <Nothing may={may} />
        ) : (
          <Rows list={data} may={may} onDelete={ask} />
        )}
        {data && (
          <Pager
            page={page}
            perPage={PER_PAGE}
            total={data.total}
            onPage={(next) => void navigate({ search: { page: next > 1 ? next : undefined } })}
          />
        )}
      </Card>
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title={`Delete “${doomed?.name}”?`}
        effect="Nothing is sent there any more, and its settings are forgotten. What was sent stays in the log of the incidents."
        action="Delete channel"
        onConfirm={async () => {
          if (!doomed) return
          await api.del(`/notification-channels/${doomed.id}`)
          if (data?.items.length === 1 && page > 1)
            await navigate({ search: { page: page > 2 ? page - 1 : undefined } })
          await renew()
          toast(`${doomed.name} is deleted`)
        }}
      />
    </Page>
  )
}
