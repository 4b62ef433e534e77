import { Link } from '@tanstack/react-router'
import { Globe, Network, Plug, Radio, ShieldCheck, SquareActivity } from 'lucide-react'
import { useState } from 'react'
import type { MonitorType } from '@/types'
import { cx } from '@/ui/cx'
import { SearchInput } from '@/ui/input'

/** Pictures for the types that are known here; any other gets the general one. */
const ICON: Record<string, typeof Globe> = { http: Globe, tcp: Plug, icmp: Radio, dns: Network, tls: ShieldCheck }
/** Below this a search box is only in the way. */
const SEARCHABLE = 8

/** One link per type, so that each can be opened from elsewhere; the draft survives the change. */
export function TypePicker({ types, current }: { types: readonly MonitorType[]; current: string }) {
  const [wanted, setWanted] = useState('')
  const needle = wanted.trim().toLowerCase()
  const shown = types.filter(({ title, summary, type }) => `${title} ${summary} ${type}`.toLowerCase().includes(needle))
  return (
    <nav aria-label="Monitor types" className="min-w-0">
      {types.length > SEARCHABLE && (
        <SearchInput label="Find a type" value={wanted} onValueChange={setWanted} className="mb-2" />
      )}
      <ul className="flex gap-1 max-md:-mx-4 max-md:overflow-x-auto max-md:px-4 max-md:pb-1 md:flex-col md:gap-px">
        {shown.map(({ type, title, summary }) => {
          const Icon = ICON[type] ?? SquareActivity
          return (
            <li key={type} className="shrink-0">
              <Link
                to="/monitors/new/$type"
                params={{ type }}
                replace
                resetScroll={false}
                aria-current={type === current ? 'true' : undefined}
                title={summary}
                className={cx(
                  'flex h-8 items-center gap-2.5 rounded-sm px-2.5 text-sm whitespace-nowrap coarse:h-11',
                  type === current ? 'bg-active font-medium' : 'text-muted hover:bg-hover hover:text-fg',
                )}
              >
                <Icon aria-hidden className="size-4 shrink-0" strokeWidth={1.75} />
                {title}
              </Link>
            </li>
          )
        })}
      </ul>
      {shown.length === 0 && <p className="px-2.5 py-2 text-xs text-subtle">No type matches “{wanted}”.</p>}
    </nav>
  )
}
