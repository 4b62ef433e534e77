import { Kbd } from '@/ui/bits'
import { Dialog } from '@/ui/dialog'
import { onMac, shortcutGroups } from './shortcut-list'
import { useShortcutsEnabled } from './shortcuts'

const Keys = ({ keys }: { keys: string }) => (
  <span className="flex gap-1">
    {keys
      .replace('⌘', onMac ? '⌘' : 'Ctrl')
      .split(' ')
      .map((key) => (
        <Kbd key={key}>{key}</Kbd>
      ))}
  </span>
)

export function ShortcutHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  const enabled = useShortcutsEnabled()
  return (
    <Dialog
      open={open}
      onClose={onClose}
      wide
      title="Keyboard shortcuts"
      description={enabled ? undefined : 'Single keys are turned off in Settings, Appearance.'}
    >
      <div className="grid gap-x-10 gap-y-5 sm:grid-cols-2">
        {shortcutGroups.map((group) => (
          <section key={group.title}>
            <h3 className="mb-1.5 text-xs text-subtle">{group.title}</h3>
            <dl className="space-y-1.5">
              {group.keys.map(([keys, does]) => (
                <div key={keys} className="flex items-center justify-between gap-4 text-sm">
                  <dt>{does}</dt>
                  <dd>
                    <Keys keys={keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
