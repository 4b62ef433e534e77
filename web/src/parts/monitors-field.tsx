import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { monitorsQuery } from '@/parts/data'
import { type Named, useMonitors } from './monitors'
import { ThingsField, useTyped } from './things-field'

type Props = {
  ids: readonly string[]
  known: ReadonlyMap<string, Named>
  onChange: (monitors: Named[]) => void
  /** One that cannot be chosen: the monitor itself. */
  without?: string
  single?: boolean
}
/** Any number of monitors out of possibly thousands. Inside `<Field>` it takes the label from there. */
export function MonitorsField({ ids, known, onChange, without, single }: Props) {
  const { typed, setTyped, query } = useTyped()
  const { data } = useQuery({ ...monitorsQuery(query), placeholderData: keepPreviousData })
  return (
    <ThingsField
      chosen={ids.map((id): Named => known.get(id) ?? { id, name: '…', target: '', status: 'unknown' })}
      found={data?.items.filter(({ id }) => id !== without)}
      typed={typed}
      setTyped={setTyped}
      onChange={onChange}
      placeholder="Search by name or address"
      none="No monitor matches."
      single={single}
    />
  )
}

/** The same for those who only keep ids; what was just chosen is known before any list says so. */
export function MonitorIdsField({
  ids,
  onChange,
  without,
  single,
}: {
  ids: readonly string[]
  onChange: (ids: string[]) => void
  without?: string
  single?: boolean
}) {
  const loaded = useMonitors(ids)
  const [chosen, setChosen] = useState<ReadonlyMap<string, Named>>(new Map())
  const known = new Map([...chosen, ...loaded])
  return (
    <MonitorsField
      ids={ids}
      known={known}
      without={without}
      single={single}
      onChange={(next) => {
        setChosen(new Map(next.map((one) => [one.id, one])))
        onChange(next.map(({ id }) => id))
      }}
    />
  )
}
