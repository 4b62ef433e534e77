import type { Finding } from '@/features/on-call/types'
import { sentence } from '@/ui/format'
import { Glyph } from '@/ui/status'

export const findingGlyph = { error: 'down', warning: 'degraded', info: 'paused' } as const
export const findingWord = { error: 'Error', warning: 'Warning', info: 'Note' } as const

/** What the linter found, where it matters. */
export const FindingLine = ({ finding: { level, message } }: { finding: Finding }) => (
  <p className="flex items-start gap-2 text-xs text-muted">
    <Glyph status={findingGlyph[level]} size={14} className="mt-px" />
    <span>
      <span className="sr-only">{`${findingWord[level]}: `}</span>
      {sentence(message)}
    </span>
  </p>
)

/** The step a sentence of the linter is about, from 1; `undefined` when it is about all of it. */
export const stepOf = ({ message }: Finding): number | undefined => {
  const found = /\bstep (\d+)\b/i.exec(message)?.[1]
  return found ? Number(found) : undefined
}
