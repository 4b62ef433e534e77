import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { fieldsOf } from '@/api'
import { Card, CardHead } from '@/ui/card'
import { cx } from '@/ui/cx'
import { sentence } from '@/ui/format'
import { Skeleton } from '@/ui/states'
import { type Draft, scheduleOf } from './draft'
import { type PreviewAsked, previewQuery } from './queries'

const SETTLE_MS = 300

/** What is typed now, a moment after the last key. */
function useSettled<T>(value: T, key: string): T {
  const [settled, set] = useState(value)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says when the value is another one
  useEffect(() => {
    const timer = setTimeout(() => set(value), SETTLE_MS)
    return () => clearTimeout(timer)
  }, [key])
  return settled
}

const askedOf = (draft: Draft): PreviewAsked => ({
  schedule: scheduleOf(draft),
  ...(draft.grace_s !== null && { grace_s: draft.grace_s }),
})
const isBlank = ({ schedule: { kind, cron, oncalendar, every_s } }: PreviewAsked) =>
  kind === 'cron' ? !cron : kind === 'oncalendar' ? !oncalendar : every_s === undefined

/** How the server reads what is in the form, while it is typed. */
export function usePreview(draft: Draft) {
  const wanted = askedOf(draft)
  const key = JSON.stringify(wanted)
  const asked = useSettled(wanted, key)
  const blank = isBlank(asked)
  const query = useQuery({ ...previewQuery(asked), enabled: !blank, placeholderData: keepPreviousData })
  const fresh = JSON.stringify(asked) === key
  // An old refusal says nothing about what has been typed since.
  return { ...query, blank, faults: fresh && !blank ? fieldsOf(query.error) : {}, stale: !fresh || query.isFetching }
}

/** A moment on the clocks of the schedule's zone, as short as the first one allows. */
function clockIn(zone: string, at: string, besides: string): string {
  const format = (options: Intl.DateTimeFormatOptions, when = at) =>
    new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone, hourCycle: 'h23' }).format(new Date(when))
  try {
    const day: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short' }
    const clock = format({ hour: '2-digit', minute: '2-digit' })
    return format(day) === format(day, besides) ? clock : `${format(day)}, ${clock}`
  } catch {
    // A zone that the server knows and this browser does not.
    return new Date(at).toISOString().slice(0, 16).replace('T', ' ').concat(' UTC')
  }
}

const dayOf = (local: string) => {
  const date = new Date(`${local.slice(0, 10)}T12:00:00Z`)
  return Number.isNaN(date.getTime())
    ? ''
    : new Intl.DateTimeFormat('en-GB', { weekday: 'short', timeZone: 'UTC' }).format(date)
}

/** What the schedule means in words, and the next ten times at which a run is expected. */
export function PreviewCard({ draft, preview }: { draft: Draft; preview: ReturnType<typeof usePreview> }) {
  const { data, error, blank, stale } = preview
  return (
    <Card aria-labelledby="preview" className="h-fit overflow-hidden xl:sticky xl:top-4">
      <CardHead id="preview" title="Preview" hint={draft.timezone} />
      {blank ? (
        <p className="px-4 py-3.5 text-sm text-muted">
          Here stands when runs are expected, as soon as there is a schedule.
        </p>
      ) : error && !stale ? (
        <p role="status" className="px-4 py-3.5 text-sm text-down">
          {sentence(Object.values(fieldsOf(error))[0] ?? error.message)}
        </p>
      ) : data ? (
        <div className={cx('transition-opacity', stale && 'opacity-60')}>
          <p role="status" className="px-4 pt-3.5 text-md font-medium first-letter:uppercase wrap-anywhere">
            {data.words}
          </p>
          {draft.kind === 'interval' && (
            <p className="px-4 pt-1 text-xs text-subtle">Counted from each run; these are the times if it ran now.</p>
          )}
          {data.next.length > 0 ? (
            <table className="mt-2 mb-2 w-full text-xs tabular-nums">
              <thead>
                <tr className="text-left text-subtle">
                  <th className="py-1 pl-4 font-normal">Expected</th>
                  <th className="py-1 pr-4 text-right font-normal">Late until</th>
                </tr>
              </thead>
              <tbody>
                {data.next.map(({ expected_at, deadline_at, local }) => (
                  <tr key={expected_at} className="border-t border-line">
                    <td className="py-1.5 pl-4">
                      <time dateTime={expected_at}>
                        <span className="inline-block w-9 text-subtle">{dayOf(local)}</span>
                        {local}
                      </time>
                    </td>
                    <td className="py-1.5 pr-4 text-right text-muted">
                      {clockIn(draft.timezone, deadline_at, expected_at)}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          ) : (
            <p className="px-4 py-3 text-sm text-degraded">It is never expected: no time fits.</p>
          )}
        </div>
      ) : (
        <div className="space-y-2 p-4">
          <Skeleton className="w-40" />
          <Skeleton className="h-48 w-full" />
        </div>
      )}
    </Card>
  )
}

/** The same in one line, within the form, where the card is far below. */
export function PreviewLine({ preview: { data, blank, error } }: { preview: ReturnType<typeof usePreview> }) {
  if (!data || blank || error) return null
  return (
    <p className="text-xs text-muted sm:col-span-2 xl:hidden">
      <b className="inline-block font-medium text-fg first-letter:uppercase">{data.words}.</b>{' '}
      {data.next[0] ? `Next: ${data.next[0].local}.` : 'It is never expected: no time fits.'}
    </p>
  )
}
