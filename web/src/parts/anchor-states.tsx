import type { UplinkState } from '@/types'
import { sentence } from '@/ui/format'
import { Glyph } from '@/ui/status'

/** What an anchor said, in a sentence or two; that it answers is not said twice. */
export const answerWords = ({ ok, message }: { ok: boolean; message: string }) =>
  ok && / answers$/.test(message) ? 'Answers.' : `${ok ? 'Answers' : 'Does not answer'}. ${sentence(message)}`

/** What each anchor answered when it was asked last. */
export const AnchorStates = ({ anchors }: { anchors: UplinkState['anchors'] }) => (
  <ul className="divide-y divide-line">
    {anchors.map(({ anchor, ok, message }) => (
      <li key={anchor} className="flex items-start gap-2.5 px-4 py-2.5 text-sm">
        <Glyph status={ok ? 'up' : 'down'} className="mt-0.5" />
        <div className="min-w-0 flex-1">
          <div className="font-mono text-xs leading-5 break-all">{anchor}</div>
          <div className="text-xs break-words text-muted">{answerWords({ ok, message })}</div>
        </div>
      </li>
    ))}
  </ul>
)
