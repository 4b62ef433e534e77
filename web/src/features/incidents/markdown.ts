export type Block =
  | { kind: 'heading'; level: number; text: string }
  | { kind: 'list'; items: string[] }
  | { kind: 'table'; rows: string[][] }
  | { kind: 'text'; text: string }
export type Span = { kind: 'plain' | 'strong' | 'em' | 'code'; text: string }

const LIST = /^\s*(?:[-*]|\d+\.)\s+(.*)$/
const HEADING = /^(#{1,6})\s+(.*)$/
const cells = (line: string) =>
  line
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => unescaped(cell.trim()))
const unescaped = (text: string) => text.replace(/\\([\\`*_{}[\]()#+\-.!|<>])/g, '$1')
const isRule = (row: string[]) => row.every((cell) => /^:?-*:?$/.test(cell))

function blockOf(line: string): Block {
  const heading = HEADING.exec(line)
  if (heading) return { kind: 'heading', level: heading[1]?.length ?? 1, text: heading[2] ?? '' }
  const item = LIST.exec(line)
  if (item) return { kind: 'list', items: [item[1] ?? ''] }
  if (line.trimStart().startsWith('|')) return { kind: 'table', rows: [cells(line)] }
  return { kind: 'text', text: line }
}

/** The Markdown that postmortems are made of. What it does not know stays text; HTML is never more than text. */
export function blocksOf(source: string): Block[] {
  const blocks: Block[] = []
  let apart = true
  for (const line of source.split('\n')) {
    if (line.trim() === '') {
      apart = true
      continue
    }
    const next = blockOf(line)
    const last = apart ? undefined : blocks.at(-1)
    apart = false
    if (last?.kind === 'list' && next.kind === 'list') last.items.push(...next.items)
    else if (last?.kind === 'table' && next.kind === 'table') last.rows.push(...next.rows)
    else if (last?.kind === 'text' && next.kind === 'text') last.text += `\n${next.text}`
    else blocks.push(next)
  }
  return blocks.map((block) =>
    block.kind === 'table' ? { ...block, rows: block.rows.filter((row) => !isRule(row)) } : block,
  )
}

const SPAN = /`([^`]+)`|\*\*([^*]+)\*\*|(?<![\w\\])_([^_]+)_(?!\w)/g
export function spansOf(text: string): Span[] {
  const spans: Span[] = []
  let from = 0
  const plain = (part: string) => part && spans.push({ kind: 'plain', text: unescaped(part) })
  for (const found of text.matchAll(SPAN)) {
    plain(text.slice(from, found.index))
    const [all, code, strong, em] = found
    if (code) spans.push({ kind: 'code', text: code })
    else spans.push({ kind: strong ? 'strong' : 'em', text: unescaped(strong ?? em ?? '') })
    from = found.index + all.length
  }
  plain(text.slice(from))
  return spans
}
