import { useQuery } from '@tanstack/react-query'
import { severities } from '#contract/statuses'
import { policiesQuery } from '@/features/on-call/queries'
import { channelsQuery } from '@/parts/data'
import { errorAt } from '@/parts/error-at'
import { Checkbox, Switch } from '@/ui/choice'
import { Field } from '@/ui/field'
import { sentence, words } from '@/ui/format'
import { Select } from '@/ui/select'
import type { Draft } from './draft'

const KEEP = 'keep'
const NONE = 'none'
const SEVERITIES = [{ value: KEEP, label: 'Leave it' }, ...severities.map((value) => ({ value, label: words(value) }))]

type Props = { draft: Draft; onChange: (part: Partial<Draft>) => void; errors: Record<string, string> }

function Told({ draft, onChange, errors }: Props) {
  const policies = useQuery(policiesQuery).data?.items ?? []
  const channels = useQuery(channelsQuery).data?.items ?? []
  const fault = errorAt(errors, 'actions.channel_ids')
  return (
    <>
      <Field
        name="actions.escalation_policy_id"
        label="Follow the escalation policy"
        error={errors['actions.escalation_policy_id']}
        hint={policies.length === 0 ? 'There is no policy yet.' : undefined}
      >
        <Select
          value={draft.policy ?? NONE}
          onChange={(policy) => onChange({ policy: policy === NONE ? null : policy })}
          choices={[{ value: NONE, label: 'None' }, ...policies.map(({ id, name }) => ({ value: id, label: name }))]}
        />
      </Field>
      {channels.length > 0 && (
        <fieldset className="min-w-0 sm:col-span-2">
          <legend className="mb-1.5 text-sm font-medium">Tell these channels</legend>
          <div className="grid gap-2 sm:grid-cols-2">
            {channels.map(({ id, name }) => (
              <Checkbox
                key={id}
                label={name}
                checked={draft.channel_ids.includes(id)}
                onChange={(on) =>
                  onChange({
                    channel_ids: on ? [...draft.channel_ids, id] : draft.channel_ids.filter((one) => one !== id),
                  })
                }
              />
            ))}
          </div>
          {fault && (
            <p role="alert" className="mt-1.5 text-xs text-down">
              {sentence(fault)}
            </p>
          )}
        </fieldset>
      )}
    </>
  )
}

/** What happens with an incident that matches. */
export function ActionsFields(props: Props) {
  const { draft, onChange, errors } = props
  return (
    <fieldset className="min-w-0 border-t border-line px-5 py-5">
      <legend className="float-left mb-4 w-full text-md font-semibold">Then</legend>
      <div className="clear-both grid gap-x-5 gap-y-5 sm:grid-cols-2">
        <div className="sm:col-span-2">
          <Switch
            label="Tell nobody"
            hint="The incident is recorded all the same, with the reason."
            error={errors['actions.suppress']}
            checked={draft.suppress}
            onChange={(suppress) => onChange({ suppress })}
          />
        </div>
        {!draft.suppress && <Told {...props} />}
        <Field name="actions.severity" label="Set the severity" error={errors['actions.severity']}>
          <Select
            value={draft.severity ?? KEEP}
            onChange={(value) => onChange({ severity: severities.find((one) => one === value) ?? null })}
            choices={SEVERITIES}
          />
        </Field>
        {!draft.suppress && (
          <div className="sm:col-span-2">
            <Switch
              label="Go on to later rules"
              hint="Otherwise the first rule that matches decides alone."
              checked={draft.continue}
              onChange={(goOn) => onChange({ continue: goOn })}
            />
          </div>
        )}
      </div>
    </fieldset>
  )
}
