import { describe, expect, test } from 'bun:test'
import { presets } from '#oncall/presets'
import { bodyOf, draftOf, emptyDraft, previewOf, withLayers } from './draft'
import { movedTo } from './reorder'
import type { Schedule } from './types'
import { daysInWords, listOf, rotationInWords } from './words'

const weekly = presets.find(({ id }) => id === 'weekly')?.layers(['ana', ['ben', 'cem']], '2026-11-23') ?? []
const schedule: Schedule = {
  ...{ id: 's', name: 'Primary', description: null, timezone: 'Europe/Berlin', overrides: [], temporary: [] },
  layers: weekly,
  notice: { mode: 'weekly', people: true, channel_ids: ['c'], day: 5, time: '16:00' },
  ...{ on_call: [], next: null },
}

describe('the form of a schedule', () => {
  test('sends back what it was given', () => {
    const { name, timezone, notice } = schedule
    expect(bodyOf(draftOf(schedule))).toEqual({
      ...{ name, description: null, timezone, notice },
      layers: weekly.map((layer) => ({ ...layer, handoff_day: layer.handoff_day ?? null, end_date: null })),
    })
  })
  test('a preset makes layers, each with an id of its own', () => {
    const once = withLayers(emptyDraft('UTC').layers, weekly)
    const twice = withLayers(withLayers(once, weekly), weekly)
    expect(twice.map(({ id }) => id)).toEqual(['main', 'main-2', 'main-3'])
  })
  test('a layer without people is not drawn yet', () => {
    const draft = { ...emptyDraft('UTC'), layers: withLayers([], [{ ...weekly[0]!, participants: [] }]) }
    expect(previewOf(draft).layers).toEqual([])
    expect(previewOf({ ...draft, layers: withLayers([], weekly) }).layers).toHaveLength(1)
  })
  test('an entry goes where it is dragged, up and down', () => {
    expect(movedTo(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a'])
    expect(movedTo(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b'])
    expect(movedTo(['a'], 4, 0)).toEqual(['a'])
  })
  test('a rotation reads as people say it', () => {
    expect(weekly.map(rotationInWords)).toEqual(['changes every week on Monday at 09:00'])
    const layer = { ...weekly[0]!, length: 2, rotation: 'daily' as const }
    expect(rotationInWords(layer)).toBe('changes every 2 days at 09:00')
    expect(daysInWords([5, 1, 2, 3, 4])).toBe('Mon–Fri')
    expect(daysInWords([7, 6])).toBe('Sat, Sun')
    expect(daysInWords([1, 2, 3, 4, 5, 6, 7])).toBe('every day')
    expect(listOf(['Ana', 'Ben', 'Cem'])).toBe('Ana, Ben and Cem')
  })
})
