import { ChevronRight } from 'lucide-react'
import { type ReactNode, useId, useState } from 'react'
import { problemWords, runGlyph, runLabel } from '@/features/heartbeats/words'
import { cx } from '@/ui/cx'
import { ms } from '@/ui/format'
import { Glyph, statusText } from '@/ui/status'
import { At } from '@/ui/time'
import { latencyOf } from './budgets'
import { RunDetails } from './run-details'
import type { AgentRun } from './types'
import { score, short, usd } from './words'

// By the width of its card, not of the window: on the overview there is a rail beside it.
const LAYOUT =
  'grid-cols-[16px_minmax(0,1fr)_64px_60px] @[600px]:grid-cols-[16px_minmax(0,1fr)_140px_120px_72px_64px_56px] @[940px]:grid-cols-[16px_minmax(0,1fr)_150px_160px_104px_72px_72px_60px_120px] gap-x-3 px-4'
const wide = 'hidden @[940px]:block'
const middle = 'hidden @[600px]:block'

/** `1.2k + 350`; a dash where neither is known. */
const tokens = ({ numbers: { input_tokens, output_tokens } }: AgentRun) =>
  input_tokens === undefined && output_tokens === undefined ? '–' : `${short(input_tokens)} + ${short(output_tokens)}`

/** The name is for those who hear the row; eyes have the head. */
const Cell = ({
  name,
  className,
  title,
  children,
}: {
  name: string
  className?: string
  title?: string
  children: ReactNode
}) => (
  <span title={title} className={cx('min-w-0 truncate', className)}>
    <span className="sr-only">{name}: </span>
    {children}
  </span>
)
const number = 'text-right tabular-nums'

function Row({ run }: { run: AgentRun }) {
  const [open, setOpen] = useState(false)
  const id = useId()
  const { status, ended_at, details, numbers, problems } = run
  const glyph = runGlyph(status, problems.length)
  const word = status === 'ok' && problems.length > 0 ? 'Not as expected' : runLabel[status]
  const why = details.error ?? [...new Set(problems)].map((code) => problemWords[code].title).join(', ')
  return (
    <li>
      <div
        className={cx(
          'relative grid min-h-10 items-center text-sm hover:bg-hover coarse:min-h-13',
          LAYOUT,
          open && 'bg-hover',
        )}
      >
        <button
          type="button"
          aria-expanded={open}
          aria-controls={open ? id : undefined}
          aria-label={`${word}, details of the run`}
          onClick={() => setOpen(!open)}
          className="grid place-items-center text-subtle outline-none after:absolute after:inset-0 after:-outline-offset-2 focus-visible:after:outline-2 focus-visible:after:outline-focus"
        >
          <ChevronRight
            aria-hidden
            className={cx('size-4 transition-transform duration-(--fast)', open && 'rotate-90')}
          />
        </button>
        <div className="min-w-0 py-1.5">
          <div className="flex min-w-0 items-center gap-2">
            <Glyph status={glyph} size={14} />
            <span className={cx('shrink-0', statusText[glyph])}>{word}</span>
            {why && (
              <span title={why} className="min-w-0 truncate text-xs text-subtle @max-[420px]:hidden">
                {why}
              </span>
            )}
          </div>
          <div className="truncate text-xs text-subtle @[600px]:hidden">
            <At at={ended_at} />
            {details.model && ` · ${details.model}`}
          </div>
        </div>
        <Cell name="Ended" className={cx(middle, 'text-muted tabular-nums')}>
          <At at={ended_at} seconds />
        </Cell>
        <Cell name="Model" className={middle} title={details.model}>
          {details.model ?? '–'}
        </Cell>
        <Cell name="Tokens" className={cx(number, wide)}>
          {tokens(run)}
        </Cell>
        <Cell name="Cost" className={number}>
          {usd(numbers.cost_usd)}
        </Cell>
        <Cell name="Latency" className={number}>
          {ms(latencyOf(run))}
        </Cell>
        <Cell name="Quality" className={cx(number, middle)}>
          {score(numbers.quality_score)}
        </Cell>
        <Cell name="Trace" className={cx('font-mono text-xs text-muted', wide)} title={details.trace_id}>
          {details.trace_id ?? '–'}
        </Cell>
      </div>
      {open && (
        <div id={id} className="border-t border-line">
          <RunDetails run={run} />
        </div>
      )}
    </li>
  )
}

/** Column names for eyes; screen readers hear them in each row. */
const Head = () => (
  <div aria-hidden className={cx('grid h-9 items-center border-b border-line text-xs text-subtle', LAYOUT)}>
    <span />
    <span>Run</span>
    <span className={middle}>Ended</span>
    <span className={middle}>Model</span>
    <span className={cx('text-right', wide)}>Tokens</span>
    <span className="text-right">Cost</span>
    <span className="text-right">Latency</span>
    <span className={cx('text-right', middle)}>Quality</span>
    <span className={wide}>Trace</span>
  </div>
)

/** Newest first; a row opens what the run said about itself. */
export const RunsTable = ({ runs }: { runs: readonly AgentRun[] }) => (
  <div className="@container">
    <Head />
    <ul aria-label="Runs" className="divide-y divide-line">
      {runs.map((run, i) => (
        // Two runs may end in the same millisecond.
        <Row key={`${run.ended_at}-${run.rid ?? i}`} run={run} />
      ))}
    </ul>
  </div>
)
