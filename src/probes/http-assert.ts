import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'
import { compile, TreeInterpreter } from '@jmespath-community/jmespath'
import type { Reason } from '#probes/define'
import { type HttpAnswer, headerOf, MAX_BODY } from '#probes/http-reader'
import type { HttpSettings } from '#probes/http-settings'
import { finderOf } from '#probes/pattern'

export type Failure = { reason: Reason; message: string }
type Content = { body: Buffer; text: () => string }
type Assertion = (content: Content, answer: HttpAnswer) => string | undefined

/** Undoes Content-Encoding, never into more than 1 MB; undefined when it cannot be undone. */
export function decoded(answer: HttpAnswer): Buffer | undefined {
  const encoding = headerOf(answer, 'content-encoding')?.trim().toLowerCase()
  if (!encoding || encoding === 'identity' || !answer.body.length) return answer.body
  const options = { maxOutputLength: MAX_BODY }
  try {
    if (encoding === 'gzip' || encoding === 'x-gzip') return gunzipSync(answer.body, options)
    if (encoding === 'br') return brotliDecompressSync(answer.body, options)
    if (encoding !== 'deflate') return
    // "deflate" is zlib by the standard and raw in some servers' practice (RFC 9110 section 8.4.1.2).
    const zlib = ((answer.body[0] ?? 0) & 0x0f) === 8
    return zlib ? inflateSync(answer.body, options) : inflateRawSync(answer.body, options)
  } catch {
    return
  }
}

const charsetOf = (answer: HttpAnswer) =>
  /charset="?([\w-]+)/i.exec(headerOf(answer, 'content-type') ?? '')?.[1]?.toLowerCase() ?? 'utf-8'

function decodeText(body: Buffer, charset: string): string {
  if (charset === 'utf-8' || charset === 'utf8') return body.toString('utf8')
  try {
    return new TextDecoder(charset as 'utf-8').decode(body)
  } catch {
    return body.toString('utf8')
  }
}

const isUtf8 = (answer: HttpAnswer) => /^utf-?8$/.test(charsetOf(answer))
const has = (keyword: string) => {
  const bytes = Buffer.from(keyword)
  return ({ body, text }: Content, answer: HttpAnswer) =>
    isUtf8(answer) ? body.includes(bytes) : text().includes(keyword)
}

const shown = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
const clipped = (text: string) => (text.length > 80 ? `${text.slice(0, 79)}…` : text)

type Operator = NonNullable<HttpSettings['json_operator']>
const WORDS: Record<Operator, string> = {
  equals: '',
  not_equals: 'anything but ',
  contains: 'something that contains ',
  greater: 'more than ',
  less: 'less than ',
  exists: 'a value',
}

const asNumber = (value: unknown) =>
  typeof value === 'number' || (typeof value === 'string' && value.trim() !== '') ? Number(value) : Number.NaN

export function holds(actual: unknown, operator: Operator, expected: string): boolean {
  if (operator === 'exists') return actual !== null && actual !== undefined
  const [left, right] = [asNumber(actual), asNumber(expected)]
  if (operator === 'greater') return left > right
  if (operator === 'less') return left < right
  if (operator === 'contains') {
    return Array.isArray(actual)
      ? actual.some((it) => holds(it, 'equals', expected))
      : !!shown(actual)?.includes(expected)
  }
  const numbers = !Number.isNaN(left) && !Number.isNaN(right)
  const equal = numbers ? left === right : (shown(actual) ?? 'null') === expected
  return operator === 'equals' ? equal : !equal
}

function jsonAssertion(path: string, operator: Operator, expected: string): Assertion {
  const expression = compile(path)
  return ({ text }) => {
    let data: unknown
    try {
      data = JSON.parse(text())
    } catch {
      return 'the answer is not JSON'
    }
    let actual: unknown
    try {
      // Safe: what JSON.parse returns is a JSON value.
      actual = TreeInterpreter.search(expression, data as Parameters<typeof TreeInterpreter.search>[1])
    } catch {
      return `${path} cannot be read from this answer`
    }
    if (holds(actual, operator, expected)) return
    const wanted = operator === 'exists' ? WORDS.exists : `${WORDS[operator]}“${clipped(expected)}”`
    return `${path} is “${clipped(shown(actual) ?? 'null')}”, expected ${wanted}`
  }
}

function headerAssertion(name: string, expected: string): Assertion {
  const wanted = name.toLowerCase()
  return (_, answer) => {
    const actual = headerOf(answer, wanted)
    if (actual === undefined) return `the header ${name} is missing`
    if (!actual.includes(expected)) return `the header ${name} does not contain “${clipped(expected)}”`
  }
}

/** Everything the settings demand of the content, compiled once. */
export function assertionsOf(settings: HttpSettings): Assertion[] {
  const all: Assertion[] = []
  const { keyword, keyword_absent, body_pattern, json_path, json_operator = 'equals', json_value = '' } = settings
  for (const [name, value] of Object.entries(settings.expected_headers ?? {})) all.push(headerAssertion(name, value))
  if (keyword) {
    const found = has(keyword)
    all.push((content, answer) =>
      found(content, answer) ? undefined : `the page does not contain “${clipped(keyword)}”`,
    )
  }
  if (keyword_absent) {
    const found = has(keyword_absent)
    all.push((content, answer) =>
      found(content, answer) ? `the page contains “${clipped(keyword_absent)}”` : undefined,
    )
  }
  if (body_pattern) {
    const found = finderOf(body_pattern)
    all.push(({ text }) => (found(text()) ? undefined : `the page does not match “${clipped(body_pattern)}”`))
  }
  if (json_path) all.push(jsonAssertion(json_path, json_operator, json_value))
  return all
}

/** The first demand that the answer does not meet. */
export function firstFailure(assertions: Assertion[], answer: HttpAnswer): Failure | undefined {
  if (!assertions.length) return
  const body = decoded(answer)
  if (!body) return { reason: 'protocol', message: 'the compressed answer cannot be decoded within 1 MB' }
  let text: string | undefined
  const content = { body, text: () => (text ??= decodeText(body, charsetOf(answer))) }
  for (const assertion of assertions) {
    const message = assertion(content, answer)
    if (message) return { reason: 'assertion', message }
  }
}
