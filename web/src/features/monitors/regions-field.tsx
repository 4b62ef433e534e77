import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useId } from 'react'
import { probersQuery } from '@/parts/data'
import { errorAt } from '@/parts/error-at'
import { useCan } from '@/session'
import type { Quorum } from '@/types'
import { Checkbox, Segmented } from '@/ui/choice'
import { cx } from '@/ui/cx'
import { Field } from '@/ui/field'
import { sentence } from '@/ui/format'
import { NumberField } from '@/ui/number-field'
import { LOCAL, needed, type Place, placesOf, quorumSentence, regionName } from './region-words'

const STATE = { online: null, offline: 'Offline', waiting: 'Never came', gone: 'Gone' } as const

function Region({ place, checked, onToggle }: { place: Place; checked: boolean; onToggle: () => void }) {
  const state = STATE[place.state]
  return (
    <li className="flex items-center gap-3 px-3 py-1.5">
      <Checkbox
        className="min-w-0 flex-1"
        label={
          <span className="flex min-w-0 flex-wrap items-baseline gap-x-2">
            <span className={cx('font-medium', place.region !== LOCAL && 'font-mono text-xs')}>
              {regionName(place.region)}
            </span>
            <span className="truncate text-xs text-subtle">{place.who}</span>
          </span>
        }
        checked={checked}
        onChange={onToggle}
      />
      {state && <span className="shrink-0 text-xs text-degraded">{state}</span>}
    </li>
  )
}

type Rule = 'any' | 'majority' | 'all' | 'number'
const RULES: { value: Rule; label: string }[] = [
  { value: 'any', label: 'Any' },
  { value: 'majority', label: 'Majority' },
  { value: 'all', label: 'All' },
  { value: 'number', label: 'Number' },
]

function QuorumField({
  quorum,
  regions,
  onChange,
  error,
}: {
  quorum: Quorum
  regions: number
  onChange: (quorum: Quorum) => void
  error?: string
}) {
  const rule: Rule = typeof quorum === 'number' ? 'number' : quorum
  return (
    <Field name="region_quorum" label="Who has to agree" error={error} hint={quorumSentence(quorum, regions)}>
      <div className="flex flex-wrap items-center gap-3">
        <Segmented
          label="Who has to agree"
          value={rule}
          onChange={(next) => onChange(next === 'number' ? needed(quorum, regions) : next)}
          choices={RULES}
        />
        {typeof quorum === 'number' && (
          <NumberField
            value={quorum}
            onChange={(next) => onChange(next ?? 1)}
            min={1}
            max={regions}
            suffix={`of ${regions}`}
          />
        )}
      </div>
    </Field>
  )
}

type Props = {
  regions: readonly string[]
  quorum: Quorum
  onChange: (part: { regions?: string[]; region_quorum?: Quorum }) => void
  errors: Record<string, string>
}
const Alone = ({ mayAdd }: { mayAdd: boolean }) => (
  <>
    It is checked from where Xinex runs. Probers check from other places
    {mayAdd && (
      <>
        :{' '}
        <Link to="/settings/probers" className="text-accent underline underline-offset-2">
          add one
        </Link>
      </>
    )}
    .
  </>
)

/** Where to check from, and how many of these places must see it down. */
export function RegionsField({ regions, quorum, onChange, errors }: Props) {
  const { data } = useQuery(probersQuery)
  const id = useId()
  const mayAdd = useCan('probers:write')
  const places = placesOf(data?.items ?? [], regions)
  const toggle = (region: string) => {
    const next = regions.includes(region) ? regions.filter((one) => one !== region) : [...regions, region]
    // In the order of the list: who looks first does not depend on the clicks.
    onChange({ regions: places.map((place) => place.region).filter((one) => next.includes(one)) })
  }
  const error = errorAt(errors, 'regions')
  const alone = data !== undefined && places.length === 1
  return (
    <>
      {/* A fieldset, not a Field: each box keeps a label of its own. */}
      <fieldset className="min-w-0" aria-describedby={`${id}-hint`}>
        <legend className="mb-1.5 text-sm font-medium">Check from</legend>
        {!alone && (
          <ul
            className={cx(
              'max-h-64 divide-y divide-line overflow-y-auto rounded-sm border',
              error ? 'border-down-solid' : 'border-line-strong',
            )}
          >
            {places.map((place) => (
              <Region
                key={place.region}
                place={place}
                checked={regions.includes(place.region)}
                onToggle={() => toggle(place.region)}
              />
            ))}
          </ul>
        )}
        <p id={`${id}-hint`} className={cx(!alone && 'mt-1.5', 'text-xs', error ? 'text-down' : 'text-subtle')}>
          {error ? (
            sentence(error)
          ) : alone ? (
            <Alone mayAdd={mayAdd} />
          ) : (
            'Each region checks on its own; a prober that is offline has no vote.'
          )}
        </p>
      </fieldset>
      {regions.length > 1 && (
        <QuorumField
          quorum={quorum}
          regions={regions.length}
          error={errors.region_quorum}
          onChange={(region_quorum) => onChange({ region_quorum })}
        />
      )}
    </>
  )
}
