import type { Measure } from '#heartbeats/learn-model'
import { duration } from '#kernel/words'

const grouped = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 0 })
const digits = (value: number, most: number) => String(Number(value.toFixed(most)))

/** 0.0314 → "0.031": as exact as it matters. */
function amount(usd: number): string {
  if (usd >= 100) return grouped(usd)
  if (usd >= 1) return usd.toFixed(2)
  return usd <= 0 ? '0' : String(Number(usd.toPrecision(2)))
}
export const dollars = (usd: number) => `$${amount(usd)}`

export function bytes(count: number): string {
  if (count < 1_000) return `${digits(count, 0)} bytes`
  return count < 1_000_000 ? `${digits(count / 1_000, 1)} KB` : `${digits(count / 1_000_000, 1)} MB`
}
/** Of calls that take moments, moments matter. */
export const time = (ms: number) =>
  ms < 1_000 ? `${digits(ms, 0)} ms` : ms < 20_000 ? `${digits(ms / 1_000, 1)} s` : duration(ms / 1_000)

/** A value of a measure, as people say it. */
export const inWords: Record<Measure, (value: number) => string> = {
  latency: time,
  cost: dollars,
  tokens: grouped,
  output: bytes,
  quality: (value) => digits(value, 2),
}

const units = [
  { name: 's', ms: 1_000, below: 120_000 },
  { name: 'min', ms: 60_000, below: 7_200_000 },
  { name: 'h', ms: 3_600_000, below: 172_800_000 },
  { name: 'd', ms: 86_400_000, below: Number.POSITIVE_INFINITY },
]
/** 3,300,000 and 3,900,000 → "55–65 min" */
export function range(low: number, high: number): string {
  const unit = units.find(({ below }) => high < below) ?? units[3]
  if (!unit) return ''
  const [from, to] = [low, high].map((one) => digits(one / unit.ms, high / unit.ms < 10 ? 1 : 0))
  return from === to ? `${to} ${unit.name}` : `${from}–${to} ${unit.name}`
}

/** 1.9, "as much" → "twice as much" */
export function times(ratio: number, as: string): string {
  if (ratio >= 1.8 && ratio < 2.25) return `twice ${as}`
  if (ratio >= 1) return `${digits(ratio, ratio < 10 ? 1 : 0)} times ${as}`
  return `${digits(ratio * 100, ratio < 0.1 ? 1 : 0)} % of it`
}
