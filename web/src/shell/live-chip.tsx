import { useLive } from '@/live'
import { cx } from '@/ui/cx'
import { dateTime, useNow, useTimeZone } from '@/ui/time'

const DOT = { live: 'bg-up-solid', reconnecting: 'bg-degraded-solid', offline: 'bg-down-solid' }

/** Says whether the page shows the present. A short interruption is not worth a word on a phone. */
export function LiveChip({ compact }: { compact?: boolean }) {
  const { state, since } = useLive()
  const zone = useTimeZone()
  const now = useNow(60_000)
  if (compact && state === 'live') return null
  const time = dateTime(since, zone, now).replace('Today, ', '')
  const text = state === 'live' ? 'Live' : state === 'reconnecting' ? 'Reconnecting' : `Offline since ${time}`
  return (
    <span role="status" className="flex items-center gap-2 text-xs whitespace-nowrap text-subtle">
      <i aria-hidden className={cx('size-1.5 rounded-full', DOT[state])} />
      {text}
    </span>
  )
}
