import type { Bucket } from './types'

/** One line or one layer of bars; `values` has one for each bucket, null where nothing was reported. */
export type Series = { title: string; colour: string; values: (number | null)[] }
export type Columns = {
  /** Beginning of each bucket, and its middle, where it is drawn; in seconds. */
  starts: number[]
  middles: number[]
  /** Where the axis begins and ends. */
  span: [number, number]
}

export function columnsOf(buckets: readonly Bucket[], bucket_ms: number): Columns {
  const starts = buckets.map(({ at }) => Date.parse(at) / 1000)
  const width = bucket_ms / 1000
  return {
    starts,
    middles: starts.map((at) => at + width / 2),
    span: [starts[0] ?? 0, (starts.at(-1) ?? 0) + width],
  }
}

/** Each layer with all below it: bars are drawn from the highest to the lowest, one over the other. */
export function heights(layers: readonly Series[]): (number | null)[][] {
  const tops: (number | null)[][] = []
  for (const { values } of layers) {
    const below = tops.at(-1)
    tops.push(values.map((value, i) => (value === null ? (below?.[i] ?? null) : value + (below?.[i] ?? 0))))
  }
  return tops
}

/** A limit far above everything would flatten what there is to see: then it is only named. */
export const inSight = (limit: number | undefined, most: number): limit is number =>
  limit !== undefined && limit > 0 && limit <= most * 2.5

/** Nothing at all to draw, as opposed to zeros. */
export const isEmpty = (series: readonly Series[]) => series.every(({ values }) => values.every((one) => one === null))

/** A column of the buckets; nothing where no run ended. */
export const column = (buckets: readonly Bucket[], value: (bucket: Bucket) => number | null) =>
  buckets.map((bucket) => (bucket.runs > 0 ? value(bucket) : null))
