import { useQuery } from '@tanstack/react-query'
import type { RefObject } from 'react'
import { severities } from '#contract/statuses'
import { activeIncidentsQuery } from '@/parts/data'
import { severityLabel } from '@/parts/incident-words'
import { QueryBox } from '@/parts/query-box'
import type { IncidentsSearch } from '@/search'
import { cx } from '@/ui/cx'
import { count } from '@/ui/format'
import { Select } from '@/ui/select'

type Status = NonNullable<IncidentsSearch['status']>
/** Always in sight; the finer ones join while an address asks for them. */
const ALWAYS = ['active', 'resolved', 'all'] as const
const LABEL: Record<Status, string> = {
  active: 'Open',
  open: 'Not acknowledged',
  acknowledged: 'Acknowledged',
  resolved: 'Resolved',
  all: 'All',
}
const ANY = '*'

type Props = {
  search: IncidentsSearch
  onChange: (part: Partial<IncidentsSearch>) => void
  input: RefObject<HTMLInputElement | null>
}

function Statuses({ search, onChange }: Omit<Props, 'input'>) {
  const active = useQuery(activeIncidentsQuery).data?.total
  const current = search.status ?? 'active'
  const shown: Status[] = [...ALWAYS]
  if (!shown.includes(current)) shown.splice(1, 0, current)
  return (
    <fieldset aria-label="Status" className="flex min-w-0 items-center gap-1 overflow-x-auto">
      {shown.map((status) => (
        <button
          key={status}
          type="button"
          aria-pressed={status === current}
          onClick={() => onChange({ status: status === 'active' ? undefined : status })}
          className={cx(
            'inline-flex h-8 shrink-0 items-center gap-1.5 rounded-sm px-2.5 text-sm whitespace-nowrap -outline-offset-2 coarse:h-11 coarse:px-3.5',
            status === current ? 'bg-active font-medium' : 'text-muted hover:bg-hover hover:text-fg',
          )}
        >
          {LABEL[status]}
          {status === 'active' && active !== undefined && (
            <span className="text-xs text-muted tabular-nums">{count(active)}</span>
          )}
        </button>
      ))}
    </fieldset>
  )
}

export function FilterBar({ search, onChange, input }: Props) {
  return (
    <div className="flex flex-wrap items-center gap-2 pb-2.5">
      <Statuses search={search} onChange={onChange} />
      <div className="flex min-w-0 flex-1 basis-80 gap-2 md:justify-end">
        <QueryBox
          className="flex-1 md:max-w-72"
          label="Filter incidents"
          placeholder="Title or monitor"
          value={search.q}
          onChange={(q) => onChange({ q })}
          input={input}
        />
        <div className="w-[132px] shrink-0 coarse:w-[158px]">
          <Select
            label="Severity"
            value={search.severity ?? ANY}
            onChange={(severity) => onChange({ severity: severity === ANY ? undefined : severity })}
            choices={[
              { value: ANY, label: 'Any severity' },
              ...severities.map((value) => ({ value: value as string, label: severityLabel[value] })),
            ]}
          />
        </div>
      </div>
    </div>
  )
}
