import { Bell, BellOff } from 'lucide-react'
import { Button } from '@/ui/button'
import { Menu, MenuItem } from '@/ui/menu'
import { useNow } from '@/ui/time'
import { isMuted, mutes } from './mute'
import { MutedLine } from './muted-line'

type Props = { muted_until: string | null; onChange: (muted_until: string | null) => void; error?: string }
/** Silence for a while: in the form, where it is saved with everything else. */
export function MuteField({ muted_until, onChange, error }: Props) {
  const now = useNow(30_000)
  const muted = isMuted({ muted_until }, now)
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <div className="min-w-0 flex-1 basis-52">
        <div className="text-sm font-medium">Mute</div>
        <div className="text-xs text-subtle">
          {muted ? (
            <MutedLine muted_until={muted_until} />
          ) : (
            'Nothing is sent for a while; its stand-in hears of alarms.'
          )}
        </div>
        {error && <div className="text-xs text-down first-letter:uppercase">{error}</div>}
      </div>
      {muted ? (
        <Button size="sm" onClick={() => onChange(null)}>
          <Bell />
          Turn on again
        </Button>
      ) : (
        <Menu
          trigger={
            <Button size="sm">
              <BellOff />
              Mute…
            </Button>
          }
        >
          {mutes.map(({ label, for_ms }) => (
            <MenuItem key={label} onSelect={() => onChange(new Date(Date.now() + for_ms).toISOString())}>
              {label}
            </MenuItem>
          ))}
        </Menu>
      )}
    </div>
  )
}
