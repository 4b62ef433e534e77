export type PhaseTimes = {
  dns_ms?: number
  connect_ms?: number
  tls_ms?: number
  first_byte_ms?: number
  transfer_ms?: number
}
/** One bucket; without phases nothing answered in it. */
export type PhasePoint = { at: string; phases: PhaseTimes | undefined }

/** In the order in which they happen, with the colour that each has everywhere. */
export const phaseSteps = [
  { key: 'dns_ms', title: 'Name lookup', colour: 'var(--chart-2)' },
  { key: 'connect_ms', title: 'Connect', colour: 'var(--chart-3)' },
  { key: 'tls_ms', title: 'TLS', colour: 'var(--chart-4)' },
  { key: 'first_byte_ms', title: 'First byte', colour: 'var(--chart-1)' },
  { key: 'transfer_ms', title: 'Transfer', colour: 'var(--idle-solid)' },
] as const satisfies readonly { key: keyof PhaseTimes; title: string; colour: string }[]

/** Columns for the stacked chart: of each phase that occurs, its own time and the height it reaches. Holes become gaps. */
export function stacked(points: readonly PhasePoint[], bucket_s: number) {
  const steps = phaseSteps.filter(({ key }) => points.some(({ phases }) => phases?.[key] !== undefined))
  const at: number[] = []
  const values = steps.map((): (number | null)[] => [])
  const tops = steps.map((): (number | null)[] => [])
  const push = (time: number, phases: PhaseTimes | undefined) => {
    at.push(time)
    let top = 0
    steps.forEach(({ key }, i) => {
      const value = phases?.[key] ?? 0
      top += value
      values[i]?.push(phases ? value : null)
      tops[i]?.push(phases ? top : null)
    })
  }
  for (const { at: moment, phases } of points) {
    const time = Date.parse(moment) / 1000
    const before = at.at(-1)
    if (before !== undefined && time - before > bucket_s * 3) push(before + bucket_s, undefined)
    push(time, phases)
  }
  return { at, steps, values, tops }
}
