import { useQuery } from '@tanstack/react-query'
import { monitorStatuses } from '#contract/statuses'
import { monitorTypesQuery } from '@/parts/data'
import type { MonitorSort } from '@/search'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Field } from '@/ui/field'
import { Select } from '@/ui/select'
import { statusLabel } from '@/ui/status'
import { type FilterProps, sortLabel } from './filters'

const ANY = '*'
const orAny = <T extends string>(value: T) => (value === ANY ? undefined : value)
const any = { value: ANY, label: 'Any' }

/** The filters of the bar where there is no room for them beside each other. */
export function FiltersDialog({
  open,
  onClose,
  search,
  onChange,
  tags,
}: FilterProps & { open: boolean; onClose: () => void }) {
  const types = useQuery(monitorTypesQuery).data ?? []
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Filters"
      footer={
        <>
          <Button onClick={() => onChange({ status: undefined, type: undefined, tag: undefined, sort: undefined })}>
            Clear
          </Button>
          <Button variant="primary" onClick={onClose}>
            Show monitors
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <Field label="Status">
          <Select
            value={search.status ?? ANY}
            onChange={(status) => onChange({ status: orAny(status) as typeof search.status })}
            choices={[any, ...monitorStatuses.map((value) => ({ value, label: statusLabel[value] }))]}
          />
        </Field>
        <Field label="Type">
          <Select
            value={search.type ?? ANY}
            onChange={(type) => onChange({ type: orAny(type) })}
            choices={[any, ...types.map(({ type, title }) => ({ value: type, label: title }))]}
          />
        </Field>
        <Field label="Tag">
          <Select
            value={search.tag ?? ANY}
            onChange={(tag) => onChange({ tag: orAny(tag) })}
            choices={[any, ...tags.map(({ tag }) => ({ value: tag, label: tag }))]}
          />
        </Field>
        <Field label="Sort">
          <Select
            value={search.sort ?? 'status'}
            onChange={(sort) => onChange({ sort: sort === 'status' ? undefined : sort })}
            // Safe: the keys are the sorts.
            choices={Object.entries(sortLabel).map(([value, label]) => ({ value: value as MonitorSort, label }))}
          />
        </Field>
      </div>
    </Dialog>
  )
}
