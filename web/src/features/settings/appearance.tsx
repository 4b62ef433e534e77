import { SettingsFrame } from '@/parts/settings-frame'
import { setShortcutsEnabled, useShortcutsEnabled } from '@/shell/shortcuts'
import { setTheme, type Theme, useTheme } from '@/theme'
import { Card, CardHead } from '@/ui/card'
import { Switch } from '@/ui/choice'
import { cx } from '@/ui/cx'

/** A small page in one theme, whatever the theme around it. */
function Sketch({ scheme }: { scheme: 'light' | 'dark' | 'light dark' }) {
  return (
    <span
      aria-hidden
      className="flex h-20 overflow-hidden rounded-sm border border-line"
      style={{ colorScheme: scheme, background: 'var(--canvas)' }}
    >
      <span className="w-1/4 space-y-1.5 border-e border-line p-2" style={{ borderColor: 'var(--line)' }}>
        <i className="block h-1.5 w-3/4 rounded-full" style={{ background: 'var(--ink)' }} />
        <i className="block h-1.5 w-full rounded-full" style={{ background: 'var(--active)' }} />
        <i className="block h-1.5 w-2/3 rounded-full" style={{ background: 'var(--active)' }} />
      </span>
      <span className="flex-1 space-y-1.5 p-2">
        <i className="block h-2 w-1/2 rounded-full" style={{ background: 'var(--ink)' }} />
        <span
          className="block space-y-1.5 rounded-xs border p-1.5"
          style={{ background: 'var(--surface)', borderColor: 'var(--line)' }}
        >
          <i className="block h-1.5 w-full rounded-full" style={{ background: 'var(--up-solid)' }} />
          <i className="block h-1.5 w-4/5 rounded-full" style={{ background: 'var(--line-strong)' }} />
          <i className="block h-1.5 w-1/2 rounded-full" style={{ background: 'var(--line-strong)' }} />
        </span>
      </span>
    </span>
  )
}

const themes = [
  ['light', 'Light', 'light'],
  ['dark', 'Dark', 'dark'],
  ['auto', 'As the system', 'light dark'],
] as const

function ThemePicker() {
  const theme = useTheme()
  return (
    <fieldset className="grid gap-3 p-4 sm:grid-cols-3">
      <legend className="sr-only">Theme</legend>
      {themes.map(([value, label, scheme]) => (
        <label
          key={value}
          className={cx(
            'cursor-pointer rounded-md border p-2 has-focus-visible:outline-2 has-focus-visible:outline-focus',
            theme === value ? 'border-accent' : 'border-line hover:border-line-strong',
          )}
        >
          <Sketch scheme={scheme} />
          <span className="mt-2 flex items-center gap-2 px-0.5 text-sm">
            <input
              type="radio"
              name="theme"
              value={value}
              checked={theme === value}
              onChange={() => setTheme(value satisfies Theme)}
              className="size-3.5 accent-(--accent) outline-none"
            />
            {label}
          </span>
        </label>
      ))}
    </fieldset>
  )
}

export function Appearance() {
  const shortcuts = useShortcutsEnabled()
  return (
    <SettingsFrame title="Appearance" lead="Kept in this browser; other devices have their own.">
      <div className="space-y-4">
        <Card>
          <CardHead title="Theme" />
          <ThemePicker />
        </Card>
        <Card>
          <CardHead title="Keyboard" />
          <div className="p-4">
            <Switch
              label="Shortcuts of a single key"
              hint="Press ? for the list. Turn them off if you use speech input."
              checked={shortcuts}
              onChange={setShortcutsEnabled}
            />
          </div>
        </Card>
      </div>
    </SettingsFrame>
  )
}
