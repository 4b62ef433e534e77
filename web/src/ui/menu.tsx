import { Menu as Base } from '@base-ui/react/menu'
import type { ReactElement, ReactNode } from 'react'
import { cx } from './cx'

export const menuItemClass =
  'flex min-h-8 w-full cursor-default items-center gap-2.5 rounded-xs px-2 text-sm text-fg outline-none select-none data-disabled:opacity-50 data-highlighted:bg-raised-hover coarse:min-h-11 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-subtle'

/** `<Menu trigger={<IconButton label="More actions">…</IconButton>}> <MenuItem/> … </Menu>` */
export function Menu({
  trigger,
  children,
  align = 'end',
  side,
  className,
}: {
  trigger: ReactElement
  children: ReactNode
  align?: 'start' | 'center' | 'end'
  side?: 'top' | 'bottom'
  className?: string
}) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align={align} side={side} className="z-40">
          <Base.Popup className={cx('min-w-44 rounded-md bg-raised p-1 shadow-pop outline-none', className)}>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
export const MenuItem = ({
  onSelect,
  danger,
  disabled,
  children,
}: {
  onSelect: () => void
  danger?: boolean
  disabled?: boolean
  children: ReactNode
}) => (
  <Base.Item
    onClick={onSelect}
    disabled={disabled}
    className={cx(menuItemClass, danger && 'text-down [&_svg]:text-down')}
  >
    {children}
  </Base.Item>
)
/** An item that leads somewhere: `render` is a router Link. */
export const MenuLink = ({ render, children }: { render: ReactElement; children: ReactNode }) => (
  <Base.Item render={render} className={menuItemClass}>
    {children}
  </Base.Item>
)
export const MenuSeparator = () => <Base.Separator className="my-1 h-px bg-line" />
export const MenuLabel = ({ children }: { children: ReactNode }) => (
  <div className="px-2 py-1.5 text-xs text-subtle">{children}</div>
)

type RowChoice<T extends string> = { value: T; label: ReactNode; icon: ReactNode }
/** One of a few in one line of the menu, which stays open. */
export function MenuChoiceRow<T extends string>({
  value,
  onChange,
  choices,
  label,
}: {
  value: T
  onChange: (value: T) => void
  choices: readonly RowChoice<T>[]
  label: string
}) {
  return (
    <Base.RadioGroup
      aria-label={label}
      value={value}
      onValueChange={(next: T) => onChange(next)}
      className="m-1 flex rounded-sm border border-line bg-sunken p-0.5"
    >
      {choices.map((choice) => (
        <Base.RadioItem
          key={choice.value}
          value={choice.value}
          closeOnClick={false}
          className="flex h-6 flex-1 cursor-default items-center justify-center gap-1.5 rounded-xs px-1.5 text-xs text-muted outline-none select-none data-checked:bg-surface data-checked:font-medium data-checked:text-fg data-checked:shadow-xs data-highlighted:text-fg data-highlighted:ring-1 data-highlighted:ring-focus coarse:h-10 [&_svg]:size-3.5"
        >
          {choice.icon}
          {choice.label}
        </Base.RadioItem>
      ))}
    </Base.RadioGroup>
  )
}
