import { fit } from '#channels/text'

/** Jira Cloud's rich text, of which three kinds of node are needed: https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/ */
type Text = { type: 'text'; text: string; marks?: { type: 'link'; attrs: { href: string } }[] }
type Paragraph = { type: 'paragraph'; content: (Text | { type: 'hardBreak' })[] }
export type Document = { type: 'doc'; version: 1; content: Paragraph[] }

// Longer fields are refused: https://support.atlassian.com/jira-cloud-administration/docs/configure-advanced-settings/ (32,767)
const LIMIT = 30_000

/** The lines as one paragraph, then the links in one of their own. Text nodes may not be empty. */
export function documentOf(body: string, links: { href: string; text: string }[]): Document {
  const lines = fit(body.trim(), LIMIT)
    .split('\n')
    .filter((line) => line.trim())
  const text = lines.flatMap((line, i) => [
    ...(i > 0 ? [{ type: 'hardBreak' } as const] : []),
    { type: 'text', text: line } as const,
  ])
  const linked = links.flatMap(({ href, text }, i): Paragraph['content'] => [
    ...(i > 0 ? [{ type: 'text', text: ' · ' } as const] : []),
    { type: 'text', text, marks: [{ type: 'link', attrs: { href } }] },
  ])
  const paragraphs = [text, linked].filter(({ length }) => length > 0)
  return { type: 'doc', version: 1, content: paragraphs.map((content) => ({ type: 'paragraph', content })) }
}

/** The same in plain text, for Data Center: its wiki markup makes a link of an address that stands alone. */
export const plainOf = (body: string, links: { href: string; text: string }[]) =>
  [fit(body.trim(), LIMIT), links.map(({ href, text }) => `${text}: ${href}`).join('\n')].filter(Boolean).join('\n\n')
