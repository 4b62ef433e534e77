import { Plus, X } from 'lucide-react'
import { errorAt } from '@/parts/error-at'
import { Button, IconButton } from '@/ui/button'
import { Input } from '@/ui/input'
import { DaysField } from './days-field'
import type { Restriction } from './types'

type Props = {
  restrictions: Restriction[]
  onChange: (restrictions: Restriction[]) => void
  path: string
  errors: Record<string, string>
}
/** Parts of the week in which the layer counts; without any it always does. */
export function RestrictionsField({ restrictions, onChange, path, errors }: Props) {
  const put = (index: number, part: Partial<Restriction>) =>
    onChange(restrictions.map((one, i) => (i === index ? { ...one, ...part } : one)))
  return (
    <fieldset className="min-w-0 sm:col-span-2">
      <legend className="mb-1.5 text-sm font-medium">Only at these times</legend>
      <div className="space-y-3">
        {restrictions.map((one, index) => {
          const at = `${path}.restrictions.${index}`
          const n = index + 1
          const clock = errors[`${at}.from`] ?? errors[`${at}.to`]
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: they have nothing else to tell them apart, and no state
            <div key={index} className="flex flex-wrap items-start gap-x-3 gap-y-2">
              <DaysField
                label={`Days of part ${n}`}
                days={one.days}
                onChange={(days) => put(index, { days })}
                error={errorAt(errors, `${at}.days`)}
              />
              <div className="flex items-center gap-1.5">
                <Input
                  type="time"
                  aria-label={`Part ${n} from`}
                  value={one.from}
                  onValueChange={(from) => put(index, { from })}
                  className="w-[118px]! coarse:w-36!"
                />
                <span className="text-sm text-subtle">to</span>
                <Input
                  type="time"
                  aria-label={`Part ${n} to`}
                  value={one.to}
                  onValueChange={(to) => put(index, { to })}
                  className="w-[118px]! coarse:w-36!"
                />
                <IconButton
                  label={`Remove part ${n}`}
                  onClick={() => onChange(restrictions.filter((_, i) => i !== index))}
                >
                  <X />
                </IconButton>
              </div>
              {clock && (
                <p role="alert" className="w-full text-xs text-down first-letter:uppercase">
                  {clock}
                </p>
              )}
            </div>
          )
        })}
      </div>
      <div className="mt-2 flex flex-wrap items-center gap-x-3 gap-y-1">
        <Button
          size="sm"
          onClick={() => onChange([...restrictions, { days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' }])}
        >
          <Plus />
          Add part of the week
        </Button>
        <span className="text-xs text-subtle">
          {restrictions.length === 0
            ? 'Without any, somebody of this layer is always on call.'
            : 'An end at or before the beginning is on the next day.'}
        </span>
      </div>
    </fieldset>
  )
}
