import { sentenceOf } from '@/api'
import type { TestAnswer } from '@/types'
import { cx } from '@/ui/cx'
import { ms, sentence } from '@/ui/format'
import { Glyph } from '@/ui/status'

type Props = { answer: TestAnswer | undefined; error?: unknown; stale?: boolean; className?: string }

function words({ status, duration_ms, answer, error }: TestAnswer): string {
  const said = answer ? `, ${answer}` : ''
  if (status === 'sent') return `Delivered in ${ms(duration_ms)}${said}`
  return `${sentence(error ?? 'The provider refused it')} It took ${ms(duration_ms)}${said}.`
}

/** What came of a test message: how long it took and what the provider answered. */
export function TestResult({ answer, error, stale, className }: Props) {
  const failed = !!error || answer?.status === 'failed'
  return (
    <div aria-live="polite" className={cx('min-w-0', className)}>
      {(answer || !!error) && (
        <p className={cx('flex items-start gap-1.5 text-sm', failed ? 'text-down' : 'text-muted')}>
          <Glyph status={failed ? 'down' : 'up'} className="mt-0.5" />
          <span className="min-w-0 wrap-anywhere">
            {error ? sentence(sentenceOf(error)) : answer && words(answer)}
            {stale && <span className="text-subtle"> The fields have changed since.</span>}
          </span>
        </p>
      )}
    </div>
  )
}
