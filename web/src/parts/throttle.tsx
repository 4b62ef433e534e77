import { useEffect, useState } from 'react'
import { ApiError } from '@/api'
import { Notice } from '@/ui/field'
import { duration } from '@/ui/format'
import { useNow } from '@/ui/time'

const waitOf = (error: unknown): number => {
  const seconds = error instanceof ApiError && error.status === 429 ? Number(error.details.retry_after_s) : 0
  return Number.isFinite(seconds) ? seconds : 0
}

/** Seconds until the server listens again after too many wrong attempts; counts down to 0 by itself. */
export function useThrottle(error: unknown): number {
  const now = useNow(1000)
  const [until, setUntil] = useState(0)
  useEffect(() => setUntil(Date.now() + waitOf(error) * 1000), [error])
  return waitOf(error) > 0 ? Math.max(0, Math.ceil((until - now) / 1000)) : 0
}
export const isThrottled = (error: unknown): boolean => waitOf(error) > 0

/** Says how long to wait, then that it is over. Only its two states are read out, not every second. */
export function Throttled({ wait }: { wait: number }) {
  return wait > 0 ? (
    <Notice>
      Too many attempts. <span aria-hidden>Try again in {duration(wait)}.</span>
      <span className="sr-only">Wait until the button can be pressed again.</span>
    </Notice>
  ) : (
    <p role="status" className="text-sm text-muted">
      You can try again now.
    </p>
  )
}
