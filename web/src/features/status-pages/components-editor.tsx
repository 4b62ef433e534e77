import { Plus } from 'lucide-react'
import { useEffect, useId, useRef, useState } from 'react'
import { useMonitors } from '@/parts/monitors'
import { Kbd } from '@/ui/bits'
import { Button } from '@/ui/button'
import { Notice } from '@/ui/field'
import { sentence } from '@/ui/format'
import { toast } from '@/ui/toast'
import { ComponentCard } from './component-card'
import { type ComponentDraft, emptyComponent, faultsAt, moved } from './draft'

type Change = (edit: (components: ComponentDraft[]) => ComponentDraft[]) => void
type Props = { components: ComponentDraft[]; onChange: Change; errors: Record<string, string> }

/** Which cards are unfolded; those with a mistake unfold by themselves. */
function useOpen(components: ComponentDraft[], errors: Record<string, string>) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const set = (key: string, wanted: boolean) =>
    setOpen((before) => {
      const next = new Set(before)
      if (wanted) next.add(key)
      else next.delete(key)
      return next
    })
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each answer of the server
  useEffect(() => {
    for (const [i, { key }] of components.entries()) if (Object.keys(faultsAt(errors, i)).length > 0) set(key, true)
  }, [JSON.stringify(errors)])
  return { open, set }
}

/** Moves and removals, each told to screen readers; the cursor stays with what moved. */
function useArrange(components: ComponentDraft[], onChange: Change) {
  const [said, say] = useState('')
  const follow = useRef<Element | null>(null)
  useEffect(() => {
    const last = follow.current
    follow.current = null
    if (!(last instanceof HTMLElement)) return
    // At the ends the arrow is disabled and cannot hold the focus: then the card's own head takes it.
    const target = last.matches(':disabled') ? last.closest('li')?.querySelector<HTMLElement>('button') : last
    // The browser drops the focus of an element that changes its place.
    if (target !== document.activeElement) target?.focus()
  })
  const nameOf = (place: number) => components[place]?.name.trim() || `Component ${place + 1}`
  const move = (place: number, by: -1 | 1) => {
    const to = place + by
    if (to < 0 || to >= components.length) return
    follow.current = document.activeElement
    onChange((list) => moved(list, place, to))
    say(`${nameOf(place)} is now at place ${to + 1} of ${components.length}`)
  }
  const remove = (place: number) => {
    const gone = components[place]
    if (!gone) return
    onChange((list) => list.filter(({ key }) => key !== gone.key))
    toast(`${nameOf(place)} is removed`, {
      description: 'Readers see it until the page is saved.',
      action: { label: 'Undo', run: () => onChange((list) => list.toSpliced(Math.min(place, list.length), 0, gone)) },
    })
  }
  return { said, move, remove }
}

/** What the page lists, in the order in which readers see it. */
export function ComponentsEditor({ components, onChange, errors }: Props) {
  const { open, set } = useOpen(components, errors)
  const { said, move, remove } = useArrange(components, onChange)
  const known = useMonitors(components.flatMap(({ monitor_ids }) => monitor_ids))
  const groups = useId()
  const list = useRef<HTMLUListElement>(null)
  const names = [...new Set(components.map(({ group }) => group.trim()).filter(Boolean))]
  const add = () => {
    const made = emptyComponent(components.at(-1)?.group)
    onChange((before) => [...before, made])
    set(made.key, true)
    requestAnimationFrame(() => {
      const card = list.current?.lastElementChild
      card?.querySelector('input')?.focus()
      card?.scrollIntoView({ block: 'nearest' })
    })
  }
  return (
    <fieldset className="min-w-0 border-t border-line px-5 py-5">
      <legend className="float-left mb-1 w-full text-md font-semibold">Components</legend>
      <p className="clear-both mb-3 text-xs text-subtle">
        What readers know by name, each made of one or more monitors.
        {components.length > 1 && (
          <span className="coarse:hidden">
            {' '}
            <Kbd>Alt</Kbd> <Kbd>↑</Kbd> <Kbd>↓</Kbd> moves one.
          </span>
        )}
      </p>
      {errors.components && <Notice className="mb-3">{sentence(errors.components)}</Notice>}
      <datalist id={groups}>
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <ul ref={list} className="space-y-2">
        {components.map((component, place) => (
          <ComponentCard
            key={component.key}
            component={component}
            place={place}
            count={components.length}
            open={open.has(component.key)}
            onOpen={(wanted) => set(component.key, wanted)}
            onChange={(part) =>
              onChange((before) => before.map((one) => (one.key === component.key ? { ...one, ...part } : one)))
            }
            onMove={(by) => move(place, by)}
            onRemove={() => remove(place)}
            faults={faultsAt(errors, place)}
            known={known}
            groups={groups}
          />
        ))}
      </ul>
      <Button onClick={add} className={components.length > 0 ? 'mt-3' : undefined}>
        <Plus />
        Add component
      </Button>
      <span role="status" className="sr-only">
        {said}
      </span>
    </fieldset>
  )
}
