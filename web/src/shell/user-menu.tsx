import { Link, useNavigate } from '@tanstack/react-router'
import { BookOpen, Keyboard, LogOut, Monitor, Moon, Settings, Sun } from 'lucide-react'
import type { ReactElement } from 'react'
import { sentenceOf } from '@/api'
import { signOut, useMe } from '@/session'
import { setTheme, type Theme, useTheme } from '@/theme'
import { cx } from '@/ui/cx'
import { Menu, MenuItem, MenuLabel, MenuLink, MenuSeparator } from '@/ui/menu'
import { toast } from '@/ui/toast'

const THEMES = [
  ['light', 'Light', Sun],
  ['dark', 'Dark', Moon],
  ['auto', 'System', Monitor],
] as const

/** Light, dark or as the system says: three buttons in one row. */
export function ThemeRow() {
  const theme = useTheme()
  return (
    <fieldset aria-label="Theme" className="flex rounded-sm border border-line bg-sunken p-0.5">
      {THEMES.map(([value, label, Icon]) => (
        <button
          key={value}
          type="button"
          aria-pressed={theme === value}
          onClick={() => setTheme(value satisfies Theme)}
          className={cx(
            'flex h-6 flex-1 items-center justify-center gap-1.5 rounded-xs px-1.5 text-xs coarse:h-10 [&_svg]:size-3.5',
            theme === value ? 'bg-surface font-medium text-fg shadow-xs' : 'text-muted hover:text-fg',
          )}
        >
          <Icon aria-hidden />
          {label}
        </button>
      ))}
    </fieldset>
  )
}

/** Signs out here; the other devices stay signed in. */
export function useSignOut() {
  const navigate = useNavigate()
  return async () => {
    try {
      await signOut()
      await navigate({ to: '/sign-in' })
    } catch (error) {
      toast('You are still signed in', { description: sentenceOf(error) })
    }
  }
}

export function UserMenu({ trigger, onHelp }: { trigger: ReactElement; onHelp: () => void }) {
  const { name, email } = useMe()
  const leave = useSignOut()
  return (
    <Menu trigger={trigger} align="start" side="top" className="w-60">
      <MenuLabel>
        <span className="block truncate text-sm font-medium text-fg">{name}</span>
        <span className="block truncate">{email}</span>
      </MenuLabel>
      <div className="px-1 pt-0.5 pb-1.5">
        <ThemeRow />
      </div>
      <MenuSeparator />
      <MenuLink render={<Link to="/settings/profile" />}>
        <Settings />
        Settings
      </MenuLink>
      <MenuItem onSelect={onHelp}>
        <Keyboard />
        Keyboard shortcuts
      </MenuItem>
      <MenuLink render={<a href="/api/docs" target="_blank" rel="noreferrer" />}>
        <BookOpen />
        API reference
      </MenuLink>
      <MenuSeparator />
      <MenuItem onSelect={() => void leave()}>
        <LogOut />
        Sign out
      </MenuItem>
    </Menu>
  )
}
