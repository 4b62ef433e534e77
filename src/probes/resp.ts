import type { Answer } from '#probes/answer'
import type { ByteReader } from '#probes/byte-reader'

/** One reply of RESP2; an error inside a list is a value like any other. */
export type Reply = string | number | null | Reply[] | RedisError
export class RedisError {
  constructor(readonly text: string) {}
  /** The first word in capitals, by which programs tell errors apart. */
  get code(): string {
    return this.text.split(' ', 1)[0] ?? ''
  }
}

const MAX_LINE = 65_536
const MAX_DEPTH = 8

/** A command as a list of bulk strings. https://redis.io/docs/latest/develop/reference/protocol-spec/ */
export const command = (words: string[]): Buffer =>
  Buffer.from(`*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`)

/** Reads one reply; anything that is none is a protocol fault. The reader's budget bounds what is kept. */
export async function reply(reader: ByteReader, depth = 0): Promise<Reply> {
  const line = await reader.line(MAX_LINE)
  const rest = line.slice(1)
  if (line[0] === '+') return rest
  if (line[0] === '-') return new RedisError(rest)
  if (!/^-?\d{1,19}$/.test(rest)) throw reader.nonsense()
  const number = Number(rest)
  if (line[0] === ':') return number
  if (line[0] === '$') {
    if (number < 0) return null
    const text = (await reader.take(number)).toString('utf8')
    const end = await reader.take(2)
    if (end.toString('latin1') !== '\r\n') throw reader.nonsense()
    return text
  }
  if (line[0] !== '*' || depth >= MAX_DEPTH) throw reader.nonsense()
  if (number < 0) return null
  const list: Reply[] = []
  while (list.length < number) list.push(await reply(reader, depth + 1))
  return list
}

const text = (value: Reply): string | null =>
  value === null ? null : value instanceof RedisError ? value.text : Array.isArray(value) ? '' : String(value)

/** A reply as rows: a list has as many as it has elements, nothing (nil) has none, everything else is one. */
export function rowsOf(value: Reply): Answer {
  if (value === null) return { rows: 0, first: null }
  if (!Array.isArray(value)) return { rows: 1, first: text(value) }
  let first: Reply | undefined = value[0]
  while (Array.isArray(first)) first = first[0]
  return { rows: value.length, first: first === undefined ? undefined : text(first) }
}

const WORD = /"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/gy

/** The words of a command line; words with spaces stand in quotes. Undefined when a quote is not closed. */
export function wordsOf(line: string): string[] | undefined {
  const words: string[] = []
  let at = 0
  while (at < line.length) {
    while (/\s/.test(line[at] ?? '')) at++
    if (at >= line.length) break
    WORD.lastIndex = at
    const found = WORD.exec(line)
    const [whole = '', double, single, bare] = found ?? []
    if (!found || (bare && /^["']/.test(bare))) return
    words.push(double?.replace(/\\(.)/g, '$1') ?? single ?? bare ?? '')
    at += whole.length
  }
  return words
}
