import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Check, CheckCheck, Inbox as InboxIcon, SlidersHorizontal } from 'lucide-react'
import { useState } from 'react'
import type { FeedType } from '#contract/oncall'
import { api, sentenceOf } from '@/api'
import { keys } from '@/keys'
import { Page } from '@/shell/page'
import type { Page as Paged } from '@/types'
import { Button, buttonClass, IconButton } from '@/ui/button'
import { Card } from '@/ui/card'
import { Segmented } from '@/ui/choice'
import { cx } from '@/ui/cx'
import { sentence, words } from '@/ui/format'
import { Pager } from '@/ui/pager'
import { EmptyState, ErrorState, SkeletonRows } from '@/ui/states'
import { Ago } from '@/ui/time'
import { toast } from '@/ui/toast'
import { Mark } from './mark'
import { feedWords } from './words'

type Item = { id: string; type: FeedType; title: string; body: string; path: string; at: string; read: boolean }
type Feed = Paged<Item> & { unread_count: number }

const PATH = '/notifications/feed'
const PER_PAGE = 50
/** Incidents renew it at once; of the rest no live message tells. */
const ASK_AGAIN_MS = 60_000

type Shown = 'all' | 'unread'
const CHOICES: { value: Shown; label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'unread', label: 'Unread' },
]

/** Marks one as read, or all. */
function useMark() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string | 'all') => api.post(id === 'all' ? `${PATH}/read-all` : `${PATH}/${id}/read`),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.feed }),
    onError: (error) => toast('It could not be marked as read', { description: sentence(sentenceOf(error)) }),
  })
}

function Row({ item, onRead }: { item: Item; onRead: () => void }) {
  const { type, title, body, path, at, read } = item
  return (
    <li className="flex items-start gap-3 px-4 py-3">
      <span aria-hidden className={cx('mt-1.5 size-2 shrink-0 rounded-full', !read && 'bg-accent')} />
      <Mark type={type} />
      <div className="min-w-0 flex-1">
        <div className="flex gap-3">
          <span className={cx('min-w-0 flex-1 text-sm wrap-anywhere', !read && 'font-medium')}>
            {!read && <span className="sr-only">Unread: </span>}
            {path.startsWith('/') ? (
              <Link to={path} onClick={() => !read && onRead()} className="hover:underline">
                {title}
              </Link>
            ) : (
              title
            )}
          </span>
          <Ago at={at} className="shrink-0 text-xs leading-5 text-subtle tabular-nums" />
        </div>
        <p className="text-xs text-muted">{feedWords[type] ?? words(type)}</p>
        {body && <p className="text-xs whitespace-pre-line text-subtle wrap-anywhere">{body}</p>}
      </div>
      {!read && (
        <IconButton label={`Mark “${title}” as read`} onClick={onRead}>
          <Check />
        </IconButton>
      )}
    </li>
  )
}

const Nothing = ({ shown }: { shown: Shown }) => (
  <EmptyState icon={<InboxIcon />} title={shown === 'unread' ? 'Everything is read' : 'Nothing has happened yet'}>
    Incidents, certificates about to end and channels that fail appear here.
  </EmptyState>
)

/** What has happened, newest first. */
export function Inbox() {
  const [shown, setShown] = useState<Shown>('all')
  const [page, setPage] = useState(1)
  const mark = useMark()
  const query = { page, per_page: PER_PAGE, ...(shown === 'unread' && { unread: true }) }
  const { data, error, refetch } = useQuery({
    queryKey: [...keys.feed, 'list', query],
    placeholderData: keepPreviousData,
    refetchInterval: ASK_AGAIN_MS,
    queryFn: ({ signal }) => api.get<Feed>(PATH, query, { signal }),
  })
  const show = (next: Shown) => {
    setShown(next)
    setPage(1)
  }
  // Reading the last one of a page must not leave an empty page behind.
  if (data && data.items.length === 0 && data.page === page && page > 1) setPage(1)
  const readAll = (
    <Button busy={mark.isPending && mark.variables === 'all'} onClick={() => mark.mutate('all')}>
      <CheckCheck />
      Mark all as read
    </Button>
  )
  return (
    <Page
      title="Inbox"
      narrow
      actions={
        <>
          <Link to="/settings/notifications" className={buttonClass('ghost')}>
            <SlidersHorizontal />
            Preferences
          </Link>
          {data && data.unread_count > 0 && readAll}
        </>
      }
    >
      <div className="mb-3">
        <Segmented label="Notifications shown" size="sm" value={shown} onChange={show} choices={CHOICES} />
      </div>
      <Card>
        {error && !data ? (
          <ErrorState error={error} retry={() => void refetch()} />
        ) : !data ? (
          <SkeletonRows rows={4} />
        ) : data.items.length === 0 ? (
          <Nothing shown={shown} />
        ) : (
          <ul className="divide-y divide-line">
            {data.items.map((item) => (
              <Row key={item.id} item={item} onRead={() => mark.mutate(item.id)} />
            ))}
          </ul>
        )}
        {data && <Pager page={page} perPage={PER_PAGE} total={data.total} onPage={setPage} />}
      </Card>
    </Page>
  )
}
