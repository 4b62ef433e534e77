import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { BlindBanner } from '@/parts/blind-banner'
import { monitorsSummaryQuery } from '@/parts/data'
import { HealthCard } from '@/parts/health'
import { heartbeatsSummaryQuery } from '@/parts/heartbeats'
import { OpenIncidents } from '@/parts/open-incidents'
import { useCan } from '@/session'
import { Page } from '@/shell/page'
import { buttonClass } from '@/ui/button'
import { Checklist } from './checklist'
import { HeartbeatsCard } from './heartbeats'
import { WorstMonitors } from './worst'

/** How everything is, what needs somebody, and what is left to set up. */
export function Overview() {
  const { data } = useQuery(monitorsSummaryQuery)
  const jobs = useQuery(heartbeatsSummaryQuery).data?.total ?? 0
  const mayWrite = useCan('monitors:write')
  const started = data !== undefined && data.counts.total > 0
  return (
    <Page
      title="Overview"
      // While nothing exists, the checklist has the one primary button.
      actions={
        mayWrite &&
        started && (
          <Link to="/monitors/new" className={buttonClass('secondary')}>
            <Plus />
            New monitor
          </Link>
        )
      }
    >
      <BlindBanner />
      {/* Whoever watches jobs alone is not told that nothing is watched. */}
      {(started || jobs === 0) && <HealthCard />}
      <Checklist />
      <OpenIncidents />
      <HeartbeatsCard />
      <WorstMonitors />
    </Page>
  )
}
