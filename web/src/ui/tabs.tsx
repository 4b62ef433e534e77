import { Tabs as Base } from '@base-ui/react/tabs'
import type { ReactNode } from 'react'
import { cx } from './cx'

type Tab<T extends string> = { value: T; label: ReactNode; panel: ReactNode }
/** Only the open tab is mounted. Keep `value` in the address, so that every tab can be linked to. */
export function Tabs<T extends string>({
  value,
  onChange,
  tabs,
  className,
}: {
  value: T
  onChange: (value: T) => void
  tabs: readonly Tab<T>[]
  className?: string
}) {
  return (
    // Safe: the values come from `tabs`.
    <Base.Root value={value} onValueChange={(next) => onChange(next as T)} className={className}>
      <Base.List className="-mx-4 flex gap-5 overflow-x-auto border-b border-line px-4 [scrollbar-width:none] md:mx-0 md:px-0">
        {tabs.map((tab) => (
          <Base.Tab
            key={tab.value}
            value={tab.value}
            className={cx(
              'h-10 shrink-0 border-b-2 border-transparent px-0.5 text-sm whitespace-nowrap text-muted outline-offset-[-2px] hover:text-fg data-active:border-ink data-active:font-medium data-active:text-fg coarse:h-12',
            )}
          >
            {tab.label}
          </Base.Tab>
        ))}
      </Base.List>
      {tabs.map((tab) => (
        <Base.Panel key={tab.value} value={tab.value} className="outline-none">
          {tab.panel}
        </Base.Panel>
      ))}
    </Base.Root>
  )
}
