import type { Layer, Restriction, Weekday } from '#contract/oncall'

type Participants = Layer['participants']
export type Preset = {
  id: 'daily' | 'weekly' | 'business_hours' | 'nights' | 'weekends' | 'custom'
  title: string
  description: string
  layers: (participants: Participants, start_date: string) => Layer[]
}

const weekdays: Weekday[] = [1, 2, 3, 4, 5]
const everyDay: Weekday[] = [...weekdays, 6, 7]

const layer = (name: string, participants: Participants, start_date: string, more: Partial<Layer> = {}): Layer[] => [
  {
    ...{ id: 'main', name, priority: 1, rotation: 'weekly', length: 1, handoff_time: '09:00', handoff_day: null },
    ...{ start_date, end_date: null, participants, restrictions: [] },
    ...more,
  },
]
const office: Restriction = { days: weekdays, from: '09:00', to: '17:00' }
const afterHours: Restriction = { days: everyDay, from: '17:00', to: '09:00' }
/** From the end of Friday's work to the beginning of Monday's. */
const offDays: Restriction[] = [
  { days: [5], from: '17:00', to: '00:00' },
  { days: [6, 7], from: '00:00', to: '00:00' },
  { days: [1], from: '00:00', to: '09:00' },
]

/** Ways to begin a schedule with; what they make can be changed like anything else. */
export const presets: readonly Preset[] = [
  {
    id: 'daily',
    title: 'Daily',
    description: 'Somebody else each day, at 09:00',
    layers: (people, start) => layer('Daily', people, start, { rotation: 'daily' }),
  },
  {
    id: 'weekly',
    title: 'Weekly',
    description: 'Somebody else each week, on Monday at 09:00',
    layers: (people, start) => layer('Weekly', people, start, { handoff_day: 1 }),
  },
  {
    id: 'business_hours',
    title: 'Business hours',
    description: 'Monday to Friday from 09:00 to 17:00, somebody else each week',
    layers: (people, start) => layer('Business hours', people, start, { handoff_day: 1, restrictions: [office] }),
  },
  {
    id: 'nights',
    title: 'Nights',
    description: 'Every day from 17:00 to 09:00, somebody else each week',
    layers: (people, start) =>
      layer('Nights', people, start, { handoff_day: 1, handoff_time: '17:00', restrictions: [afterHours] }),
  },
  {
    id: 'weekends',
    title: 'Weekends',
    description: 'Friday 17:00 to Monday 09:00, somebody else each weekend',
    layers: (people, start) =>
      layer('Weekends', people, start, { handoff_day: 5, handoff_time: '17:00', restrictions: offDays }),
  },
  {
    id: 'custom',
    title: 'Custom',
    description: 'Somebody else every twelve hours, to be changed as you like',
    layers: (people, start) =>
      layer('Custom', people, start, { rotation: 'custom', length: 12, handoff_time: '08:00' }),
  },
]
export const presetIds = ['daily', 'weekly', 'business_hours', 'nights', 'weekends', 'custom'] as const
