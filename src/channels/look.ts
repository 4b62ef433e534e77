import { isIP } from 'node:net'
import type { Notice, NoticeAction } from '#channels/define'
import { fit, oneLine } from '#channels/text'

/** How a notice looks wherever people read it: signs, colours, buttons and Markdown; shared by channels, no channel itself. */

export const SIGN = { down: '🔴', up: '🟢', acknowledged: '🟡', updated: '🟠', test: '🔵' } satisfies Record<
  Notice['kind'],
  string
>

const BY_KIND = { up: 0x17a34a, acknowledged: 0xd97706, updated: 0xea580c, test: 0x2563eb }
const BY_SEVERITY = { critical: 0xd92d20, high: 0xd92d20, medium: 0xea580c, low: 0xd97706 }

/** An outage has the colour of its severity, everything else that of its kind. */
export const colourOf = ({ kind, severity }: Notice): number =>
  kind === 'down' ? BY_SEVERITY[severity] : BY_KIND[kind]
export const hexColourOf = (notice: Notice) => `#${colourOf(notice).toString(16).padStart(6, '0')}`

/** What is said about the weight of a notice beside its title. */
export const weightOf = ({ kind, severity }: Notice) => (kind === 'test' ? 'Test' : severity)

/** The title with its sign on one line; never empty. */
export const headOf = ({ kind, title }: Notice, limit: number, options: Parameters<typeof fit>[2] = {}) =>
  fit(`${SIGN[kind]} ${oneLine(title)}`, limit, options)

const isLink = (url: string) => /^https?:\/\//i.test(url) && URL.canParse(url)

/** Discord and Telegram refuse the entire message when a link's host has no dot: https://github.com/grafana/grafana/issues/65270, https://github.com/rubenlagus/TelegramBots/issues/302 */
export function linkable(url: string): boolean {
  const host = isLink(url) ? new URL(url).hostname : ''
  return host.includes('.') || isIP(host.replace(/^\[|\]$/g, '')) !== 0
}

export type Button = { kind: NoticeAction['kind'] | 'open'; label: string; url: string; token?: string }

/** What can be pressed: what a person can do, then the way to the incident. Links longer than a provider takes are left out. */
export function buttonsOf({ actions = [], url }: Notice, { longest = 2048, label = 80 } = {}): Button[] {
  const all: Button[] = [...actions, { kind: 'open', label: 'Open in Xinex', url }]
  return all
    .filter((button) => button.url.length <= longest && isLink(button.url))
    .map((button) => ({ ...button, label: fit(oneLine(button.label), label) }))
}

/** Whoever has one of these may act: they belong to the reader and into no log. */
export const actionKeys = ({ actions = [] }: Notice) => actions.flatMap(({ url, token }) => [url, token])

/** One line each, for those who show links only as they are. */
export const plainLinks = (buttons: Button[]) => buttons.map(({ label, url }) => `${label}: ${url}`).join('\n')

/** Every character with a meaning in Markdown, except inside links, where a backslash would break the link. */
export const escapeMarkdown = (text: string) =>
  text.replace(/https?:\/\/[^\s<>()[\]]+|[\\*_~`|>#\-[\]()<@:]/g, (found) => (found.length > 1 ? found : `\\${found}`))

/** Inside the parentheses of a Markdown link only these would end it. */
const inParentheses = (url: string) =>
  url.replace(/[()\s<>\\]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`)

export const markdownLinks = (buttons: Button[]) =>
  buttons.map(({ label, url }) => `[${escapeMarkdown(label)}](${inParentheses(url)})`).join(' · ')

/** Length of a text inside JSON, without its quotation marks, in bytes. */
export const jsonBytes = (text: string) => Buffer.byteLength(JSON.stringify(text)) - 2
