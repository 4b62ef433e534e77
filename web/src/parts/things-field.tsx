import { Combobox } from '@base-ui/react/combobox'
import { Check, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { cx } from '@/ui/cx'
import { Glyph, statusLabel } from '@/ui/status'
import type { Named } from './monitors'

/** Something that is watched; `label` where its status is called otherwise than that of a monitor. */
export type Thing = Named & { label?: string }

const TYPING_MS = 150
/** So many of them are offered. */
export const FOUND = 20

/** What somebody types, once they pause. */
export function useTyped() {
  const [typed, setTyped] = useState('')
  const [q, setQ] = useState('')
  useEffect(() => {
    const wait = setTimeout(() => setQ(typed.trim()), TYPING_MS)
    return () => clearTimeout(wait)
  }, [typed])
  return { typed, setTyped, query: q === '' ? { sort: 'name', per_page: FOUND } : { q, per_page: FOUND } }
}

const Chip = ({ thing }: { thing: Thing }) => (
  <Combobox.Chip className="flex h-6 max-w-full items-center gap-1.5 rounded-xs bg-active ps-1.5 text-xs outline-none data-highlighted:ring-2 data-highlighted:ring-focus coarse:h-9">
    <Glyph status={thing.status} size={12} />
    <span className="truncate">{thing.name}</span>
    <Combobox.ChipRemove
      aria-label={`Remove ${thing.name}`}
      className="grid h-full w-6 shrink-0 place-items-center rounded-xs text-subtle hover:text-fg coarse:w-9"
    >
      <X className="size-3" />
    </Combobox.ChipRemove>
  </Combobox.Chip>
)

const Option = ({ thing }: { thing: Thing }) => (
  <Combobox.Item
    value={thing}
    className="flex min-h-8 items-center gap-2 rounded-xs px-2 text-sm outline-none select-none data-highlighted:bg-raised-hover coarse:min-h-11"
  >
    <Glyph status={thing.status} size={14} />
    <span className="sr-only">{thing.label ?? statusLabel[thing.status]}</span>
    <span className="truncate">{thing.name}</span>
    <span className="ms-auto min-w-0 truncate font-mono text-xs text-subtle">{thing.target}</span>
    <span className="grid size-4 shrink-0 place-items-center">
      <Combobox.ItemIndicator>
        <Check className="size-3.5" />
      </Combobox.ItemIndicator>
    </span>
  </Combobox.Item>
)

type Props = {
  chosen: Thing[]
  found: Thing[] | undefined
  typed: string
  setTyped: (typed: string) => void
  onChange: (things: Thing[]) => void
  /** Words for the empty field, and for a search without an answer. */
  placeholder: string
  none: string
  /** Just one at a time: the one that was chosen last. */
  single?: boolean
}
/** Any number of things out of possibly thousands: the server searches. Inside `<Field>` it takes the label from there. */
export function ThingsField({ chosen, found, typed, setTyped, onChange, placeholder, none, single = false }: Props) {
  const [open, setOpen] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  return (
    <Combobox.Root
      multiple
      items={found ?? []}
      // The server has matched already, by more than the name.
      filter={null}
      value={chosen}
      onValueChange={(next: Thing[], details) => {
        // Escape closes the list; a second press would empty the choice, which nobody can take back.
        if (details.reason === 'escape-key') return details.cancel()
        setTyped('')
        onChange(single ? next.slice(-1) : next)
        if (single) setOpen(false)
      }}
      open={open}
      onOpenChange={setOpen}
      inputValue={typed}
      onInputValueChange={setTyped}
      itemToStringLabel={(thing: Thing) => thing.name}
      isItemEqualToValue={(one: Thing, other: Thing) => one.id === other.id}
      autoHighlight
    >
      <Combobox.Chips
        ref={box}
        className="flex min-h-8 flex-wrap items-center gap-1 rounded-sm border border-line-strong bg-surface p-0.75 shadow-xs focus-within:border-focus focus-within:ring-3 focus-within:ring-focus/20 coarse:min-h-11"
      >
        {chosen.map((thing) => (
          <Chip key={thing.id} thing={thing} />
        ))}
        <Combobox.Input
          placeholder={chosen.length === 0 ? placeholder : 'Add'}
          className={cx(
            'h-6 min-w-20 flex-1 bg-transparent px-1.5 text-sm outline-none placeholder:text-subtle coarse:h-9 coarse:text-lg',
          )}
        />
      </Combobox.Chips>
      <Combobox.Portal>
        <Combobox.Positioner anchor={box} sideOffset={4} className="z-50">
          <Combobox.Popup className="max-h-[min(18rem,var(--available-height))] w-(--anchor-width) overflow-y-auto rounded-md bg-raised p-1 shadow-pop outline-none">
            <Combobox.Empty className="px-2 py-3 text-sm text-subtle empty:p-0">{found ? none : null}</Combobox.Empty>
            <Combobox.List>{(thing: Thing) => <Option key={thing.id} thing={thing} />}</Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  )
}
