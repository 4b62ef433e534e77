import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { noticeEvents } from '#contract/events'
import { eventLabel } from '@/features/channels/words'
import { channelsQuery } from '@/parts/data'
import { useCan } from '@/session'
import { Page } from '@/shell/page'
import type { Channel, Page as Paged } from '@/types'
import { Tag } from '@/ui/bits'
import { Card } from '@/ui/card'
import { cx } from '@/ui/cx'
import { plural } from '@/ui/format'
import { Select } from '@/ui/select'
import { ErrorState, Skeleton } from '@/ui/states'
import { Editor } from './editor'
import { type Template, templatesQuery } from './queries'
import { differing, wordsFor } from './words'

const ALL = 'all'

/** Every event, and whether the workspace says it in its own words. */
function Events({ templates, current }: { templates: readonly Template[]; current: string }) {
  const list = useRef<HTMLUListElement>(null)
  // On phones the list is wider than the screen, and the open one may be at its end.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is another link that is open then
  useEffect(() => {
    const open = list.current?.querySelector<HTMLElement>('[aria-current]')
    if (open) list.current?.scrollTo({ left: open.offsetLeft - 40 })
  }, [current])
  return (
    <nav aria-label="Messages" className="min-w-0">
      <ul
        ref={list}
        className="relative flex gap-1 max-md:-mx-4 max-md:overflow-x-auto max-md:px-4 max-md:pb-1 md:flex-col md:gap-px"
      >
        {noticeEvents.map((event) => {
          const others = differing(templates, event)
          const own = templates.some((one) => one.event === event && one.channel_id === null)
          return (
            <li key={event} className="shrink-0">
              <Link
                to="/message-templates"
                search={{ event }}
                replace
                aria-current={event === current ? 'true' : undefined}
                className={cx(
                  'flex min-h-8 items-center gap-2 rounded-sm px-2.5 py-1.5 text-sm -outline-offset-2 coarse:min-h-11',
                  event === current ? 'bg-active font-medium' : 'text-muted hover:bg-hover hover:text-fg',
                )}
              >
                <span className="md:flex-1">{eventLabel[event]}</span>
                {(own || others > 0) && (
                  <Tag title={others > 0 ? `${plural(others, 'channel')} with words of its own` : undefined}>
                    {own ? 'Own words' : plural(others, 'channel')}
                  </Tag>
                )}
              </Link>
            </li>
          )
        })}
      </ul>
    </nav>
  )
}

function Loaded({ templates, channels }: { templates: Template[]; channels: Paged<Channel> }) {
  const { event: wanted, channel } = useSearch({ from: '/app/message-templates' })
  const navigate = useNavigate({ from: '/message-templates' })
  const may = useCan('channels:write')
  const event = noticeEvents.find((one) => one === wanted) ?? noticeEvents[0]
  const channel_id = channels.items.some(({ id }) => id === channel) && channel ? channel : null
  const { own, words } = wordsFor(templates, event, channel_id)
  const has = (id: string) => templates.some((one) => one.event === event && one.channel_id === id)
  const choices = [
    { value: ALL, label: 'All channels' },
    ...channels.items.map(({ id, name }) => ({ value: id, label: has(id) ? `${name} (own words)` : name })),
  ]
  const pick = (value: string) =>
    void navigate({ search: { event, channel: value === ALL ? undefined : value }, replace: true })
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 md:grid-cols-[220px_minmax(0,1fr)]">
      <Events templates={templates} current={event} />
      <div className="min-w-0 space-y-4">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
          <div className="w-full sm:w-64">
            <Select label="Channel" value={channel_id ?? ALL} choices={choices} onChange={pick} />
          </div>
          <p className="min-w-0 flex-1 basis-64 text-sm text-muted">
            {own
              ? channel_id
                ? 'This channel has words of its own.'
                : 'Every channel without words of its own says it so.'
              : channel_id
                ? 'This channel says what all say. Change it here to give it words of its own.'
                : 'Xinex’s own words.'}
          </p>
        </div>
        <Editor key={`${event} ${channel_id} ${own?.updated_at}`} {...{ event, channel_id, own, words, may }} />
      </div>
    </div>
  )
}

/** What messages say, in the workspace's own words. */
export function MessageTemplates() {
  const templates = useQuery(templatesQuery)
  const channels = useQuery(channelsQuery)
  const error = templates.error ?? channels.error
  const retry = () => {
    void templates.refetch()
    void channels.refetch()
  }
  return (
    <Page
      title="Message wording"
      trail={[
        <Link key="channels" to="/channels">
          Channels
        </Link>,
      ]}
      narrow
    >
      {templates.data && channels.data ? (
        <Loaded templates={templates.data} channels={channels.data} />
      ) : error ? (
        <Card>
          <ErrorState error={error} retry={retry} />
        </Card>
      ) : (
        <Skeleton className="h-[50dvh] w-full rounded-lg" />
      )}
    </Page>
  )
}
