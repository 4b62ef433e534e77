import type { Reason } from '#probes/define'

export type Words = { reason: Reason | null; message: string }
type Known = Words & { id: number; day: number }

/** More different texts than this are a message with a changing part in it; later ones keep only their reason. */
const MOST = 20_000
const LONGEST = 200

/**
 * Each different failure text is kept once and checks refer to it by number. `0` is "no text". Changes wait in
 * `unsaved` until the next write.
 */
export function createMessages(stored: Known[]) {
  const byText = new Map<string, Known>()
  const byId = new Map<number, Known>()
  const unsaved = new Set<Known>()
  let last = 0
  const keyOf = ({ reason, message }: Words) => `${reason ?? ''}\n${message}`
  for (const known of stored) {
    byText.set(keyOf(known), known)
    byId.set(known.id, known)
    last = Math.max(last, known.id)
  }

  return {
    unsaved,
    wordsOf: (id: number): Words | undefined => byId.get(id),
    idOf(given: Words, day: number): number {
      const words =
        byText.size < MOST ? { ...given, message: given.message.slice(0, LONGEST) } : { ...given, message: '' }
      const known = byText.get(keyOf(words))
      if (known) {
        // The newest day that needs it: what comes late is older.
        if (known.day < day) unsaved.add(known)
        known.day = Math.max(known.day, day)
        return known.id
      }
      const added = { ...words, id: ++last, day }
      byText.set(keyOf(added), added)
      byId.set(added.id, added)
      unsaved.add(added)
      return added.id
    },
    /** Forgets texts that no kept check can refer to. */
    forgetBefore(day: number) {
      for (const known of byId.values())
        if (known.day < day) {
          byId.delete(known.id)
          byText.delete(keyOf(known))
        }
    },
  }
}
export type Messages = ReturnType<typeof createMessages>
