import { Combobox } from '@base-ui/react/combobox'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { monitorsQuery } from '@/parts/data'
import type { MonitorListItem } from '@/types'
import { cx } from '@/ui/cx'
import { inputClass } from '@/ui/input'
import { Glyph, statusLabel } from '@/ui/status'

const TYPING_MS = 150
const FOUND = 8

type Props = { value: MonitorListItem | null; onChange: (monitor: MonitorListItem | null) => void }
/** One of possibly thousands of monitors: the server searches. Inside `<Field>` it takes the label from there. */
export function MonitorPicker({ value, onChange }: Props) {
  const [typed, setTyped] = useState('')
  const [q, setQ] = useState('')
  useEffect(() => {
    // After a choice the box holds that monitor's name; opening it again shows all of them.
    const wanted = typed === value?.name ? '' : typed.trim()
    const wait = setTimeout(() => setQ(wanted), TYPING_MS)
    return () => clearTimeout(wait)
  }, [typed, value])
  const { data } = useQuery({ ...monitorsQuery({ q, per_page: FOUND }), placeholderData: keepPreviousData })
  return (
    <Combobox.Root
      items={data?.items ?? []}
      // The server has matched already, by more than the name.
      filter={null}
      value={value}
      onValueChange={onChange}
      inputValue={typed}
      onInputValueChange={setTyped}
      itemToStringLabel={(monitor: MonitorListItem) => monitor.name}
      isItemEqualToValue={(one: MonitorListItem, other: MonitorListItem) => one.id === other.id}
      autoHighlight
    >
      <div className="relative">
        <Combobox.Input placeholder="Search by name or address" className={cx(inputClass, 'pr-8')} />
        <Combobox.Clear
          aria-label="Remove the monitor"
          className="absolute inset-y-0 right-0 grid w-8 place-items-center rounded-sm text-subtle hover:text-fg coarse:w-11"
        >
          <X className="size-3.5" />
        </Combobox.Clear>
      </div>
      <Combobox.Portal>
        <Combobox.Positioner sideOffset={4} className="z-50">
          <Combobox.Popup className="max-h-[min(18rem,var(--available-height))] w-(--anchor-width) overflow-y-auto rounded-md bg-raised p-1 shadow-pop outline-none">
            <Combobox.Empty className="px-2 py-3 text-sm text-subtle empty:p-0">
              {data ? 'No monitor matches.' : null}
            </Combobox.Empty>
            <Combobox.List>
              {(monitor: MonitorListItem) => (
                <Combobox.Item
                  key={monitor.id}
                  value={monitor}
                  className="flex min-h-8 items-center gap-2 rounded-xs px-2 text-sm outline-none select-none data-highlighted:bg-raised-hover coarse:min-h-11"
                >
                  <Glyph status={monitor.status} size={14} />
                  <span className="sr-only">{statusLabel[monitor.status]}</span>
                  <span className="truncate">{monitor.name}</span>
                  <span className="ms-auto min-w-0 truncate font-mono text-xs text-subtle">{monitor.target}</span>
                </Combobox.Item>
              )}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  )
}
