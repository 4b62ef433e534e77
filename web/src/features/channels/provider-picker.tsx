import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { ChannelType } from '@/types'
import { cx } from '@/ui/cx'
import { SearchInput } from '@/ui/input'
import { ProviderGlyph, ProviderIcon } from './provider-glyph'

/** Below this a search box is only in the way. */
const SEARCHABLE = 8

const matching = (types: readonly ChannelType[], wanted: string) => {
  const needle = wanted.trim().toLowerCase()
  return types.filter(({ type, title, summary }) => `${title} ${summary} ${type}`.toLowerCase().includes(needle))
}

/** The first step: every provider with what it does. */
export function ProviderCards({ types }: { types: readonly ChannelType[] }) {
  const [wanted, setWanted] = useState('')
  const shown = matching(types, wanted)
  return (
    <div>
      <p className="mb-4 text-sm text-muted">Where should messages go?</p>
      {types.length > SEARCHABLE && (
        <SearchInput label="Find a provider" value={wanted} onValueChange={setWanted} className="mb-4 max-w-sm" />
      )}
      <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {shown.map(({ type, title, summary }) => (
          <li key={type}>
            <Link
              to="/channels/new"
              search={{ type }}
              className="flex h-full gap-3 rounded-lg border border-line bg-surface p-4 transition-colors duration-(--fast) hover:border-line-strong hover:bg-hover"
            >
              <ProviderGlyph type={type} />
              <span className="min-w-0">
                <span className="block text-md font-semibold">{title}</span>
                <span className="block text-xs text-muted">{summary}</span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p className="text-sm text-subtle">No provider matches “{wanted}”.</p>}
    </div>
  )
}

/** Beside the form: change one's mind without losing the rest. */
export function ProviderList({ types, current }: { types: readonly ChannelType[]; current: string }) {
  const [wanted, setWanted] = useState('')
  const shown = matching(types, wanted)
  return (
    <nav aria-label="Providers" className="min-w-0">
      {types.length > SEARCHABLE && (
        <SearchInput label="Find a provider" value={wanted} onValueChange={setWanted} className="mb-2" />
      )}
      <ul className="flex gap-1 max-md:-mx-4 max-md:overflow-x-auto max-md:px-4 max-md:pb-1 md:flex-col md:gap-px">
        {shown.map(({ type, title, summary }) => (
          <li key={type} className="shrink-0">
            <Link
              to="/channels/new"
              search={{ type }}
              replace
              resetScroll={false}
              aria-current={type === current ? 'true' : undefined}
              title={summary}
              className={cx(
                'flex h-8 items-center gap-2.5 rounded-sm px-2.5 text-sm whitespace-nowrap coarse:h-11',
                type === current ? 'bg-active font-medium' : 'text-muted hover:bg-hover hover:text-fg',
              )}
            >
              <ProviderIcon type={type} />
              {title}
            </Link>
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p className="px-2.5 py-2 text-xs text-subtle">No provider matches “{wanted}”.</p>}
    </nav>
  )
}
