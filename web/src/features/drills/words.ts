import { plural } from '@/ui/format'
import type { Drill, DrillDetail } from './types'

/** `1 of 3 people answered`. */
export const answeredWords = ({ called, answered }: Pick<Drill, 'called' | 'answered'>): string =>
  called === 0 ? 'Nobody called yet' : `${answered} of ${plural(called, 'person', 'people')} answered`

const WAY: Record<string, string> = {
  sent: 'sent',
  pending: 'on its way',
  sending: 'on its way',
  waiting: 'not due yet',
  skipped: 'left out',
  failed: 'failed',
  suppressed: 'not sent',
}
/** `Mail: failed (no such host)`. */
export const wayWords = ({ name, status, error }: DrillDetail['people'][number]['ways'][number]): string =>
  `${name}: ${WAY[status] ?? status}${error ? ` (${error})` : ''}`
