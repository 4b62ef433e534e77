import { ArrowDown, ArrowUp, ChevronRight, X } from 'lucide-react'
import { type KeyboardEvent, useId } from 'react'
import type { Named } from '@/parts/monitors'
import { MonitorsField } from '@/parts/monitors-field'
import { IconButton } from '@/ui/button'
import { Switch } from '@/ui/choice'
import { cx } from '@/ui/cx'
import { Field } from '@/ui/field'
import { plural } from '@/ui/format'
import { Input } from '@/ui/input'
import type { ComponentDraft } from './draft'

type Props = {
  component: ComponentDraft
  place: number
  count: number
  open: boolean
  onOpen: (open: boolean) => void
  onChange: (part: Partial<ComponentDraft>) => void
  onMove: (by: -1 | 1) => void
  onRemove: () => void
  /** Sentences by field of this component. */
  faults: Record<string, string>
  known: ReadonlyMap<string, Named>
  /** A `<datalist>` of the groups in use. */
  groups: string
}

function summary({ group, monitor_ids }: ComponentDraft): string {
  const monitors = monitor_ids.length === 0 ? 'No monitors yet' : plural(monitor_ids.length, 'monitor')
  return group.trim() ? `${group.trim()} · ${monitors}` : monitors
}

function Head({ component, place, count, open, onOpen, onMove, onRemove, faults, panel }: Props & { panel: string }) {
  const name = component.name.trim() || `Component ${place + 1}`
  const wrong = Object.keys(faults).length > 0
  return (
    <div className="flex items-center gap-1 py-1.5 pe-2 ps-2">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={panel}
        aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
        onClick={() => onOpen(!open)}
        className="flex min-h-9 min-w-0 flex-1 items-center gap-2 rounded-sm px-1.5 text-start hover:bg-hover coarse:min-h-11"
      >
        <ChevronRight
          aria-hidden
          className={cx('size-3.5 shrink-0 text-subtle transition-transform duration-(--fast)', open && 'rotate-90')}
        />
        <span className="min-w-0 flex-1">
          <span className="block truncate text-sm font-medium">{name}</span>
          {!open && (
            <span className={cx('block truncate text-xs', wrong ? 'text-down' : 'text-subtle')}>
              {wrong ? 'Something is wrong here' : summary(component)}
            </span>
          )}
        </span>
      </button>
      <IconButton label={`Move ${name} up`} disabled={place === 0} onClick={() => onMove(-1)}>
        <ArrowUp />
      </IconButton>
      <IconButton label={`Move ${name} down`} disabled={place === count - 1} onClick={() => onMove(1)}>
        <ArrowDown />
      </IconButton>
      <IconButton label={`Remove ${name}`} onClick={onRemove}>
        <X />
      </IconButton>
    </div>
  )
}

/** One line of the status page; Alt and an arrow key move it, wherever in it the cursor is. */
export function ComponentCard(props: Props) {
  const { component, place, open, onChange, onMove, faults, known, groups } = props
  const panel = useId()
  const at = `components.${place}`
  const move = (event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return
    event.preventDefault()
    onMove(event.key === 'ArrowUp' ? -1 : 1)
  }
  const named = (monitors: Named[]) => ({
    monitor_ids: monitors.map(({ id }) => id),
    // The first monitor most often has the name that readers know.
    ...(component.name === '' && monitors[0] && { name: monitors[0].name.slice(0, 120) }),
  })
  return (
    <li onKeyDown={move} className="rounded-md border border-line bg-surface">
      <Head {...props} panel={panel} />
      <div id={panel} hidden={!open}>
        {open && (
          <div className="grid gap-x-5 gap-y-4 border-t border-line p-4 sm:grid-cols-2">
            <Field
              name={`${at}.monitor_ids`}
              label="Monitors"
              hint="The worst of them is what readers see."
              error={faults.monitor_ids}
              className="sm:col-span-2"
            >
              <MonitorsField ids={component.monitor_ids} known={known} onChange={(next) => onChange(named(next))} />
            </Field>
            <Field name={`${at}.name`} label="Name" error={faults.name}>
              <Input
                value={component.name}
                maxLength={120}
                autoComplete="off"
                onValueChange={(name) => onChange({ name })}
              />
            </Field>
            <Field name={`${at}.group`} label="Group" optional error={faults.group}>
              <Input
                value={component.group}
                maxLength={120}
                autoComplete="off"
                list={groups}
                onValueChange={(group) => onChange({ group })}
              />
            </Field>
            <Field
              name={`${at}.description`}
              label="Description"
              optional
              error={faults.description}
              className="sm:col-span-2"
            >
              <Input
                value={component.description}
                maxLength={500}
                autoComplete="off"
                onValueChange={(description) => onChange({ description })}
              />
            </Field>
            <Switch
              label="Show uptime"
              hint="90 days as bars and a share."
              checked={component.show_uptime}
              onChange={(show_uptime) => onChange({ show_uptime })}
            />
            <Switch
              label="Show response time"
              hint="How long an answer takes now."
              checked={component.show_response_time}
              onChange={(show_response_time) => onChange({ show_response_time })}
            />
          </div>
        )}
      </div>
    </li>
  )
}
