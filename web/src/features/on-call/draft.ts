import type { HandoffNotice, Layer, Restriction, Rotation, Schedule, Weekday } from './types'

/** What the form edits of a layer, with every field present so that inputs stay controlled. */
export type LayerDraft = {
  id: string
  name: string
  priority: number | null
  rotation: Rotation
  length: number | null
  handoff_time: string
  handoff_day: Weekday | null
  start_date: string
  end_date: string
  /** Each turn is one person, or several at once. */
  turns: { key: number; people: string[] }[]
  restrictions: Restriction[]
}
export type Draft = {
  name: string
  description: string
  timezone: string
  layers: LayerDraft[]
  notice: Required<HandoffNotice>
}

const noNotice: Draft['notice'] = { mode: 'on_change', people: true, channel_ids: [], day: 1, time: '09:00' }
export const emptyDraft = (timezone: string): Draft => ({
  ...{ name: '', description: '', timezone, layers: [], notice: noNotice },
})

export const layerDraft = (layer: Layer): LayerDraft => ({
  ...{ id: layer.id, name: layer.name, priority: layer.priority, rotation: layer.rotation, length: layer.length },
  ...{ handoff_time: layer.handoff_time, handoff_day: layer.handoff_day ?? null },
  ...{ start_date: layer.start_date, end_date: layer.end_date ?? '', restrictions: layer.restrictions },
  turns: layer.participants.map((one, key) => ({ key, people: typeof one === 'string' ? [one] : one })),
})
export const draftOf = (schedule: Schedule): Draft => ({
  ...{ name: schedule.name, description: schedule.description ?? '', timezone: schedule.timezone },
  layers: schedule.layers.map(layerDraft),
  notice: schedule.notice,
})

/** A name for a new layer that no other one has; where two layers would have the same id, the newer gets another. */
export function withLayers(layers: readonly LayerDraft[], more: readonly Layer[]): LayerDraft[] {
  const taken = new Set(layers.map(({ id }) => id))
  const fresh = more.map((layer) => {
    let id = layer.id
    for (let n = 2; taken.has(id); n++) id = `${layer.id}-${n}`
    taken.add(id)
    return { ...layerDraft(layer), id }
  })
  return [...layers, ...fresh]
}

const layerBody = ({ turns, end_date, name, priority, length, ...rest }: LayerDraft) => ({
  ...rest,
  ...{ name: name.trim(), priority: priority ?? 1, length: length ?? 1, end_date: end_date || null },
  participants: turns.map(({ people }) => (people.length === 1 && people[0] ? people[0] : people)),
})
export const bodyOf = ({ name, description, timezone, layers, notice }: Draft) => ({
  ...{ name: name.trim(), description: description.trim() || null, timezone, notice },
  layers: layers.map(layerBody),
})
/** What can be drawn already: a layer without people says nothing yet. */
export const previewOf = ({ timezone, layers }: Draft) => ({
  timezone,
  layers: layers.filter(({ turns }) => turns.length > 0).map(layerBody),
})
