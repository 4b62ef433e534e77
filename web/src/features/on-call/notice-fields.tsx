import { useQuery } from '@tanstack/react-query'
import { channelsQuery } from '@/parts/data'
import { errorAt } from '@/parts/error-at'
import { Checkbox, Segmented, Switch } from '@/ui/choice'
import { Field } from '@/ui/field'
import { sentence } from '@/ui/format'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'
import type { Draft } from './draft'
import type { Weekday } from './types'
import { WEEK, weekdayName } from './words'

const MODES = [
  { value: 'off', label: 'Off' },
  { value: 'on_change', label: 'At each change' },
  { value: 'weekly', label: 'Once a week' },
] as const
const DAYS = WEEK.map((day) => ({ value: String(day), label: weekdayName(day, 'long') }))

type Notice = Draft['notice']
type Props = { notice: Notice; onChange: (notice: Notice) => void; errors: Record<string, string> }

function Channels({ notice, onChange, errors }: Props) {
  const { data } = useQuery(channelsQuery)
  if (!data || data.items.length === 0) return null
  const fault = errorAt(errors, 'notice.channel_ids')
  return (
    <fieldset className="min-w-0 sm:col-span-2">
      <legend className="mb-1.5 text-sm font-medium">Also to these channels</legend>
      <div className="grid gap-2 sm:grid-cols-2">
        {data.items.map(({ id, name }) => (
          <Checkbox
            key={id}
            label={name}
            checked={notice.channel_ids.includes(id)}
            onChange={(on) =>
              onChange({
                ...notice,
                channel_ids: on ? [...notice.channel_ids, id] : notice.channel_ids.filter((one) => one !== id),
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
  )
}

/** Who is told that somebody else is on call now, and when. */
export function NoticeFields(props: Props) {
  const { notice, onChange, errors } = props
  return (
    <fieldset className="min-w-0 border-t border-line px-5 py-5">
      <legend className="float-left mb-4 w-full text-md font-semibold">Hand-off notices</legend>
      <div className="clear-both grid gap-x-5 gap-y-5 sm:grid-cols-2">
        <Field name="notice.mode" label="Tell who is on call" error={errors['notice.mode']} className="sm:col-span-2">
          <Segmented
            label="Tell who is on call"
            value={notice.mode}
            onChange={(mode) => onChange({ ...notice, mode })}
            choices={MODES}
          />
        </Field>
        {notice.mode === 'weekly' && (
          <Field name="notice.time" label="On" error={errors['notice.time'] ?? errors['notice.day']}>
            <div className="flex gap-2">
              <Select
                label="Day of the notice"
                value={String(notice.day)}
                // Safe: only the values of DAYS can be picked.
                onChange={(value) => onChange({ ...notice, day: Number(value) as Weekday })}
                choices={DAYS}
              />
              <Input
                type="time"
                aria-label="Time of the notice"
                value={notice.time}
                onValueChange={(time) => onChange({ ...notice, time })}
                className="w-[118px]! coarse:w-36!"
              />
            </div>
          </Field>
        )}
        {notice.mode !== 'off' && (
          <>
            <div className="sm:col-span-2">
              <Switch
                label="Tell the people themselves"
                hint="Those who come on call and those who go off, each by their own contact methods."
                checked={notice.people}
                onChange={(people) => onChange({ ...notice, people })}
              />
            </div>
            <Channels {...props} />
          </>
        )}
      </div>
    </fieldset>
  )
}
