import type { MonitorType } from '@/types'
import type { JsonProperty } from '@/ui/schema'
import { absolute } from './draft'

/** One monitor to be made: the body of `POST /monitors`, and what already here is known to be wrong with it. */
export type ImportRow = { draft: Record<string, unknown>; problem?: string }
export type Parsed = { rows: ImportRow[]; problem?: undefined } | { rows?: undefined; problem: string }

const NUMBERS = new Set(
  'interval timeout_ms alert_threshold recovery_threshold confirm_interval_s degraded_ms reminder_interval_s'.split(
    ' ',
  ),
)
const LISTS = new Set(['tags', 'regions', 'parents'])
const SWITCHES = new Set(['enabled', 'inverted'])
const WORDS = new Set(['name', 'type', 'url', 'severity', 'runbook_url', 'description'])
/** What only answers have: a list that was taken from the API can be given back to it. */
const ANSWERED = new Set(
  'id tenant_id target status status_since created_at updated_at checked_at response_time_ms message summary held'.split(
    ' ',
  ),
)

/** Rows of cells as RFC 4180 has them, with whichever of comma, semicolon or tab the first line uses most. */
export function cellsOf(text: string): string[][] {
  const first = text.split(/\r?\n/, 1)[0] ?? ''
  const count = (mark: string) => first.split(mark).length
  const mark = [',', ';', '\t'].sort((a, b) => count(b) - count(a))[0] ?? ','
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  const endRow = () => {
    row.push(cell)
    if (row.some((one) => one.trim() !== '')) rows.push(row)
    row = []
    cell = ''
  }
  for (let i = 0; i < text.length; i += 1) {
    const letter = text[i] ?? ''
    if (quoted) {
      if (letter !== '"') cell += letter
      else if (text[i + 1] === '"') {
        cell += '"'
        i += 1
      } else quoted = false
    } else if (letter === '"' && cell.trim() === '') {
      quoted = true
      cell = ''
    } else if (letter === mark) {
      row.push(cell)
      cell = ''
    } else if (letter === '\n') endRow()
    else if (letter !== '\r') cell += letter
  }
  endRow()
  return rows
}

const numberOr = (text: string): unknown => (text !== '' && Number.isFinite(Number(text)) ? Number(text) : text)
const switchOr = (text: string): unknown =>
  /^(true|yes|on|1)$/i.test(text) ? true : /^(false|no|off|0)$/i.test(text) ? false : text
const listOf = (text: string) =>
  text
    .split(/[;|,]/)
    .map((one) => one.trim())
    .filter(Boolean)

function settingOf(text: string, property: JsonProperty): unknown {
  if (property.type === 'integer' || property.type === 'number') return numberOr(text)
  if (property.type === 'boolean') return switchOr(text)
  if (property.type === 'array') return listOf(text).map(property.items?.type === 'integer' ? numberOr : String)
  if (property.type !== 'object') return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** One line of the table; columns that are no field of every monitor are settings of its type. */
function draftOf(columns: string[], cells: string[], types: readonly MonitorType[]): ImportRow {
  const given = columns.flatMap((column, i) => {
    const text = (cells[i] ?? '').trim()
    return text === '' || ANSWERED.has(column) ? [] : [[column, text] as const]
  })
  const kind = given.find(([column]) => column === 'type')?.[1] ?? 'http'
  const type = types.find((one) => one.type === kind)
  const draft: Record<string, unknown> = { type: kind }
  const settings: Record<string, unknown> = {}
  let problem: string | undefined
  for (const [column, text] of given) {
    const name = column.replace(/^settings\./, '')
    const property = type?.settings.properties[name]
    if (column === 'url') draft.url = absolute(text, type?.schemes)
    else if (WORDS.has(column)) draft[column] = text
    else if (NUMBERS.has(column) || column === 'region_quorum') draft[column] = numberOr(text)
    else if (SWITCHES.has(column)) draft[column] = switchOr(text)
    else if (LISTS.has(column)) draft[column] = listOf(text)
    else if (property) settings[name] = settingOf(text, property)
    else if (type) problem ??= `“${column}” is no field of a monitor of this type`
  }
  if (Object.keys(settings).length > 0) draft.settings = settings
  return problem ? { draft, problem } : { draft }
}

function parseTable(text: string, types: readonly MonitorType[]): Parsed {
  const [head = [], ...lines] = cellsOf(text)
  const columns = head.map((cell) => cell.trim().toLowerCase())
  if (!columns.includes('name'))
    return { problem: 'The first line has to name the columns, and one of them has to be “name”.' }
  return { rows: lines.map((cells) => draftOf(columns, cells, types)) }
}

function parseJson(text: string): Parsed {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { problem: `This is no JSON: ${error instanceof Error ? error.message : 'it cannot be read'}.` }
  }
  const list = Array.isArray(value)
    ? value
    : value !== null && typeof value === 'object' && 'items' in value
      ? value.items
      : undefined
  if (!Array.isArray(list)) return { problem: 'JSON has to be a list of monitors, or an object with a list “items”.' }
  return {
    rows: list.map((one): ImportRow => {
      if (one === null || typeof one !== 'object' || Array.isArray(one))
        return { draft: {}, problem: 'This is no object' }
      return { draft: Object.fromEntries(Object.entries(one).filter(([name]) => !ANSWERED.has(name))) }
    }),
  }
}

/** What was pasted or chosen, as monitors to be made: JSON when it begins like it, otherwise a table. */
export function parseImport(text: string, types: readonly MonitorType[]): Parsed {
  const trimmed = text.replace(/^\uFEFF/, '').trim()
  if (trimmed === '') return { problem: 'There is nothing in it.' }
  const parsed = /^[[{]/.test(trimmed) ? parseJson(trimmed) : parseTable(trimmed, types)
  return parsed.rows?.length === 0 ? { problem: 'There is no monitor in it.' } : parsed
}
