import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { channelsQuery, monitorsSummaryQuery, statusPagesQuery } from '@/parts/data'
import { useCan } from '@/session'
import { buttonClass } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { cx } from '@/ui/cx'
import { Glyph } from '@/ui/status'

type Step = {
  to: '/monitors/new' | '/channels/new' | '/status-pages/new'
  done: boolean
  title: string
  why: string
  action: string
}

/** What is left to set up, read off what exists; nothing is remembered, so nothing can be out of date. */
function useSteps(): Step[] | undefined {
  const monitors = useQuery(monitorsSummaryQuery).data
  const channels = useQuery(channelsQuery).data
  const pages = useQuery(statusPagesQuery).data
  if (!monitors || !channels || !pages) return undefined
  return [
    {
      to: '/monitors/new',
      done: monitors.counts.total > 0,
      title: 'Add a monitor',
      why: 'A website, an API, a port or a record that should be there.',
      action: 'Add monitor',
    },
    {
      to: '/channels/new',
      done: channels.total > 0,
      title: 'Add a channel',
      why: 'Where you are told: e-mail, a chat, your phone.',
      action: 'Add channel',
    },
    {
      to: '/status-pages/new',
      done: pages.total > 0,
      title: 'Create a status page',
      why: 'What the people who depend on you may see.',
      action: 'Create status page',
    },
  ]
}

/** Gone for good once everything is there. */
export function Checklist() {
  const steps = useSteps()
  const mayWrite = useCan('monitors:write')
  if (!steps || !mayWrite || steps.every(({ done }) => done)) return null
  const next = steps.findIndex(({ done }) => !done)
  return (
    <Card aria-labelledby="checklist" className="mt-5">
      <CardHead
        id="checklist"
        title="Get started"
        hint={`${steps.filter(({ done }) => done).length} of ${steps.length} done`}
      />
      <ol className="divide-y divide-line">
        {steps.map(({ to, done, title, why, action }, i) => (
          <li key={to} className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3">
            <Glyph status={done ? 'up' : 'pending'} size={18} />
            <div className="min-w-0 flex-1 basis-48">
              <div className={cx('text-sm font-medium', done && 'text-muted')}>
                {title}
                {done && <span className="sr-only"> (done)</span>}
              </div>
              {!done && <div className="text-xs text-subtle">{why}</div>}
            </div>
            {!done && (
              <Link to={to} className={buttonClass(i === next ? 'primary' : 'secondary', 'sm')}>
                {action}
              </Link>
            )}
          </li>
        ))}
      </ol>
    </Card>
  )
}
