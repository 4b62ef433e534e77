import type { Heartbeat } from '@/types'
import { cx } from '@/ui/cx'
import { exact, useNow, useTimeZone } from '@/ui/time'
import { dueOf } from './due'

const TEXT = { calm: 'text-muted', late: 'font-medium text-degraded', down: 'font-medium text-down' }
const FILL = { calm: 'bg-line-strong', late: 'bg-degraded-solid', down: 'bg-down-solid' }

/** When it is due or by how much it is late, over a thin bar of how far that has come. */
export function DueBar({ heartbeat, className }: { heartbeat: Heartbeat; className?: string }) {
  const { text, share, tone } = dueOf(heartbeat, useNow(1000))
  const zone = useTimeZone()
  const { expected_at } = heartbeat
  return (
    <div className={className} title={expected_at ? `Expected ${exact(expected_at, zone)}` : undefined}>
      <div className={cx('truncate text-xs tabular-nums', TEXT[tone])}>{text}</div>
      <div
        aria-hidden
        className={cx('mt-1.5 h-1 rounded-full', share !== null && 'bg-sunken ring-1 ring-line ring-inset')}
      >
        {share !== null && (
          <div className={cx('h-full rounded-full', FILL[tone])} style={{ width: `${Math.max(2, share * 100)}%` }} />
        )}
      </div>
    </div>
  )
}
