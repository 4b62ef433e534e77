import { CircleAlert } from 'lucide-react'
import { type ReactNode, useMemo } from 'react'
import { cx } from '@/ui/cx'
import { Notice } from '@/ui/field'
import { count, plural, sentence } from '@/ui/format'
import { Glyph } from '@/ui/status'
import type { ImportRow } from './import-parse'
import type { Faults, ImportState } from './use-import'

const SHOWN = 100
const targetOf = ({ draft: { url, settings } }: ImportRow): string => {
  if (typeof url === 'string') return url
  const { host, port } = (settings ?? {}) as { host?: unknown; port?: unknown }
  return host === undefined ? '' : `${String(host)}${port === undefined ? '' : `:${String(port)}`}`
}
const text = (value: unknown) => (typeof value === 'string' ? value : '')

/** Rows with faults first: they are what somebody has to look at. */
export function Preview({ rows, faults }: { rows: readonly ImportRow[]; faults: Faults | undefined }) {
  const order = useMemo(() => {
    const all = rows.map((_, i) => i)
    const wrong = faults?.rows
    return wrong ? all.sort((a, b) => Number(wrong.has(b)) - Number(wrong.has(a)) || a - b) : all
  }, [rows, faults])
  return (
    <section
      aria-label="Monitors to import"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (axe: scrollable-region-focusable)
      tabIndex={0}
      className="max-h-72 overflow-auto rounded-sm border border-line"
    >
      <table className="w-full text-xs">
        <thead className="sticky top-0 bg-raised text-left text-subtle">
          <tr>
            {['Row', 'Name', 'Type', 'Target'].map((title) => (
              <th key={title} scope="col" className="border-b border-line px-3 py-1.5 font-normal">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {order.slice(0, SHOWN).map((i) => {
            const row = rows[i]
            const wrong = faults?.rows.get(i)
            return row ? (
              <tr key={i} className={cx('align-top', wrong && 'bg-down-soft')}>
                <td className="px-3 py-1.5 text-subtle tabular-nums">{i + 1}</td>
                <td className="px-3 py-1.5 wrap-anywhere">
                  {text(row.draft.name) || <span className="text-subtle">No name</span>}
                  {wrong?.map((why) => (
                    <span key={why} className="flex items-start gap-1 text-down">
                      <CircleAlert aria-hidden className="mt-0.5 size-3 shrink-0" />
                      <span className="min-w-0">{why}</span>
                    </span>
                  ))}
                </td>
                <td className="px-3 py-1.5 whitespace-nowrap">{text(row.draft.type)}</td>
                <td className="px-3 py-1.5 font-mono wrap-anywhere text-subtle">{targetOf(row)}</td>
              </tr>
            ) : null
          })}
        </tbody>
      </table>
      {rows.length > SHOWN && (
        <p className="border-t border-line px-3 py-1.5 text-xs text-subtle">
          and {count(rows.length - SHOWN)} more rows that are not shown here
        </p>
      )}
    </section>
  )
}

const Progress = ({ done, total, what }: { done: number; total: number; what: string }) => (
  <div>
    <p role="status" className="mb-1.5 text-sm text-muted tabular-nums">
      {what} {count(done)} of {count(total)}
    </p>
    <div className="h-2 rounded-full bg-sunken ring-1 ring-line ring-inset">
      <div
        className="h-2 rounded-full bg-ink transition-[width]"
        style={{ width: `${Math.max(2, (done / total) * 100)}%` }}
      />
    </div>
  </div>
)

/** How far it is, or what came of it. */
export function Outcome({ state, total }: { state: ImportState; total: number }) {
  if (state.step === 'idle') return null
  if (state.step === 'checking') return <Progress what="Checked" done={state.done} total={total} />
  if (state.step === 'importing') return <Progress what="Imported" done={state.done} total={total} />
  if (state.step === 'done')
    return (
      <p role="status" className="flex items-center gap-2 text-sm">
        <Glyph status="up" />
        {plural(state.created, 'monitor')} imported.
      </p>
    )
  const { faults } = state
  const wrong = faults.rows.size
  const parts: ReactNode[] = []
  if (state.step === 'stopped' && state.created > 0)
    parts.push(`${count(state.created)} of ${count(total)} were imported before it stopped.`)
  if (wrong > 0) parts.push(`${plural(wrong, 'row')}${faults.more ? ' or more' : ''} cannot be imported: see below.`)
  if (faults.rest) parts.push(sentence(faults.rest))
  if (parts.length > 0)
    return (
      <Notice>
        {parts.map((part, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: at most three sentences, always in this order
          <div key={i}>{part}</div>
        ))}
      </Notice>
    )
  return (
    <p role="status" className="flex items-center gap-2 text-sm">
      <Glyph status="up" />
      All {plural(total, 'row')} can be imported.
    </p>
  )
}
