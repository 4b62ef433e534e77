import { Plus } from 'lucide-react'
import { presets } from '#oncall/presets'
import { useMe } from '@/session'
import { useNow } from '@/ui/time'
import type { Layer } from './types'
import { dateOf, mondayOf } from './zone'

/** Ways to begin with a layer; what they make can be changed like anything else. */
export function PresetPicker({
  zone,
  first,
  onPick,
}: {
  zone: string
  /** There is no layer yet. */
  first: boolean
  onPick: (layers: Layer[]) => void
}) {
  const me = useMe().id
  const monday = mondayOf(dateOf(useNow(60_000), zone))
  return (
    <fieldset className="min-w-0 border-t border-line px-5 py-5">
      <legend className="float-left mb-1 w-full text-md font-semibold">
        {first ? 'How do people take turns?' : 'Add a layer'}
      </legend>
      <p className="clear-both mb-3 text-xs text-subtle">
        {first
          ? 'Choose one to begin with; everything can be changed afterwards.'
          : 'A layer with a higher priority covers the ones below it while it has somebody on call.'}
      </p>
      <ul aria-label="Presets" className="grid gap-2 sm:grid-cols-2 lg:grid-cols-3">
        {presets.map(({ id, title, description, layers }) => (
          <li key={id}>
            <button
              type="button"
              onClick={() => onPick(layers(first ? [me] : [], monday))}
              className="flex h-full w-full flex-col rounded-md border border-line bg-surface px-3 py-2 text-left hover:border-line-strong hover:bg-hover"
            >
              <span className="flex w-full items-center gap-1.5 text-sm font-medium">
                <Plus aria-hidden className="size-3.5 text-subtle" />
                {title}
              </span>
              <span className="text-xs text-subtle">{description}</span>
            </button>
          </li>
        ))}
      </ul>
    </fieldset>
  )
}
