import type { ReactNode } from 'react'
import type { MonitorStatus } from '#contract/statuses'
import { cx } from './cx'

export const statusLabel: Record<MonitorStatus, string> = {
  up: 'Up',
  degraded: 'Degraded',
  down: 'Down',
  maintenance: 'Maintenance',
  paused: 'Paused',
  pending: 'Pending',
  unknown: 'Unknown',
}

/** The fill of bars and dots. */
export const statusSolid: Record<MonitorStatus | 'none', string> = {
  up: 'var(--up-solid)',
  degraded: 'var(--degraded-solid)',
  down: 'var(--down-solid)',
  maintenance: 'var(--maint-solid)',
  paused: 'var(--idle-solid)',
  pending: 'var(--idle-solid)',
  unknown: 'var(--idle-solid)',
  none: 'var(--idle-solid)',
}
/** The text colour for words about it; ink when there is nothing to worry about. */
export const statusText: Record<MonitorStatus, string> = {
  up: 'text-muted',
  degraded: 'text-degraded',
  down: 'text-down',
  maintenance: 'text-maintenance',
  paused: 'text-muted',
  pending: 'text-muted',
  unknown: 'text-muted',
}

const stroke = { fill: 'none', strokeLinecap: 'round', strokeLinejoin: 'round' } as const
const SHAPE: Record<MonitorStatus, { color: string; shape: ReactNode }> = {
  up: {
    color: 'var(--up-solid)',
    shape: (
      <>
        <circle cx="8" cy="8" r="6.5" fill="currentColor" />
        <path d="m5.2 8.2 1.9 1.9 3.7-4" {...stroke} stroke="var(--surface)" strokeWidth="1.6" />
      </>
    ),
  },
  degraded: {
    color: 'var(--degraded-solid)',
    shape: (
      <>
        <path
          d="M6.9 2.1a1.27 1.27 0 0 1 2.2 0l5.2 9.2a1.27 1.27 0 0 1-1.1 1.9H2.8a1.27 1.27 0 0 1-1.1-1.9z"
          fill="currentColor"
        />
        <path d="M8 5.6v3.2M8 10.9v.1" {...stroke} stroke="oklch(.25 .05 70)" strokeWidth="1.6" />
      </>
    ),
  },
  down: {
    color: 'var(--down-solid)',
    shape: (
      <>
        <path d="M5.4 1.4h5.2l4 4v5.2l-4 4H5.4l-4-4V5.4z" fill="currentColor" />
        <path d="m5.8 5.8 4.4 4.4m0-4.4-4.4 4.4" {...stroke} stroke="#fff" strokeWidth="1.6" />
      </>
    ),
  },
  maintenance: {
    color: 'var(--maint-solid)',
    shape: (
      <>
        <rect x="1.6" y="1.6" width="12.8" height="12.8" rx="3.4" fill="currentColor" />
        <path
          d="M10.9 5.1 9.5 6.5l-.9-.1-.1-.9 1.4-1.4a2.4 2.4 0 0 0-3.1 3.1L4.4 9.6a1 1 0 1 0 1.5 1.5l2.4-2.4a2.4 2.4 0 0 0 3-3.1z"
          fill="#fff"
        />
      </>
    ),
  },
  paused: {
    color: 'var(--idle-fg)',
    shape: (
      <>
        <circle cx="8" cy="8" r="6" {...stroke} stroke="currentColor" strokeWidth="1.5" />
        <path d="M6.5 5.9v4.2M9.5 5.9v4.2" {...stroke} stroke="currentColor" strokeWidth="1.5" />
      </>
    ),
  },
  pending: {
    color: 'var(--idle-fg)',
    shape: <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.5" strokeDasharray="2.4 2.3" />,
  },
  unknown: {
    color: 'var(--idle-fg)',
    shape: (
      <>
        <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <path
          d="M6.4 6.5a1.7 1.7 0 1 1 2.4 1.6c-.5.2-.8.5-.8 1.1M8 11.1v.1"
          {...stroke}
          stroke="currentColor"
          strokeWidth="1.4"
        />
      </>
    ),
  },
}

/** The silhouette differs for every status, so colour is never the only cue. Put the word beside it. */
export function Glyph({ status, size = 16, className }: { status: MonitorStatus; size?: number; className?: string }) {
  const { color, shape } = SHAPE[status]
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden
      className={cx('shrink-0', className)}
      style={{ color, width: size, height: size }}
    >
      {shape}
    </svg>
  )
}

const PILL: Record<MonitorStatus, string> = {
  up: 'bg-up-soft text-up border-up-line',
  degraded: 'bg-degraded-soft text-degraded border-degraded-line',
  down: 'bg-down-soft text-down border-down-line',
  maintenance: 'bg-maintenance-soft text-maintenance border-maintenance-line',
  paused: 'bg-paused-soft text-paused border-paused-line',
  pending: 'bg-paused-soft text-paused border-paused-line',
  unknown: 'bg-paused-soft text-paused border-paused-line',
}
/** `<Pill status="down">Down for 6m 12s</Pill>`; without children the status' own word. */
export const Pill = ({
  status,
  children,
  className,
}: {
  status: MonitorStatus
  children?: ReactNode
  className?: string
}) => (
  <span
    className={cx(
      'inline-flex items-center gap-1.5 rounded-full border py-0.5 pr-2.5 pl-1.5 text-xs font-medium whitespace-nowrap',
      PILL[status],
      className,
    )}
  >
    <Glyph status={status} size={14} />
    {children ?? statusLabel[status]}
  </span>
)
