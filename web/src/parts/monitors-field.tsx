import { Combobox } from '@base-ui/react/combobox'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Check, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { monitorsQuery } from '@/parts/data'
import { cx } from '@/ui/cx'
import { Glyph, statusLabel } from '@/ui/status'
import { type Named, useMonitors } from './monitors'

const TYPING_MS = 150
const FOUND = 20

function useFound(typed: string) {
  const [q, setQ] = useState('')
  useEffect(() => {
    const wait = setTimeout(() => setQ(typed.trim()), TYPING_MS)
    return () => clearTimeout(wait)
  }, [typed])
  const query = q === '' ? { sort: 'name', per_page: FOUND } : { q, per_page: FOUND }
  return useQuery({ ...monitorsQuery(query), placeholderData: keepPreviousData }).data
}

const Chip = ({ monitor }: { monitor: Named }) => (
  <Combobox.Chip className="flex h-6 max-w-full items-center gap-1.5 rounded-xs bg-active ps-1.5 text-xs outline-none data-highlighted:ring-2 data-highlighted:ring-focus coarse:h-9">
    <Glyph status={monitor.status} size={12} />
    <span className="truncate">{monitor.name}</span>
    <Combobox.ChipRemove
      aria-label={`Remove ${monitor.name}`}
      className="grid h-full w-6 shrink-0 place-items-center rounded-xs text-subtle hover:text-fg coarse:w-9"
    >
      <X className="size-3" />
    </Combobox.ChipRemove>
  </Combobox.Chip>
)

const Option = ({ monitor }: { monitor: Named }) => (
  <Combobox.Item
    value={monitor}
    className="flex min-h-8 items-center gap-2 rounded-xs px-2 text-sm outline-none select-none data-highlighted:bg-raised-hover coarse:min-h-11"
  >
    <Glyph status={monitor.status} size={14} />
    <span className="sr-only">{statusLabel[monitor.status]}</span>
    <span className="truncate">{monitor.name}</span>
    <span className="ms-auto min-w-0 truncate font-mono text-xs text-subtle">{monitor.target}</span>
    <span className="grid size-4 shrink-0 place-items-center">
      <Combobox.ItemIndicator>
        <Check className="size-3.5" />
      </Combobox.ItemIndicator>
    </span>
  </Combobox.Item>
)

type Props = {
  ids: readonly string[]
  known: ReadonlyMap<string, Named>
  onChange: (monitors: Named[]) => void
  /** One that cannot be chosen: the monitor itself. */
  without?: string
}
/** Any number of monitors out of possibly thousands: the server searches. Inside `<Field>` it takes the label from there. */
export function MonitorsField({ ids, known, onChange, without }: Props) {
  const [typed, setTyped] = useState('')
  const found = useFound(typed)
  const box = useRef<HTMLDivElement>(null)
  const chosen = ids.map((id): Named => known.get(id) ?? { id, name: '…', target: '', status: 'unknown' })
  return (
    <Combobox.Root
      multiple
      items={(found?.items ?? []).filter(({ id }) => id !== without)}
      // The server has matched already, by more than the name.
      filter={null}
      value={chosen}
      onValueChange={(next: Named[], details) => {
        // Escape closes the list; a second press would empty the choice, which nobody can take back.
        if (details.reason === 'escape-key') return details.cancel()
        setTyped('')
        onChange(next)
      }}
      inputValue={typed}
      onInputValueChange={setTyped}
      itemToStringLabel={(monitor: Named) => monitor.name}
      isItemEqualToValue={(one: Named, other: Named) => one.id === other.id}
      autoHighlight
    >
      <Combobox.Chips
        ref={box}
        className="flex min-h-8 flex-wrap items-center gap-1 rounded-sm border border-line-strong bg-surface p-0.75 shadow-xs focus-within:border-focus focus-within:ring-3 focus-within:ring-focus/20 coarse:min-h-11"
      >
        {chosen.map((monitor) => (
          <Chip key={monitor.id} monitor={monitor} />
        ))}
        <Combobox.Input
          placeholder={chosen.length === 0 ? 'Search by name or address' : 'Add'}
          className={cx(
            'h-6 min-w-20 flex-1 bg-transparent px-1.5 text-sm outline-none placeholder:text-subtle coarse:h-9 coarse:text-lg',
          )}
        />
      </Combobox.Chips>
      <Combobox.Portal>
        <Combobox.Positioner anchor={box} sideOffset={4} className="z-50">
          <Combobox.Popup className="max-h-[min(18rem,var(--available-height))] w-(--anchor-width) overflow-y-auto rounded-md bg-raised p-1 shadow-pop outline-none">
            <Combobox.Empty className="px-2 py-3 text-sm text-subtle empty:p-0">
              {found ? 'No monitor matches.' : null}
            </Combobox.Empty>
            <Combobox.List>{(monitor: Named) => <Option key={monitor.id} monitor={monitor} />}</Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  )
}

/** The same for those who only keep ids; what was just chosen is known before any list says so. */
export function MonitorIdsField({
  ids,
  onChange,
  without,
}: {
  ids: readonly string[]
  onChange: (ids: string[]) => void
  without?: string
}) {
  const loaded = useMonitors(ids)
  const [chosen, setChosen] = useState<ReadonlyMap<string, Named>>(new Map())
  const known = new Map([...chosen, ...loaded])
  return (
    <MonitorsField
      ids={ids}
      known={known}
      without={without}
      onChange={(next) => {
        setChosen(new Map(next.map((one) => [one.id, one])))
        onChange(next.map(({ id }) => id))
      }}
    />
  )
}
