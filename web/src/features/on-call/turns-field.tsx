import { UserPlus, X } from 'lucide-react'
import { errorAt } from '@/parts/error-at'
import { Avatar } from '@/ui/bits'
import { IconButton } from '@/ui/button'
import { sentence } from '@/ui/format'
import { Menu, MenuItem } from '@/ui/menu'
import { Select } from '@/ui/select'
import type { LayerDraft } from './draft'
import { usePeople } from './people'
import { movedTo, Reorder } from './reorder'
import { listOf } from './words'

type Turn = LayerDraft['turns'][number]
type Props = {
  turns: Turn[]
  onChange: (turns: Turn[]) => void
  /** Of the layer: `layers.0`. */
  path: string
  errors: Record<string, string>
}

function TurnRow({
  turn,
  error,
  onPeople,
  onRemove,
}: {
  turn: Turn
  error?: string
  onPeople: (people: string[]) => void
  onRemove: () => void
}) {
  const { choices, nameOf } = usePeople()
  const names = listOf(turn.people.map(nameOf))
  const others = choices.filter(({ value }) => !turn.people.includes(value))
  return (
    <>
      <span className="flex -space-x-1.5">
        {turn.people.map((id) => (
          <Avatar key={id} name={nameOf(id)} size={24} />
        ))}
      </span>
      <span className="min-w-0 flex-1">
        <span className="block truncate text-sm">{names}</span>
        {error && <span className="block text-xs text-down">{sentence(error)}</span>}
      </span>
      {others.length > 0 && (
        <Menu
          className="max-h-72 overflow-y-auto"
          trigger={
            <IconButton label={`Somebody together with ${names}`}>
              <UserPlus />
            </IconButton>
          }
        >
          {others.map(({ value, label }) => (
            <MenuItem key={value} onSelect={() => onPeople([...turn.people, value])}>
              {label}
            </MenuItem>
          ))}
        </Menu>
      )}
      <IconButton
        label={
          turn.people.length > 1 ? `Remove ${nameOf(turn.people.at(-1) ?? null)} from this turn` : `Remove ${names}`
        }
        onClick={() => (turn.people.length > 1 ? onPeople(turn.people.slice(0, -1)) : onRemove())}
      >
        <X />
      </IconButton>
    </>
  )
}

/** Who takes turns, in which order. */
export function TurnsField({ turns, onChange, path, errors }: Props) {
  const { choices, nameOf } = usePeople()
  const at = `${path}.participants`
  const own = errors[at]
  return (
    <fieldset className="min-w-0 sm:col-span-2">
      <legend className="mb-1.5 text-sm font-medium">People, in their order</legend>
      {turns.length > 0 && (
        <Reorder
          label="People, in their order"
          items={turns}
          idOf={({ key }) => key}
          nameOf={({ people }) => listOf(people.map(nameOf))}
          onMove={(from, to) => onChange(movedTo(turns, from, to))}
          className="mb-2 divide-y divide-line rounded-sm border border-line"
        >
          {(turn, handle, index) => (
            <div className="flex min-h-10 items-center gap-2 py-1 ps-1 pe-2">
              {handle}
              <TurnRow
                turn={turn}
                error={errorAt(errors, `${at}.${index}`)}
                onPeople={(people) => onChange(turns.map((one) => (one.key === turn.key ? { ...one, people } : one)))}
                onRemove={() => onChange(turns.filter(({ key }) => key !== turn.key))}
              />
            </div>
          )}
        </Reorder>
      )}
      <Select
        label="Add a person"
        value={null}
        placeholder="Add a person"
        onChange={(id) => onChange([...turns, { key: Math.max(-1, ...turns.map(({ key }) => key)) + 1, people: [id] }])}
        choices={choices}
      />
      {own && (
        <p role="alert" className="mt-1.5 text-xs text-down">
          {turns.length === 0 ? 'Add at least one person.' : sentence(own)}
        </p>
      )}
    </fieldset>
  )
}
