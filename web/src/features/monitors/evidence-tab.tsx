import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { ChevronRight, FileSearch } from 'lucide-react'
import { EvidenceView, hasEvidence } from '@/parts/evidence'
import { reasonWords } from '@/parts/monitor-words'
import type { EvidenceItem } from '@/types'
import { Card, CardHead } from '@/ui/card'
import { ms, plural } from '@/ui/format'
import { Pager } from '@/ui/pager'
import { EmptyState, ErrorState, Refreshing, SkeletonRows } from '@/ui/states'
import { Glyph } from '@/ui/status'
import { Ago, At } from '@/ui/time'
import { evidenceQuery } from './queries'

const PER_PAGE = 20

function Entry({ item, open }: { item: EvidenceItem; open: boolean }) {
  const { at, kind, incident_id, reason, message, response_time_ms } = item
  const facts = [reason && reasonWords(reason), response_time_ms !== null && ms(response_time_ms)]
    .filter(Boolean)
    .join(' · ')
  return (
    <li>
      <details open={open} className="group">
        <summary className="grid cursor-pointer list-none grid-cols-[16px_16px_minmax(0,1fr)_auto] items-start gap-x-2.5 px-4 py-2.5 select-none hover:bg-hover -outline-offset-2 coarse:py-3.5 [&::-webkit-details-marker]:hidden">
          <ChevronRight
            aria-hidden
            className="mt-0.5 size-3.5 text-subtle transition-transform duration-(--fast) group-open:rotate-90"
          />
          <Glyph status={kind === 'detected' ? 'down' : 'up'} className="mt-0.5" />
          <span className="min-w-0">
            <span className="block text-sm font-medium wrap-anywhere first-letter:uppercase">
              {message ?? (kind === 'detected' ? 'Detected' : 'Recovered')}
            </span>
            <span className="block text-xs text-subtle">
              {kind === 'detected' ? 'Detected' : 'Recovered'}
              {facts && ` · ${facts}`}
            </span>
          </span>
          <span className="text-right text-xs text-subtle tabular-nums">
            <At at={at} seconds className="block" />
            <Ago at={at} className="block" />
          </span>
        </summary>
        <div className="border-t border-line bg-canvas">
          {hasEvidence(item) ? (
            <EvidenceView phases={item.phases} evidence={item.evidence} />
          ) : (
            <p className="px-4 py-3 text-xs text-muted">The check left nothing more than its sentence.</p>
          )}
          <p className="border-t border-line px-4 py-2.5 text-xs">
            <Link to="/incidents/$id" params={{ id: incident_id }} className="text-accent hover:underline">
              Open the incident
            </Link>
          </p>
        </div>
      </details>
    </li>
  )
}

/** What was seen whenever it went down or came back, newest first. */
export function EvidenceTab({ id }: { id: string }) {
  const search = useSearch({ from: '/app/monitors/$id' })
  const { page = 1 } = search
  const navigate = useNavigate({ from: '/monitors/$id' })
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...evidenceQuery(id, { page, per_page: PER_PAGE }),
    placeholderData: keepPreviousData,
  })
  return (
    <Card aria-labelledby="evidence-list" className="mt-4 overflow-hidden">
      <CardHead
        id="evidence-list"
        title="Evidence"
        hint={data && data.total > 0 ? plural(data.total, 'change') : undefined}
      />
      <Refreshing when={isPlaceholderData} />
      {data ? (
        data.items.length > 0 ? (
          <ul className="divide-y divide-line">
            {data.items.map((item, i) => (
              <Entry key={`${item.incident_id} ${item.kind} ${item.at}`} item={item} open={page === 1 && i === 0} />
            ))}
          </ul>
        ) : (
          <EmptyState icon={<FileSearch />} title="No evidence so far">
            When it goes down or comes back, what the check saw is kept here: times, addresses, certificates, the
            answer.
          </EmptyState>
        )
      ) : error ? (
        <ErrorState error={error} retry={refetch} />
      ) : (
        <SkeletonRows />
      )}
      {data && (
        <Pager
          page={page}
          perPage={PER_PAGE}
          total={data.total}
          onPage={(next) => void navigate({ search: { ...search, page: next === 1 ? undefined : next } })}
        />
      )}
    </Card>
  )
}
