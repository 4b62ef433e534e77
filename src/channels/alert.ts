import type { Notice } from '#channels/define'
import { fieldOf } from '#channels/post'
import { fit, oneLine } from '#channels/text'

/** How a notice becomes an alert, a ticket or a line of text; shared by channels, no channel itself. */

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value ? value : undefined)

/**
 * What a provider that knows alerts finds this one again by, from its opening to its end. A test has its own; nothing for
 * what is about no incident, such as a maintenance window: that opens no alert anywhere.
 */
export function keyOf({ subject, data, kind, delivery_id }: Notice): string | undefined {
  if (kind === 'test') return `xinex-${delivery_id}`
  const incident = subject ?? textOf(fieldOf(data, 'incident', 'id')) ?? textOf(data.incident_id)
  return incident ?? (kind === 'updated' ? undefined : `xinex-${delivery_id}`)
}

/** What a channel answers that has nothing to do for a notice. */
export const nothing = { answer: 'Nothing was sent: this is not about an incident.' }

/** The monitor or heartbeat it is about. */
export const sourceOf = ({ data }: Notice): { name?: string; type?: string; target?: string; runbook_url?: string } => {
  const about = fieldOf(data, 'monitor') ?? fieldOf(data, 'heartbeat')
  const read = (name: string) => textOf(fieldOf(about, name))
  return { name: read('name'), type: read('type'), target: read('target'), runbook_url: read('runbook_url') }
}

/** The title, of which a provider insists that there is one. */
export const headline = ({ title }: Notice, limit: number) => fit(oneLine(title), limit) || 'Xinex'

const isLink = (url: string | undefined): url is string => !!url && /^https?:\/\//i.test(url) && URL.canParse(url)

/** Where to go from the alert. */
export function linksOf(notice: Notice): { href: string; text: string }[] {
  const links = [
    { href: notice.url, text: 'Open in Xinex' },
    { href: sourceOf(notice).runbook_url, text: 'Runbook' },
  ]
  return links.flatMap(({ href, text }) => (isLink(href) ? [{ href, text }] : []))
}

/** Body and link as plain text; the body is cut before the link is. */
export function bodyWithLink({ body, url }: Notice, limit: number): string {
  const link = url.length <= 2048 ? url : ''
  return [fit(body.trim(), limit - link.length - 2), link].filter(Boolean).join('\n\n')
}

/** Title, body and link as the few lines of a text message. `more` is what comes after the link. */
export function shortText(notice: Notice, limit: number, more: string[] = []): string {
  const title = fit(oneLine(notice.title), Math.min(limit, 200))
  const tail = [notice.url, ...more].filter((line) => line && line.length <= 500)
  const room = limit - title.length - tail.join('\n').length - 2
  return [title, fit(notice.body.trim(), Math.max(0, room)), ...tail].filter(Boolean).join('\n')
}

/**
 * Remembers the latest `size` things by name while the program runs. What a provider cannot tell apart by itself is told
 * apart here; after a restart a message may come twice, never not at all.
 */
export function remembering<Value>(size = 1_000) {
  const known = new Map<string, Value>()
  return {
    get: (key: string) => known.get(key),
    forget: (key: string) => known.delete(key),
    set(key: string, value: Value) {
      known.delete(key)
      known.set(key, value)
      const [oldest] = known.keys()
      if (known.size > size && oldest !== undefined) known.delete(oldest)
    },
  }
}
