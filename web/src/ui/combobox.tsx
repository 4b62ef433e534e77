import { Combobox as Base } from '@base-ui/react/combobox'
import { Check, ChevronDown } from 'lucide-react'
import { cx } from './cx'
import { inputClass } from './input'

type Props = {
  value: string | null
  onChange: (value: string) => void
  choices: readonly string[]
  placeholder?: string
  /** What is said when nothing fits what was typed. */
  empty?: string
  disabled?: boolean
}
/** One of very many: typing narrows the list. Inside `<Field>` it takes the label from there. */
export function Combobox({ value, onChange, choices, placeholder, empty = 'Nothing matches.', disabled }: Props) {
  return (
    <Base.Root
      items={choices}
      value={value}
      disabled={disabled}
      autoHighlight
      onValueChange={(next) => {
        if (next !== null) onChange(next)
      }}
    >
      <div className="relative">
        <Base.Input placeholder={placeholder} className={cx(inputClass, 'pr-8')} />
        <Base.Trigger
          aria-label="Show all"
          className="absolute inset-y-0 right-0 grid w-8 place-items-center rounded-sm text-subtle hover:text-fg coarse:w-11"
        >
          <ChevronDown className="size-3.5" />
        </Base.Trigger>
      </div>
      <Base.Portal>
        <Base.Positioner sideOffset={4} className="z-50">
          <Base.Popup className="max-h-[min(18rem,var(--available-height))] w-(--anchor-width) overflow-y-auto rounded-md bg-raised p-1 shadow-pop outline-none">
            <Base.Empty className="px-2 py-3 text-sm text-subtle empty:p-0">{empty}</Base.Empty>
            <Base.List>
              {(choice: string) => (
                <Base.Item
                  key={choice}
                  value={choice}
                  className="flex min-h-8 items-center gap-2 rounded-xs px-2 text-sm outline-none select-none data-highlighted:bg-raised-hover coarse:min-h-11"
                >
                  <span className="flex-1">{choice}</span>
                  <Base.ItemIndicator>
                    <Check className="size-3.5" />
                  </Base.ItemIndicator>
                </Base.Item>
              )}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
