import { Link } from '@tanstack/react-router'
import { EyeOff } from 'lucide-react'
import { keys } from '@/keys'
import { ListCard } from '@/parts/list-card'
import { useList } from '@/parts/use-list'
import type { BlindPeriod } from '@/types'
import { duration } from '@/ui/format'
import { At, dateTime, exact, Since, useNow, useTimeZone } from '@/ui/time'
import { causeWords } from './blind-words'

/** `12:03`, `yesterday, 12:03`, `19 Nov, 12:03`: to stand after “since”. */
export function SinceThen({ at }: { at: string }) {
  const zone = useTimeZone()
  const now = useNow(60_000)
  const text = dateTime(at, zone, now)
    .replace(/^Today, /, '')
    .replace(/^Yesterday/, 'yesterday')
  return (
    <time dateTime={at} title={exact(at, zone)}>
      {text}
    </time>
  )
}

function Row({ period, named }: { period: BlindPeriod; named: boolean }) {
  const { prober_id, prober_name, cause, message, from, until } = period
  return (
    <>
      <EyeOff aria-hidden className="size-4 shrink-0 text-subtle" strokeWidth={1.75} />
      <div className="min-w-0 flex-1 basis-52">
        <div className="text-sm break-words">
          {named &&
            (prober_id ? (
              <>
                <Link to="/settings/probers/$id" params={{ id: prober_id }} className="font-medium hover:underline">
                  {prober_name}
                </Link>
                {': '}
              </>
            ) : (
              <span className="font-medium">This appliance: </span>
            ))}
          {causeWords(period)}
        </div>
        {/* Of silence it says the same again. */}
        {cause !== 'offline' && <div className="text-xs break-words text-subtle">{message}</div>}
      </div>
      <div className="text-right text-xs text-muted tabular-nums max-sm:w-full max-sm:pl-7 max-sm:text-left">
        <div>
          <At at={from} />
        </div>
        <div className={until ? 'text-subtle' : 'font-medium text-fg'}>
          {until ? (
            `for ${duration((Date.parse(until) - Date.parse(from)) / 1000)}`
          ) : (
            <>
              for <Since at={from} />, still
            </>
          )}
        </div>
      </div>
    </>
  )
}

/** When nothing could be seen, newest first; of one prober, of the appliance (`local`), or of all. */
export function BlindTimes({ of }: { of?: string }) {
  const query = { prober_id: of }
  const list = useList<BlindPeriod>(keys.blindPeriods(query), '/probers/blind-periods', { query, every_ms: 15_000 })
  return (
    <ListCard
      title="Blind times"
      hint="What would have been seen then is unknown: it counts neither as up nor as down."
      list={list}
      idOf={({ id }) => id}
      empty={{
        icon: <EyeOff />,
        title: 'None so far',
        text: 'When a network here is down, a machine sleeps or a prober is silent, the time is listed with its cause.',
      }}
      row={(period) => <Row period={period} named={of === undefined} />}
    />
  )
}
