import { FlaskConical, Plus, X } from 'lucide-react'
import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { ANCHOR_FAULT, anchorOf, MOST_ANCHORS } from '#contract/anchors'
import { answerWords } from '@/parts/anchor-states'
import type { AnchorTested } from '@/types'
import { Button, IconButton } from '@/ui/button'
import { ms, sentence } from '@/ui/format'
import { Input } from '@/ui/input'
import { Glyph } from '@/ui/status'

type RowProps = {
  n: number
  value: string
  error?: string
  tested?: AnchorTested
  busy?: boolean
  onChange: (value: string) => void
  onRemove: () => void
  onTest?: () => void
}
function AnchorRow({ n, value, error, tested, busy, onChange, onRemove, onTest }: RowProps) {
  const id = useId()
  const [left, setLeft] = useState(false)
  const trimmed = value.trim()
  const fault = error ?? (left && trimmed !== '' && !anchorOf(trimmed) ? ANCHOR_FAULT : undefined)
  const known = tested?.anchor === trimmed ? tested : undefined
  return (
    <li>
      <div className="flex items-center gap-2">
        <Input
          mono
          aria-label={`Anchor ${n + 1}`}
          aria-invalid={fault ? true : undefined}
          aria-describedby={fault || known ? id : undefined}
          autoComplete="off"
          spellCheck={false}
          maxLength={270}
          placeholder="host:port, or a host that answers pings"
          value={value}
          onBlur={() => setLeft(true)}
          onValueChange={onChange}
        />
        {onTest && (
          <Button busy={busy} disabled={!anchorOf(trimmed)} aria-label={`Test anchor ${n + 1}`} onClick={onTest}>
            <FlaskConical />
            Test
          </Button>
        )}
        <IconButton label={`Remove anchor ${n + 1}`} onClick={onRemove}>
          <X />
        </IconButton>
      </div>
      {(fault || known) && (
        <p id={id} role={known && !fault ? 'status' : undefined} className="mt-1.5 flex items-start gap-1.5 text-xs">
          {fault ? (
            <span className="text-down">{sentence(fault)}</span>
          ) : (
            known && (
              <>
                <Glyph status={known.ok ? 'up' : 'down'} size={14} className="mt-px" />
                <span className="min-w-0 break-words text-muted">
                  {answerWords(known)}
                  {known.ok && known.response_time_ms !== null && ` It took ${ms(known.response_time_ms)}.`}
                </span>
              </>
            )
          )}
        </p>
      )}
    </li>
  )
}

type Props = {
  value: readonly string[]
  onChange: (value: string[]) => void
  /** Sentence by path, as the server says it: `anchors.1`. */
  errors?: Record<string, string>
  hint?: ReactNode
  tested?: Readonly<Record<string, AnchorTested>>
  testing?: string
  onTest?: (anchor: string) => void
}
/** Without the empty ones, as they are sent. */
export const filled = (anchors: readonly string[]) => anchors.map((one) => one.trim()).filter(Boolean)

/** Places that are expected to answer always, one a line; each can be tried where there is somebody to ask it. */
export function AnchorsField({ value, onChange, errors = {}, hint, tested = {}, testing, onTest }: Props) {
  const list = useRef<HTMLUListElement>(null)
  const id = useId()
  const lines = useRef(value.length)
  useEffect(() => {
    const added = value.length > lines.current
    lines.current = value.length
    // A new empty line is there to be filled in, wherever the button for it stood.
    if (added && value.at(-1) === '') list.current?.querySelector<HTMLInputElement>('li:last-child input')?.focus()
  }, [value])
  return (
    <fieldset className="min-w-0" aria-describedby={hint ? id : undefined}>
      <legend className="mb-1.5 text-sm font-medium">Anchors</legend>
      {value.length > 0 && (
        <ul ref={list} className="mb-2.5 space-y-2.5">
          {value.map((anchor, i) => (
            <AnchorRow
              // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place, what stands in it changes.
              key={i}
              n={i}
              value={anchor}
              error={errors[`anchors.${i}`]}
              tested={tested[anchor.trim()]}
              busy={testing !== undefined && testing === anchor.trim()}
              onChange={(text) => onChange(value.map((one, at) => (at === i ? text : one)))}
              onRemove={() => onChange(value.filter((_, at) => at !== i))}
              onTest={onTest && (() => onTest(anchor.trim()))}
            />
          ))}
        </ul>
      )}
      <Button disabled={value.length >= MOST_ANCHORS} onClick={() => onChange([...value, ''])}>
        <Plus />
        Add an anchor
      </Button>
      {errors.anchors && <p className="mt-1.5 text-xs text-down">{sentence(errors.anchors)}</p>}
      {hint && (
        <p id={id} className="mt-2 text-xs text-subtle">
          {hint}
        </p>
      )}
    </fieldset>
  )
}
