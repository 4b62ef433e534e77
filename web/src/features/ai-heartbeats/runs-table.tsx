import { ChevronRight } from 'lucide-react'
import { useId, useState } from 'react'
import { runGlyph, runLabel } from '@/features/heartbeats/words'
import { cx } from '@/ui/cx'
import { ms } from '@/ui/format'
import { Glyph, statusText } from '@/ui/status'
import { At } from '@/ui/time'
import { latencyOf } from './budgets'
import { RunDetails } from './run-details'
import type { AgentRun } from './types'
import { score, short, usd } from './words'

const right = 'px-2 py-2 text-right whitespace-nowrap tabular-nums'
const wide = 'hidden lg:table-cell'
const middle = 'hidden md:table-cell'

/** `1.2k + 350`; a dash where neither is known. */
const tokens = ({ numbers: { input_tokens, output_tokens } }: AgentRun) =>
  input_tokens === undefined && output_tokens === undefined ? '–' : `${short(input_tokens)} + ${short(output_tokens)}`

function Row({ run }: { run: AgentRun }) {
  const [open, setOpen] = useState(false)
  const id = useId()
  const { status, ended_at, details, numbers, problems } = run
  const glyph = runGlyph(status, problems.length)
  const word = status === 'ok' && problems.length > 0 ? 'Not as expected' : runLabel[status]
  return (
    <>
      <tr className={cx('relative border-t border-line first:border-0 hover:bg-hover', open && 'bg-hover')}>
        <td className="w-10 py-1 pl-2">
          <button
            type="button"
            aria-expanded={open}
            aria-controls={open ? id : undefined}
            aria-label={`${word}, details of the run`}
            onClick={() => setOpen(!open)}
            className="grid size-8 place-items-center rounded-sm text-subtle -outline-offset-2 after:absolute after:inset-0 coarse:size-11"
          >
            <ChevronRight
              aria-hidden
              className={cx('size-4 transition-transform duration-(--fast)', open && 'rotate-90')}
            />
          </button>
        </td>
        <td className="max-w-0 py-2 pr-2">
          <div className="flex min-w-0 items-center gap-2">
            <Glyph status={glyph} size={14} />
            <span className={cx('shrink-0', statusText[glyph])}>{word}</span>
            {details.error && (
              <span title={details.error} className="min-w-0 truncate text-xs text-subtle">
                {details.error}
              </span>
            )}
          </div>
          <div className="truncate text-xs text-subtle md:hidden">
            <At at={ended_at} />
            {details.model && ` · ${details.model}`}
          </div>
        </td>
        <td className={cx('py-2 whitespace-nowrap text-muted tabular-nums', middle)}>
          <At at={ended_at} seconds />
        </td>
        <td className={cx('max-w-0 truncate px-2 py-2', middle)} title={details.model}>
          {details.model ?? <span className="text-subtle">–</span>}
        </td>
        <td className={cx(right, wide)}>{tokens(run)}</td>
        <td className={right}>{usd(numbers.cost_usd)}</td>
        <td className={cx(right, 'max-md:pr-4')}>{ms(latencyOf(run))}</td>
        <td className={cx(right, middle)}>{score(numbers.quality_score)}</td>
        <td
          className={cx('max-w-0 truncate py-2 pr-4 pl-2 font-mono text-xs text-muted', wide)}
          title={details.trace_id}
        >
          {details.trace_id ?? '–'}
        </td>
      </tr>
      {open && (
        <tr id={id} className="border-t border-line">
          <td colSpan={9} className="p-0">
            <RunDetails run={run} />
          </td>
        </tr>
      )}
    </>
  )
}

/** Newest first; a row opens what the run said about itself. */
export const RunsTable = ({ runs }: { runs: readonly AgentRun[] }) => (
  <table className="w-full table-fixed text-sm">
    <colgroup>
      <col className="w-10 coarse:w-13" />
      <col />
      <col className="hidden w-40 md:table-column" />
      <col className="hidden w-36 md:table-column" />
      <col className="hidden w-28 lg:table-column" />
      <col className="w-20" />
      <col className="w-20" />
      <col className="hidden w-18 md:table-column" />
      <col className="hidden w-28 lg:table-column" />
    </colgroup>
    <thead className="border-b border-line text-left text-xs text-subtle [&_th]:py-2 [&_th]:font-normal">
      <tr>
        <th>
          <span className="sr-only">Details</span>
        </th>
        <th>Run</th>
        <th className={middle}>Ended</th>
        <th className={cx('px-2', middle)}>Model</th>
        <th className={cx(right, wide)}>Tokens</th>
        <th className={right}>Cost</th>
        <th className={cx(right, 'max-md:pr-4')}>Latency</th>
        <th className={cx(right, middle)}>Quality</th>
        <th className={cx('pr-4 pl-2', wide)}>Trace</th>
      </tr>
    </thead>
    <tbody>
      {runs.map((run, i) => (
        // Two runs may end in the same millisecond.
        <Row key={`${run.ended_at}-${run.rid ?? i}`} run={run} />
      ))}
    </tbody>
  </table>
)
