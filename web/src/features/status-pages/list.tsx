import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { ExternalLink, Lock, PanelsTopLeft, Plus } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/api'
import { keys } from '@/keys'
import { EditMenu } from '@/parts/edit-menu'
import { useCan } from '@/session'
import { Page } from '@/shell/page'
import { useShortcuts } from '@/shell/shortcuts'
import type { StatusPage } from '@/types'
import { CopyButton, Kbd, Tag } from '@/ui/bits'
import { buttonClass } from '@/ui/button'
import { Card } from '@/ui/card'
import { ConfirmDialog } from '@/ui/dialog'
import { plural } from '@/ui/format'
import { Pager } from '@/ui/pager'
import { EmptyState, ErrorState, Skeleton, SkeletonRows } from '@/ui/states'
import { Glyph, statusText } from '@/ui/status'
import { toast } from '@/ui/toast'
import { PER_PAGE, pagesQuery, publicStatus, publicStatusQuery } from './queries'

const NewPage = ({ hint }: { hint?: boolean }) => (
  <Link to="/status-pages/new" className={buttonClass('primary')}>
    <Plus />
    New status page
    {hint && (
      <span className="coarse:hidden">
        <Kbd>N</Kbd>
      </span>
    )}
  </Link>
)

function Now({ slug }: { slug: string }) {
  const { data, error } = useQuery(publicStatusQuery(slug))
  if (!data)
    return error ? <span className="text-xs text-subtle">Status not known</span> : <Skeleton className="w-24" />
  const { glyph, label } = publicStatus[data]
  return (
    <span className="flex items-center gap-1.5 text-sm whitespace-nowrap">
      <Glyph status={glyph} />
      <span className={statusText[glyph]}>{label}</span>
    </span>
  )
}

function Address({ page }: { page: StatusPage }) {
  return (
    <div className="flex min-w-0 items-center gap-1">
      <a
        href={`/s/${page.slug}`}
        target="_blank"
        rel="noreferrer"
        className="min-w-0 truncate font-mono text-xs leading-[24px] text-subtle hover:text-fg hover:underline"
      >
        {page.url}
      </a>
      <CopyButton text={page.url} label={`Copy the address of ${page.title}`} />
    </div>
  )
}

function Actions({ page, onDelete }: { page: StatusPage; onDelete?: () => void }) {
  return (
    <>
      <a href={`/s/${page.slug}`} target="_blank" rel="noreferrer" className={buttonClass('secondary', 'sm')}>
        <ExternalLink />
        Open
        <span className="sr-only"> {page.title}</span>
      </a>
      {onDelete && (
        <EditMenu name={page.title} to={<Link to="/status-pages/$id" params={{ id: page.id }} />} onDelete={onDelete} />
      )}
    </>
  )
}

function Row({ page, onDelete }: { page: StatusPage; onDelete?: () => void }) {
  const { id, title, slug, visibility, components } = page
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-full sm:basis-64">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
          {onDelete ? (
            <Link
              to="/status-pages/$id"
              params={{ id }}
              className="min-w-0 text-sm leading-[24px] font-medium wrap-anywhere hover:underline"
            >
              {title}
            </Link>
          ) : (
            <span className="min-w-0 text-sm font-medium wrap-anywhere">{title}</span>
          )}
          {visibility === 'members' && (
            <Tag title="Only members of this workspace can read it">
              <Lock aria-hidden className="mr-1 inline size-2.5 align-[-1px]" />
              Members
            </Tag>
          )}
        </div>
        <Address page={page} />
      </div>
      <div className="w-34">
        <Now slug={slug} />
        <div className="text-xs text-subtle">
          {components.length === 0 ? 'No components yet' : plural(components.length, 'component')}
        </div>
      </div>
      <div className="ml-auto flex items-center gap-2">
        <Actions page={page} onDelete={onDelete} />
      </div>
    </li>
  )
}

/** What the team tells its readers. */
export function StatusPageList() {
  const { page = 1 } = useSearch({ from: '/app/status-pages' })
  const navigate = useNavigate({ from: '/status-pages' })
  const client = useQueryClient()
  const may = useCan('status_pages:write')
  const { data, error, refetch } = useQuery(pagesQuery(page))
  const [doomed, setDoomed] = useState<StatusPage>()
  // Apart from it, so that the name stays in sight while the dialog goes.
  const [asking, setAsking] = useState(false)
  const ask = (one: StatusPage) => {
    setDoomed(one)
    setAsking(true)
  }
  const turn = (next: number) => navigate({ search: { page: next > 1 ? next : undefined } })
  useShortcuts(may ? { n: () => void navigate({ to: '/status-pages/new' }) } : {})
  return (
    <Page title="Status pages" narrow actions={may && data && data.total > 0 && <NewPage hint />}>
      <Card className="overflow-hidden">
        {error && !data ? (
          <ErrorState error={error} retry={() => void refetch()} title="The status pages could not be loaded" />
        ) : !data ? (
          <SkeletonRows rows={3} height="h-16" />
        ) : data.total === 0 ? (
          <EmptyState icon={<PanelsTopLeft />} title="No status pages yet" action={may && <NewPage />}>
            A status page tells your readers what works and what does not, in your words. It never shows addresses or
            raw failures.
          </EmptyState>
        ) : (
          <ul className="divide-y divide-line">
            {data.items.map((one) => (
              <Row key={one.id} page={one} onDelete={may ? () => ask(one) : undefined} />
            ))}
          </ul>
        )}
        {data && <Pager page={page} perPage={PER_PAGE} total={data.total} onPage={(next) => void turn(next)} />}
      </Card>
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title={`Delete “${doomed?.title}”?`}
        effect={`Whoever opens ${doomed?.url} is told that there is no such page. The monitors and their history stay.`}
        action="Delete status page"
        onConfirm={async () => {
          if (!doomed) return
          await api.del(`/status-pages/${doomed.id}`)
          if (data?.items.length === 1 && page > 1) await turn(page - 1)
          await client.invalidateQueries({ queryKey: keys.allStatusPages })
          toast(`${doomed.title} is deleted`)
        }}
      />
    </Page>
  )
}
