import type { Severity } from '#contract/statuses'
import type { Trouble } from '#engine/inbound'
import { type Json, lineOf, linkOf, MOST_MESSAGE, MOST_TITLE, plain, textOf, tidyTags, valuesOf } from './words'

/** What an event of another program asks for. */
export type Told =
  | { action: 'open'; trouble: Trouble }
  | { action: 'acknowledge' | 'close' | 'comment'; dedup_key: string; message?: string }
  | { action: 'ignore'; why: string }
/** What a body was read as, and what is wrong with it, one sentence for each fault; of several events some may be fine. */
export type Read = { told: Told[]; faults: string[] }
export const faulty = (...faults: string[]): Read => ({ told: [], faults })
export const fine = (...told: Told[]): Read => ({ told, faults: [] })

type Given = {
  dedup_key: string
  title: unknown
  severity: Severity
  message?: unknown
  source?: unknown
  url?: unknown
  /** Labels and the like, `name:value`. */
  tags?: unknown[]
  region?: unknown
  /** Shown with the first entry of the timeline. */
  values?: Json
  more?: Record<string, unknown>
}

/** A trouble, with everything in it bounded and readable. */
export function trouble({
  dedup_key,
  title,
  severity,
  message,
  source,
  url,
  tags = [],
  region,
  values,
  more,
}: Given): Told {
  const named = values && valuesOf(values)
  const [full, line] = [textOf(title), lineOf(title, MOST_TITLE)]
  // What a title is cut to must not be all that is left of it.
  const said = textOf(message, MOST_MESSAGE) ?? (full !== line ? full : undefined)
  const where = lineOf(region)
  return {
    action: 'open',
    trouble: {
      dedup_key,
      title: line ?? 'An event without a title',
      severity,
      message: said ?? null,
      source: lineOf(source) ?? null,
      url: linkOf(url) ?? null,
      labels: { type: 'event', tags: tidyTags(tags), ...(where && { regions: [where] }) },
      details: { ...(named && Object.keys(named).length > 0 && { values: named }), ...more },
    },
  }
}

/** Where nothing names the trouble: what it is called and where it is, so that the same again is the same. */
export const keyFrom = (...parts: unknown[]): string => parts.map((part) => lineOf(plain(part)) ?? '').join('|')
