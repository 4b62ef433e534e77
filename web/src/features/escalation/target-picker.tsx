import { Combobox } from '@base-ui/react/combobox'
import { CalendarClock, Megaphone, User } from 'lucide-react'
import { useState } from 'react'
import type { Target } from '@/features/on-call/types'
import { inputClass } from '@/ui/input'
import { sameTarget } from './draft'
import { useTargets } from './resolve'

export const targetIcon = { user: User, schedule: CalendarClock, channel: Megaphone } as const

type Choice = { target: Target; name: string; note: string }
function useChoices(): Choice[] {
  const { people, schedules, channels, resolve } = useTargets()
  const choice = (type: Target['type'], id: string, note: string): Choice => {
    const target = { type, id }
    return { target, name: resolve(target).name, note }
  }
  return [
    ...schedules.map(({ id, on_call }) =>
      choice('schedule', id, `Schedule, now ${on_call.map(({ user_name }) => user_name).join(', ') || 'nobody'}`),
    ),
    ...people.map(({ user_id }) => choice('user', user_id, 'Person')),
    ...channels.map(({ id }) => choice('channel', id, 'Channel')),
  ]
}

type Props = { taken: readonly Target[]; onPick: (target: Target) => void; label: string }
/** Adds somebody, whoever is on call in a schedule then, or a channel; typing narrows the list. */
export function TargetPicker({ taken, onPick, label }: Props) {
  const choices = useChoices().filter(({ target }) => !taken.some((one) => sameTarget(one, target)))
  const [typed, setTyped] = useState('')
  return (
    <Combobox.Root
      items={choices}
      value={null}
      inputValue={typed}
      onInputValueChange={setTyped}
      itemToStringLabel={({ name }: Choice) => name}
      autoHighlight
      onValueChange={(next: Choice | null) => {
        if (!next) return
        setTyped('')
        onPick(next.target)
      }}
    >
      <Combobox.Input
        aria-label={label}
        placeholder="Add person, schedule, channel"
        className={`${inputClass} max-w-72`}
      />
      <Combobox.Portal>
        <Combobox.Positioner sideOffset={4} className="z-50">
          <Combobox.Popup className="max-h-[min(18rem,var(--available-height))] min-w-(--anchor-width) overflow-y-auto rounded-md bg-raised p-1 shadow-pop outline-none">
            <Combobox.Empty className="px-2 py-3 text-sm text-subtle empty:p-0">
              {typed ? 'Nothing matches.' : 'There is nobody left to add.'}
            </Combobox.Empty>
            <Combobox.List>
              {(choice: Choice) => {
                const Icon = targetIcon[choice.target.type]
                return (
                  <Combobox.Item
                    key={`${choice.target.type} ${choice.target.id}`}
                    value={choice}
                    className="flex min-h-8 items-center gap-2 rounded-xs px-2 text-sm outline-none select-none data-highlighted:bg-raised-hover coarse:min-h-11"
                  >
                    <Icon aria-hidden className="size-4 shrink-0 text-subtle" />
                    <span className="truncate">{choice.name}</span>
                    <span className="ms-auto max-w-40 truncate ps-3 text-xs text-subtle">{choice.note}</span>
                  </Combobox.Item>
                )
              }}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  )
}
