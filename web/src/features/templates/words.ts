import type { NoticeEvent } from '#contract/events'
import type { Template, Words } from './queries'

/** What Xinex says by itself, as a template. */
export const OWN: Words = { title: '{{title}}', body: '{{body}}' }

/** The words that count for a channel, or for all of them: its own, else those for all, else Xinex's. */
export function wordsFor(templates: readonly Template[], event: NoticeEvent, channel_id: string | null) {
  const own = templates.find((one) => one.event === event && one.channel_id === channel_id)
  const all = templates.find((one) => one.event === event && one.channel_id === null)
  const { title, body } = own ?? all ?? OWN
  return { own, words: { title, body } }
}

/** `2 channels differ`; nothing where all say the same. */
export function differing(templates: readonly Template[], event: NoticeEvent): number {
  return templates.filter((one) => one.event === event && one.channel_id !== null).length
}

/** Puts a name where the cursor is; answers the text and where the cursor goes. */
export function inserted(text: string, name: string, from: number, to = from): { text: string; at: number } {
  const place = `{{${name}}}`
  return { text: text.slice(0, from) + place + text.slice(to), at: from + place.length }
}
