/** The label beside a name; the sentence is the server's and says the rest. */
export const toldWord = (told: boolean, sentence: string): string =>
  told
    ? 'Told'
    : sentence.startsWith('Will be called')
      ? 'Will be told'
      : sentence.startsWith('Was called; the message waits')
        ? 'Being told'
        : 'Not told'

/** Nine in the morning of the next day, by the clock of the browser. */
export function tomorrowMorning(now: Date): Date {
  const at = new Date(now)
  at.setDate(at.getDate() + 1)
  at.setHours(9, 0, 0, 0)
  return at
}
