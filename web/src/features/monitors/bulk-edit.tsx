import { useState } from 'react'
import { fieldsOf } from '@/api'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/choice'
import { Dialog } from '@/ui/dialog'
import { Form, FormError } from '@/ui/field'
import { plural } from '@/ui/format'
import { toast } from '@/ui/toast'
import { type BulkTarget, bulkWords, sizeOf, useBulk } from './actions'
import { BulkControl } from './bulk-control'
import { LABEL, PARTS, type Part, START, setOf } from './bulk-values'

/** The same change to many monitors: what is ticked is set, everything else stays as it is with each of them. */
export function BulkEdit({ target, onClose, onDone }: { target: BulkTarget; onClose: () => void; onDone: () => void }) {
  const bulk = useBulk()
  const [chosen, setChosen] = useState<ReadonlySet<Part>>(new Set())
  const [values, setValues] = useState(START)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const size = plural(sizeOf(target), 'monitor')
  const errors = Object.fromEntries(
    Object.entries(fieldsOf(error)).map(([path, why]) => [path.replace(/^set\./, ''), why]),
  )
  const toggle = (part: Part) =>
    setChosen((before) => {
      const next = new Set(before)
      if (!next.delete(part)) next.add(part)
      return next
    })
  const tags = (['tag', 'untag'] as const).filter((part) => chosen.has(part) && values[part].trim())
  const set = setOf(chosen, values)
  const nothing = Object.keys(set).length === 0 && tags.length === 0
  const save = async () => {
    setBusy(true)
    setError(null)
    try {
      let changed = 0
      if (Object.keys(set).length > 0) changed = await bulk('edit', target, { set })
      for (const action of tags) changed = Math.max(changed, await bulk(action, target, { tag: values[action].trim() }))
      toast(bulkWords('edit', changed))
      onDone()
    } catch (reason) {
      setError(reason)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={`Edit ${size}`}
      description="Tick what shall be the same for all of them; the rest stays as it is."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="bulk-edit" busy={busy} disabled={nothing}>
            Change {size}
          </Button>
        </>
      }
    >
      <Form id="bulk-edit" error={error} onSubmit={() => void save()}>
        <ul className="divide-y divide-line rounded-sm border border-line">
          {PARTS.map((part) => (
            <li key={part} className="px-3 py-2">
              <Checkbox label={LABEL[part]} checked={chosen.has(part)} onChange={() => toggle(part)} />
              {chosen.has(part) && (
                <div className="pt-2 pb-1 pl-6.5">
                  <BulkControl
                    part={part}
                    values={values}
                    errors={errors}
                    onChange={(next) => setValues((before) => ({ ...before, ...next }))}
                  />
                </div>
              )}
            </li>
          ))}
        </ul>
        <FormError
          error={error}
          known={PARTS.map((part) => new RegExp(`^set\\.${part}|^set\\.region`))}
          className="mt-3"
        />
      </Form>
    </Dialog>
  )
}
