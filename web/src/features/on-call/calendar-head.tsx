import { ChevronLeft, ChevronRight } from 'lucide-react'
import type { ScheduleRange, ScheduleZone } from '@/search'
import { Button, IconButton } from '@/ui/button'
import { CardHead } from '@/ui/card'
import { Segmented } from '@/ui/choice'

const RANGES = [
  { value: 'week', label: 'Week' },
  { value: 'fortnight', label: '2 weeks' },
  { value: 'month', label: 'Month' },
] as const
const ZONES = [
  { value: 'schedule', label: 'Its zone' },
  { value: 'mine', label: 'Mine' },
  { value: 'utc', label: 'UTC' },
] as const

type Props = {
  title: string
  zone: string
  range: ScheduleRange
  zoneChoice: ScheduleZone
  atNow: boolean
  onRange: (range: ScheduleRange) => void
  onZone: (zone: ScheduleZone) => void
  onTurn: (by: 1 | -1 | 0) => void
}
const WORD = { week: 'week', fortnight: 'two weeks', month: 'month' } as const

/** What the calendar shows, and how to turn its pages. */
export const CalendarHead = ({ title, zone, range, zoneChoice, atNow, onRange, onZone, onTurn }: Props) => (
  <CardHead id="calendar" title={title} hint={zone}>
    <Segmented size="sm" label="Time zone" value={zoneChoice} onChange={onZone} choices={ZONES} />
    <Segmented size="sm" label="How much is shown" value={range} onChange={onRange} choices={RANGES} />
    <span className="flex items-center gap-1">
      {!atNow && (
        <Button size="sm" onClick={() => onTurn(0)}>
          Today
        </Button>
      )}
      <IconButton label={`Previous ${WORD[range]}`} onClick={() => onTurn(-1)}>
        <ChevronLeft />
      </IconButton>
      <IconButton label={`Next ${WORD[range]}`} onClick={() => onTurn(1)}>
        <ChevronRight />
      </IconButton>
    </span>
  </CardHead>
)
