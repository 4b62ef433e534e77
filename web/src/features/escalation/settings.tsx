import { DurationInput } from '@/features/heartbeats/duration-input'
import { Segmented, Switch } from '@/ui/choice'
import { Field } from '@/ui/field'
import { NumberField } from '@/ui/number-field'
import type { Draft } from './draft'

const EMPTY = [
  { value: 'next', label: 'Go on at once' },
  { value: 'wait', label: 'Wait all the same' },
] as const

type Props = { draft: Draft; onChange: (part: Partial<Draft>) => void; errors: Record<string, string> }
/** What holds for all steps together. */
export const PolicySettings = ({ draft, onChange, errors }: Props) => (
  <fieldset className="min-w-0 border-t border-line px-5 py-5">
    <legend className="float-left mb-4 w-full text-md font-semibold">When nobody answers</legend>
    <div className="clear-both grid gap-x-5 gap-y-5 sm:grid-cols-2">
      <Field
        name="repeat_count"
        label="Repeat all steps"
        error={errors.repeat_count}
        hint="How often it begins anew after the last step."
      >
        <NumberField
          value={draft.repeat_count}
          onChange={(repeat_count) => onChange({ repeat_count })}
          min={0}
          max={10}
          suffix="times"
        />
      </Field>
      <Field name="on_empty" label="A step that reaches nobody" error={errors.on_empty}>
        <Segmented
          label="A step that reaches nobody"
          value={draft.on_empty}
          onChange={(on_empty) => onChange({ on_empty })}
          choices={EMPTY}
        />
      </Field>
      <div className="space-y-2.5 sm:col-span-2">
        <Switch
          label="An acknowledgement ends"
          hint="Whoever took it may have fallen asleep again: unless it is confirmed or resolved, the steps begin anew."
          checked={draft.ack_timeout_s !== null}
          onChange={(on) => onChange({ ack_timeout_s: on ? 1800 : null })}
        />
        {draft.ack_timeout_s !== null && (
          <Field name="ack_timeout_s" label="After" error={errors.ack_timeout_s}>
            <DurationInput
              label="End of an acknowledgement"
              value={draft.ack_timeout_s}
              // An emptied box keeps the switch on; the server has a smallest value.
              onChange={(value) => onChange({ ack_timeout_s: value ?? 60 })}
            />
          </Field>
        )}
      </div>
      <div className="sm:col-span-2">
        <Switch
          label="Default policy"
          hint="For every incident that no routing rule claims. There is one: it takes the mark from another."
          checked={draft.is_default}
          onChange={(is_default) => onChange({ is_default })}
        />
      </div>
    </div>
  </fieldset>
)
