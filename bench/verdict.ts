/** The end of a long run: every promise with what was found, and an exit code for whoever started it. */
export type Kept = { promise: string; found: string; kept: boolean }

export function conclude(promises: Kept[]): boolean {
  console.log('| promise | found | |\n|---|---|---|')
  for (const { promise, found, kept } of promises)
    console.log(`| ${promise} | ${found} | ${kept ? 'kept' : 'BROKEN'} |`)
  const broken = promises.filter(({ kept }) => !kept).length
  console.log(broken === 0 ? `\nAll ${promises.length} promises were kept.` : `\n${broken} promises were BROKEN.`)
  return broken === 0
}

/** The first few of many, so that somebody can look for the cause. */
export function some(found: string[], most = 5): string {
  const shown = found.slice(0, most).join('; ')
  return found.length > most ? `${shown}; and ${found.length - most} more` : shown
}
/** A promise that nothing of some kind was found. */
export const none = (promise: string, found: string[], of: string): Kept => ({
  promise,
  found: found.length === 0 ? `none in ${of}` : `${found.length} in ${of}: ${some(found)}`,
  kept: found.length === 0,
})

/** Time of day to the millisecond. */
export const clock = (at: number) => new Date(at).toISOString().slice(11, 23)
const begun = Date.now()
/** What goes on, with the seconds since the start. */
export const say = (text: string) =>
  console.log(`[${String(Math.round((Date.now() - begun) / 1_000)).padStart(5)} s] ${text}`)
