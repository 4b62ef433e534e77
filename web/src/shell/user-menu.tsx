import { Link, useNavigate } from '@tanstack/react-router'
import { BookOpen, Keyboard, LogOut, Monitor, Moon, Settings, Sun } from 'lucide-react'
import type { ReactElement } from 'react'
import { sentenceOf } from '@/api'
import { signOut, useMe } from '@/session'
import { setTheme, type Theme, useTheme } from '@/theme'
import { Menu, MenuChoiceRow, MenuItem, MenuLabel, MenuLink, MenuSeparator } from '@/ui/menu'
import { toast } from '@/ui/toast'

const themes = [
  { value: 'light', label: 'Light', icon: <Sun aria-hidden /> },
  { value: 'dark', label: 'Dark', icon: <Moon aria-hidden /> },
  { value: 'auto', label: 'System', icon: <Monitor aria-hidden /> },
] as const

/** Light, dark or as the system says, inside a menu. */
export const ThemeRow = () => (
  <MenuChoiceRow<Theme> label="Theme" value={useTheme()} onChange={setTheme} choices={themes} />
)

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
      <ThemeRow />
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
