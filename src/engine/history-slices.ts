/** The loop is given back after this long. */
const SLICE_MS = 8

const breath = () => new Promise<void>((next) => setImmediate(next))

/** Takes the steps one after the other, and lets others do something every few milliseconds. `going` is asked after that. */
export async function inSlices(steps: Iterable<unknown>, going: () => boolean = () => true): Promise<void> {
  let begun = performance.now()
  for (const _ of steps) {
    if (performance.now() - begun < SLICE_MS) continue
    await breath()
    if (!going()) return
    begun = performance.now()
  }
}
