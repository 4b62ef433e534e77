import { cx } from '@/ui/cx'
import { Swatch } from './person'
import { hatch } from './track'
import type { Timeline } from './types'

/** Whose colour is whose, and what can be done. */
export function Legend({ timeline, mayWrite }: { timeline: Timeline | undefined; mayWrite: boolean }) {
  const names = [...new Set(timeline?.shifts.map(({ user_name }) => user_name))].sort()
  return (
    <footer className="space-y-1.5 border-t border-line px-4 py-2.5 text-xs text-subtle">
      <ul aria-label="Colours" className="flex flex-wrap gap-x-4 gap-y-1">
        {names.map((name) => (
          <li key={name} className="flex items-center gap-1.5">
            <Swatch name={name} />
            {name}
          </li>
        ))}
        {timeline && timeline.gaps.length > 0 && (
          <li className="flex items-center gap-1.5">
            <i aria-hidden className={cx('inline-block size-2.5 rounded-xs', hatch)} />
            Nobody on call
          </li>
        )}
      </ul>
      {mayWrite && (
        <p className="max-md:hidden">
          Drag over the last row to let somebody else stand in, or use the arrow keys there: with Shift they pick a
          part, Enter overrides it, Delete removes an override, Alt and arrows move it.
        </p>
      )}
    </footer>
  )
}
