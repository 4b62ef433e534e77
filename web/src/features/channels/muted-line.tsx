import { BellOff } from 'lucide-react'
import { At, useNow } from '@/ui/time'
import { isMuted, isOpenEnded } from './mute'

/** Until when nothing is sent there; nothing while it is not muted. */
export function MutedLine({ muted_until }: { muted_until: string | null }) {
  const now = useNow(30_000)
  if (!muted_until || !isMuted({ muted_until }, now)) return null
  return (
    <span className="inline-flex items-center gap-1 text-degraded">
      <BellOff aria-hidden className="size-3" />
      {isOpenEnded(muted_until, now) ? (
        'Muted until somebody turns it on'
      ) : (
        <>
          Muted until <At at={muted_until} className="inline-block first-letter:lowercase" />
        </>
      )}
    </span>
  )
}
