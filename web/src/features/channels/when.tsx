import { noticeEvents } from '#contract/events'
import { Checkbox, Switch } from '@/ui/choice'
import { sentence } from '@/ui/format'
import type { Draft } from './draft'
import { MuteField } from './mute-menu'
import { StandIn } from './stand-in'
import { eventLabel } from './words'

type Props = { id?: string; draft: Draft; onChange: (part: Partial<Draft>) => void; errors: Record<string, string> }

/** Which steps of an incident it hears of, and whether it hears anything at all. */
export function WhenAndWhether({ id, draft, onChange, errors }: Props) {
  const error = Object.entries(errors).find(([path]) => /^events\b/.test(path))?.[1]
  return (
    <>
      <fieldset className="min-w-0 border-t border-line px-5 py-5" aria-describedby={error && 'events-error'}>
        <legend className="float-left mb-3 w-full text-md font-semibold">Tell when</legend>
        <div className="clear-both space-y-2.5">
          {noticeEvents.map((event) => (
            <Checkbox
              key={event}
              label={eventLabel[event]}
              checked={draft.events.includes(event)}
              onChange={(on) =>
                onChange({
                  events: noticeEvents.filter((one) => (one === event ? on : draft.events.includes(one))),
                })
              }
            />
          ))}
          {error && (
            <p id="events-error" className="text-xs text-down">
              {draft.events.length === 0 ? 'Choose at least one.' : sentence(error)}
            </p>
          )}
        </div>
      </fieldset>
      <div className="space-y-4 border-t border-line px-5 py-5">
        <Switch
          label="Default channel"
          hint="Hears about every incident of every monitor. Without it nothing is sent here but tests."
          checked={draft.is_default}
          onChange={(is_default) => onChange({ is_default })}
        />
        <StandIn id={id} draft={draft} errors={errors} onChange={onChange} />
        <MuteField
          muted_until={draft.muted_until}
          error={errors.muted_until}
          onChange={(muted_until) => onChange({ muted_until })}
        />
        <Switch
          label="On"
          hint="Off keeps the settings and sends nothing, except tests."
          checked={draft.enabled}
          onChange={(enabled) => onChange({ enabled })}
        />
      </div>
    </>
  )
}
