import { Plus } from 'lucide-react'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { Card, CardHead } from '@/ui/card'
import { Segmented } from '@/ui/choice'
import { type Situation, situations } from './situations'

/** What to choose, in words; adding one is the person's doing. */
export function Guide({
  chosen,
  full,
  onAdd,
}: {
  chosen: readonly string[]
  full: boolean
  onAdd: (anchor: string) => void
}) {
  const [where, setWhere] = useState<Situation>('internet')
  const situation = situations.find(({ value }) => value === where)
  if (!situation) return null
  return (
    <Card aria-labelledby="good-anchors">
      <CardHead id="good-anchors" title="What makes a good anchor" />
      <div className="space-y-3 p-4 pb-3">
        <Segmented label="Where this appliance stands" value={where} onChange={setWhere} choices={situations} />
        <p className="text-sm text-muted">{situation.text}</p>
      </div>
      <ul className="divide-y divide-line border-t border-line">
        {situation.ideas.map(({ title, text, anchor }) => (
          <li key={title} className="flex flex-wrap items-center gap-x-3 gap-y-1.5 px-4 py-2.5">
            <div className="min-w-0 flex-1 basis-52 text-sm">
              {title} {anchor && <code className="font-mono text-xs text-muted">{anchor}</code>}
              <div className="text-xs text-subtle">{text}</div>
            </div>
            {anchor && chosen.includes(anchor) ? (
              <span className="text-xs text-subtle">chosen</span>
            ) : (
              <Button
                size="sm"
                disabled={full}
                aria-label={anchor ? `Add ${anchor}` : `Name one: ${title}`}
                onClick={() => onAdd(anchor ?? '')}
              >
                <Plus />
                {anchor ? 'Add' : 'Name one'}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <p className="border-t border-line px-4 py-3 text-xs text-subtle">
        Each anchor is asked every 15 seconds, and when something fails: its owner sees that a machine at your address
        does so. A connection is opened and closed, or one ping is sent; nothing else is told.
      </p>
    </Card>
  )
}
