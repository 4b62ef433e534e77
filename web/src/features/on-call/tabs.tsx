import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Page } from '@/shell/page'
import { OnCallNow } from './now'
import { findingsQuery } from './queries'

const link =
  'inline-flex h-10 shrink-0 items-center gap-1.5 border-b-2 border-transparent px-0.5 text-sm whitespace-nowrap text-muted -outline-offset-2 hover:text-fg coarse:h-12 [&.active]:border-ink [&.active]:font-medium [&.active]:text-fg'

const places = [
  ['Schedules', '/on-call'],
  ['Escalation', '/on-call/policies'],
  ['Routing', '/on-call/rules'],
  ['Simulator', '/on-call/simulator'],
  ['Drills', '/on-call/drills'],
  ['Findings', '/on-call/findings'],
] as const

/** How many things are wrong, beside the name of the tab. */
function FindingCount() {
  const { data } = useQuery(findingsQuery)
  const errors = data?.filter(({ level }) => level === 'error').length ?? 0
  const warnings = data?.filter(({ level }) => level === 'warning').length ?? 0
  if (errors + warnings === 0) return null
  const tone = errors > 0 ? 'bg-down-soft text-down' : 'bg-degraded-soft text-degraded'
  return (
    <span className={`rounded-full px-1.5 text-2xs font-medium tabular-nums ${tone}`}>
      {errors || warnings}
      <span className="sr-only">{errors > 0 ? ' errors' : ' warnings'}</span>
    </span>
  )
}

/** The frame of the pages about who is called: who that is now, and the ways to change it. */
export function OnCallFrame({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <Page title="On call" tab={title} actions={actions}>
      <OnCallNow />
      <nav
        aria-label="On call"
        className="-mx-4 mb-4 flex gap-5 overflow-x-auto border-b border-line px-4 [scrollbar-width:none] md:mx-0 md:px-0"
      >
        {places.map(([label, to]) => (
          <Link key={to} to={to} activeOptions={{ exact: true, includeSearch: false }} className={link}>
            {label}
            {to === '/on-call/findings' && <FindingCount />}
          </Link>
        ))}
      </nav>
      {children}
    </Page>
  )
}
