import { Card, CardHead, Facts } from '@/ui/card'
import { usePeople } from './people'
import type { Schedule } from './types'
import { restrictionInWords, rotationInWords, weekdayName } from './words'

/** The rotations behind the calendar, in words. */
export function LayersCard({ schedule: { layers, timezone, notice } }: { schedule: Schedule }) {
  const { nameOf } = usePeople()
  const told = { off: 'Off', on_change: 'At each change', weekly: `Weekly, ${weekdayName(notice.day)} ${notice.time}` }
  return (
    <Card aria-labelledby="layers" className="h-fit">
      <CardHead id="layers" title="Layers" />
      <ul className="divide-y divide-line">
        {layers.map((layer) => (
          <li key={layer.id} className="px-4 py-2.5">
            <p className="text-sm font-medium">{layer.name}</p>
            <p className="text-xs text-muted first-letter:uppercase">{rotationInWords(layer)}</p>
            <p className="mt-0.5 text-xs text-subtle">
              {layer.participants
                .map((one) => (typeof one === 'string' ? nameOf(one) : one.map(nameOf).join(' with ')))
                .join(', then ')}
            </p>
            {layer.restrictions.length > 0 && (
              <p className="text-xs text-subtle">{`Only ${layer.restrictions.map(restrictionInWords).join('; ')}`}</p>
            )}
          </li>
        ))}
        {layers.length === 0 && <li className="px-4 py-3.5 text-sm text-muted">There is no rotation yet.</li>}
      </ul>
      <div className="border-t border-line">
        <Facts
          facts={[
            ['Time zone', timezone],
            ['Hand-off notices', told[notice.mode]],
          ]}
        />
      </div>
    </Card>
  )
}
