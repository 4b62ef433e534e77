import type { Prober, Quorum, RegionState } from '@/types'

/** Where the appliance itself stands. */
export const LOCAL = 'local'
export const regionName = (region: string) => (region === LOCAL ? 'This appliance' : region)

/** How many of so many regions a quorum asks for. */
export function needed(quorum: Quorum, regions: number): number {
  if (quorum === 'any') return 1
  if (quorum === 'all') return regions
  return quorum === 'majority' ? Math.floor(regions / 2) + 1 : quorum
}

/** What a quorum means for so many regions: `Down when 2 of 3 regions see it down.` */
export function quorumSentence(quorum: Quorum, regions: number): string {
  const need = needed(quorum, regions)
  if (need > regions) return `There are only ${regions} regions: ${need} of them cannot agree.`
  if (need === 1) return `Down as soon as one of ${regions} regions sees it down.`
  if (need === regions)
    return regions === 2 ? 'Down when both regions see it down.' : `Down when all ${regions} regions see it down.`
  return `Down when ${need} of ${regions} regions see it down.`
}

export type Place = {
  region: string
  /** Who checks from there. */
  who: string
  state: 'online' | 'offline' | 'waiting' | 'gone'
}

const BEST = ['online', 'offline', 'waiting'] as const

/** Every region that can be chosen, and those that are chosen although nobody stands there any more. */
export function placesOf(probers: readonly Prober[], chosen: readonly string[]): Place[] {
  const regions = [...new Set(probers.map(({ region }) => region))].sort()
  const places = regions.map((region): Place => {
    const there = probers.filter((prober) => prober.region === region)
    const states = there.map(({ status }) => status)
    return {
      region,
      who: there.map(({ name }) => name).join(', '),
      state: BEST.find((state) => states.includes(state)) ?? 'waiting',
    }
  })
  const gone = chosen.filter((region) => region !== LOCAL && !regions.includes(region))
  return [
    { region: LOCAL, who: 'Where Xinex runs', state: 'online' },
    ...places,
    ...gone.map((region): Place => ({ region, who: 'No prober stands there any more', state: 'gone' })),
  ]
}

/** `Down only from berlin-2`: one place cannot reach what the others can. */
export const downOnlyFrom = (regions: readonly string[]): string =>
  `Down only from ${regions.map((region) => (region === LOCAL ? 'this appliance' : region)).join(', ')}`

/** `Seen down from this appliance, berlin-2.`: who agrees that it is down. */
export function seenDown(regions: readonly RegionState[]): string {
  const down = regions.filter(({ status }) => status === 'down').map(({ region }) => region)
  return `Seen down from ${down.map((region) => (region === LOCAL ? 'this appliance' : region)).join(', ')}.`
}

/** From where, in a few words for a row; nothing for what is only checked from here. */
export const placesHint = (regions: readonly string[]): string | undefined =>
  regions.length > 1 ? `${regions.length} regions` : regions[0] === LOCAL ? undefined : regions[0]
