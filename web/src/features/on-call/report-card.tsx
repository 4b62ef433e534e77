import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Avatar } from '@/ui/bits'
import { Card, CardHead } from '@/ui/card'
import { Segmented } from '@/ui/choice'
import { plural } from '@/ui/format'
import { ErrorState, Skeleton } from '@/ui/states'
import { Glyph } from '@/ui/status'
import { useNow, useTimeZone } from '@/ui/time'
import { fillOf } from './person'
import { reportQuery } from './queries'
import type { Burden, Report, Schedule } from './types'
import { spanOf } from './zone'

const PERIODS = [
  { value: '28', label: '4 weeks' },
  { value: '84', label: '12 weeks' },
] as const
const hours = (value: number) => `${Math.round(value)} h`
const SHOWN = 5

function Person({ person, most }: { person: Burden; most: number }) {
  const { user_name, share, night_hours, weekend_hours } = person
  return (
    <li className="grid grid-cols-[24px_minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1 px-4 py-2">
      <Avatar name={user_name} size={24} />
      <span className="truncate text-sm">{user_name}</span>
      <span className="text-sm tabular-nums">
        {hours(person.hours)} <span className="text-xs text-subtle">{`${Math.round(share)}%`}</span>
      </span>
      <span className="col-span-2 col-start-2 block h-1.5 overflow-hidden rounded-full bg-sunken">
        <i
          aria-hidden
          className="block h-full rounded-full ring-1 ring-line ring-inset"
          style={{ width: `${most > 0 ? (person.hours / most) * 100 : 0}%`, ...fillOf(user_name) }}
        />
      </span>
      <span className="col-span-2 col-start-2 text-xs text-subtle tabular-nums">
        {`${plural(person.shifts, 'shift')}, ${hours(night_hours)} at night, ${hours(weekend_hours)} at weekends`}
      </span>
    </li>
  )
}

function GapList({ report }: { report: Report }) {
  const zone = useTimeZone()
  const { gaps, gap_hours } = report
  return (
    <div className="flex gap-2.5 border-b border-line px-4 py-3">
      <Glyph status={gaps.length > 0 ? 'down' : 'up'} />
      <div className="min-w-0 text-sm">
        {gaps.length === 0 ? (
          'Somebody is on call all the time.'
        ) : (
          <>
            <p>{`Nobody is on call for ${hours(gap_hours)}, in ${plural(gaps.length, 'gap')}.`}</p>
            <ul className="mt-1 text-xs text-muted tabular-nums">
              {gaps.slice(0, SHOWN).map(({ from, to }) => (
                <li key={from}>{spanOf(Date.parse(from), Date.parse(to), zone)}</li>
              ))}
              {gaps.length > SHOWN && <li className="text-subtle">{`and ${gaps.length - SHOWN} more`}</li>}
            </ul>
          </>
        )}
      </div>
    </div>
  )
}

const evenness = (percent: number) =>
  percent >= 90 ? 'shared evenly' : percent >= 70 ? 'shared fairly evenly' : 'shared unevenly'

/** When nobody is on call, and whether the burden is shared fairly. */
export function ReportCard({ schedule: { id } }: { schedule: Schedule }) {
  const [days, setDays] = useState<'28' | '84'>('28')
  const { data, error, refetch } = useQuery(reportQuery(id, Number(days), useNow(60_000)))
  const most = Math.max(0, ...(data?.people.map((person) => person.hours) ?? []))
  return (
    <Card aria-labelledby="report" className="h-fit overflow-hidden">
      <CardHead id="report" title="Coverage and fairness" hint="ahead">
        <Segmented size="sm" label="Period" value={days} onChange={setDays} choices={PERIODS} />
      </CardHead>
      {data ? (
        <>
          <GapList report={data} />
          {data.people.length > 0 ? (
            <ul aria-label="Hours on call" className="divide-y divide-line">
              {data.people.map((person) => (
                <Person key={person.user_id} person={person} most={most} />
              ))}
            </ul>
          ) : (
            <p className="px-4 py-3 text-sm text-muted">Nobody has a shift in that time.</p>
          )}
          {data.people.length > 1 && (
            <p className="border-t border-line px-4 py-2.5 text-xs text-subtle">
              {`Hours are ${evenness(data.balance.hours)} (${data.balance.hours} of 100), nights ${evenness(data.balance.nights)} (${data.balance.nights}), weekends ${evenness(data.balance.weekends)} (${data.balance.weekends}).`}
            </p>
          )}
        </>
      ) : error ? (
        <ErrorState error={error} retry={refetch} />
      ) : (
        <Skeleton className="m-4 h-40" />
      )}
    </Card>
  )
}
