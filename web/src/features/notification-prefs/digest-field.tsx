import { useState } from 'react'
import type { Digest, Weekday } from '#contract/oncall'
import { DaysField } from '@/features/on-call/days-field'
import { WEEK, weekdayName } from '@/features/on-call/words'
import { errorAt } from '@/parts/error-at'
import { Segmented } from '@/ui/choice'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'
import { ZoneField } from '@/ui/zone-field'
import { type DigestMode, digestDays, digestModeOf } from './digest'

const CHOICES: { value: DigestMode; label: string }[] = [
  { value: 'off', label: 'Off' },
  { value: 'daily', label: 'Daily' },
  { value: 'weekly', label: 'Weekly' },
  { value: 'some', label: 'Some days' },
]
const DAYS = WEEK.map((day) => ({ value: String(day), label: weekdayName(day, 'long') }))

type Props = { digest: Digest; errors: Record<string, string>; onChange: (digest: Digest) => void }
/** When what is unread comes by mail. */
export function DigestField({ digest, errors, onChange }: Props) {
  // Kept apart: one of some days is not meant to turn into "weekly" under the hands.
  const [mode, setMode] = useState<DigestMode>(() => digestModeOf(digest))
  const put = (part: Partial<Digest>) => onChange({ ...digest, ...part })
  const wrong = (name: string) => errorAt(errors, `digest.${name}`)
  const pick = (next: DigestMode) => {
    setMode(next)
    put({ enabled: next !== 'off', days: digestDays(next, digest.days) })
  }
  const dayOf = (text: string): Weekday => WEEK.find((day) => String(day) === text) ?? 1
  return (
    <div className="space-y-4">
      <Segmented label="Digest" value={mode} onChange={pick} choices={CHOICES} />
      {mode !== 'off' && (
        <>
          <div className="flex flex-wrap gap-3">
            {mode === 'weekly' && (
              <Field name="digest.days" label="Day" error={wrong('days')} className="w-40">
                <Select
                  value={String(digest.days[0] ?? 1)}
                  choices={DAYS}
                  onChange={(day) => put({ days: [dayOf(day)] })}
                />
              </Field>
            )}
            <Field name="digest.time" label="At" error={wrong('time')}>
              <Input type="time" value={digest.time} onValueChange={(time) => put({ time })} />
            </Field>
          </div>
          {mode === 'some' && (
            <DaysField
              label="Days of the digest"
              days={digest.days}
              onChange={(days) => put({ days })}
              error={wrong('days')}
            />
          )}
          <ZoneField value={digest.timezone} onChange={(timezone) => put({ timezone })} error={wrong('timezone')} />
        </>
      )}
    </div>
  )
}
