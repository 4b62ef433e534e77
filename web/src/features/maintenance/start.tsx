import { useId, useState } from 'react'
import { fieldsOf } from '@/api'
import { Button } from '@/ui/button'
import { Segmented } from '@/ui/choice'
import { Dialog } from '@/ui/dialog'
import { Form, FormError } from '@/ui/field'
import { useTimeZone } from '@/ui/time'
import { blank, type Draft } from './plan'
import { LengthField } from './time-fields'
import { useStore } from './window-dialog'

const HOUR_S = 3600
type Length = '1' | '4' | 'custom'

/** Work on one monitor begins now; how long it takes is the only question. */
export default function StartMaintenance({
  monitor: { id: monitor_id, name },
  onClose,
}: {
  monitor: { id: string; name: string }
  onClose: () => void
}) {
  const id = useId()
  const zone = useTimeZone()
  const [length, setLength] = useState<Length>('1')
  const [draft, setDraft] = useState<Draft>(() => ({
    ...blank(zone),
    ...{ name: `Maintenance of ${name}`.slice(0, 120), monitor_ids: [monitor_id] },
  }))
  const onChange = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }))
  const { mutate, isPending, error } = useStore()
  const choose = (next: Length) => {
    setLength(next)
    if (next !== 'custom') onChange({ length_s: Number(next) * HOUR_S })
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Start maintenance"
      description={`${name} goes on being checked, and nobody is called for what the checks find.`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form={id} busy={isPending}>
            Start maintenance
          </Button>
        </>
      }
    >
      <Form id={id} error={error} onSubmit={() => mutate(draft, { onSuccess: onClose })} className="grid gap-4">
        <div>
          <Segmented
            label="Lasts"
            value={length}
            onChange={choose}
            choices={[
              { value: '1', label: '1 hour' },
              { value: '4', label: '4 hours' },
              { value: 'custom', label: 'Custom' },
            ]}
          />
        </div>
        {length === 'custom' && <LengthField draft={draft} errors={fieldsOf(error)} onChange={onChange} />}
        <FormError error={error} known={length === 'custom' ? ['ends_at'] : []} />
      </Form>
    </Dialog>
  )
}
