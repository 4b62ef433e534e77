import { Plus, X } from 'lucide-react'
import { Button, IconButton } from '@/ui/button'
import { sentence } from '@/ui/format'
import { Input } from '@/ui/input'
import type { NumberDraft } from './draft'
import { Fold, type FormProps, isRefused } from './form-parts'

const MOST = 20
const cell = 'min-w-0 w-full'

/** The server's sentences about one row: `numbers.0.name` or `numbers[0].name`. */
export const rowFault = (errors: Record<string, string>, list: string, row: number): string | undefined =>
  Object.entries(errors).find(([path]) =>
    [`${list}.${row}`, `${list}[${row}]`].some((start) => path === start || path.startsWith(`${start}.`)),
  )?.[1]

/** What every run has to report about its work, and within which bounds. */
export function NumbersFold({ draft, onChange, errors }: FormProps) {
  const { numbers } = draft
  const put = (row: number, part: Partial<NumberDraft>) =>
    onChange({ numbers: numbers.map((one, i) => (i === row ? { ...one, ...part } : one)) })
  return (
    <Fold
      title="Numbers of a run"
      hint="Rows, bytes, files: out of their bounds, the run is not as expected."
      refused={isRefused(errors, ['numbers'])}
    >
      <div className="space-y-2 sm:col-span-2">
        <p className="text-xs text-subtle">
          Sent with the ping: <code className="font-mono">?rows=1200</code>. A number that is asked for and does not
          come is a problem as well.
        </p>
        {numbers.map((one, row) => {
          const fault = rowFault(errors, 'numbers', row)
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no names of their own while they are typed
            <div key={row}>
              <div className="grid grid-cols-[minmax(0,2fr)_minmax(0,1fr)_minmax(0,1fr)_auto] items-center gap-2">
                <Input
                  mono
                  className={cell}
                  aria-label={`Name of number ${row + 1}`}
                  aria-invalid={fault ? true : undefined}
                  value={one.name}
                  onValueChange={(name) => put(row, { name })}
                  placeholder="rows"
                  maxLength={64}
                />
                {(['min', 'max'] as const).map((edge) => (
                  <Input
                    key={edge}
                    className={cell}
                    inputMode="decimal"
                    aria-label={`${edge === 'min' ? 'Least' : 'Most'} of number ${row + 1}`}
                    value={one[edge]}
                    onValueChange={(text) => put(row, { [edge]: text })}
                    placeholder={edge === 'min' ? 'at least' : 'at most'}
                    maxLength={24}
                  />
                ))}
                <IconButton
                  label={`Remove number ${row + 1}`}
                  onClick={() => onChange({ numbers: numbers.filter((_, i) => i !== row) })}
                >
                  <X />
                </IconButton>
              </div>
              {fault && (
                <p role="alert" className="mt-1 text-xs text-down">
                  {sentence(fault)}
                </p>
              )}
            </div>
          )
        })}
        <Button
          disabled={numbers.length >= MOST}
          onClick={() => onChange({ numbers: [...numbers, { name: '', min: '', max: '' }] })}
        >
          <Plus />
          Add number
        </Button>
      </div>
    </Fold>
  )
}
