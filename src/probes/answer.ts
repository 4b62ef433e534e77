import { type SchemaOptions, Type as t } from '@sinclair/typebox'
import { oneOf, ui } from '#kernel/form'

/** What a query or command answered: how many rows, and the first value of the first one as text; null is NULL. */
export type Answer = { rows: number; first: string | null | undefined }

const EXPECTATIONS = ['any', 'rows_at_least', 'rows_at_most', 'equals', 'contains', 'greater', 'less'] as const
export type Expectation = (typeof EXPECTATIONS)[number]
type Wanted = { expect: Expectation; expected: string }

export const expectField = (description: string) =>
  t.Optional(
    oneOf(EXPECTATIONS, {
      title: 'Expect',
      description,
      default: 'any',
      ...ui({ group: 'advanced', widget: 'select', span: 1 }),
    }),
  )

export const expectedField = t.Optional(
  t.String({
    title: 'Expected',
    description: 'The number or text to compare with.',
    maxLength: 1_000,
    ...ui({
      group: 'advanced',
      span: 1,
      mono: true,
      showIf: { field: 'expect', is: EXPECTATIONS.filter((it) => it !== 'any') },
    }),
  } satisfies SchemaOptions & { maxLength: number }),
)

/** What is wrong with the expectation itself, by field. */
export function expectationProblem({ expect = 'any', expected = '' }: Partial<Wanted>): Record<string, string> {
  const problem = (sentence: string) => ({ 'settings.expected': sentence })
  if (expect.startsWith('rows_') && !/^\d{1,9}$/.test(expected)) return problem('needs a whole number of rows')
  if ((expect === 'greater' || expect === 'less') && numberOf(expected) === undefined) return problem('needs a number')
  if (expect === 'contains' && !expected) return problem('needs a text to look for')
  return {}
}

const numberOf = (text: string): number | undefined => {
  const number = text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(number) ? number : undefined
}

const SHOWN = 80
const shown = (text: string) => `“${text.length > SHOWN ? `${text.slice(0, SHOWN - 1)}…` : text}”`

/** How the answer misses the expectation, or undefined. `show` takes secrets out of what the server said. */
export function missed(answer: Answer, wanted: Wanted, show: (text: string) => string): string | undefined {
  const { expect, expected } = wanted
  const { rows, first } = answer
  if (expect === 'any') return
  if (expect === 'rows_at_least' || expect === 'rows_at_most') {
    const fine = expect === 'rows_at_least' ? rows >= Number(expected) : rows <= Number(expected)
    const count = `${rows} ${rows === 1 ? 'row' : 'rows'}`
    return fine ? undefined : `the answer has ${count}, expected ${expect.slice(5).replace('_', ' ')} ${expected}`
  }
  if (first === undefined) return 'the answer has no rows, so there is no value to compare'
  if (first === null) return 'the first value is empty (NULL)'
  if (expect === 'equals')
    return first === expected ? undefined : `the first value is ${shown(show(first))}, not ${shown(expected)}`
  if (expect === 'contains') {
    return first.includes(expected)
      ? undefined
      : `the first value ${shown(show(first))} does not contain ${shown(expected)}`
  }
  const number = numberOf(first)
  if (number === undefined) return `the first value ${shown(show(first))} is not a number`
  const fine = expect === 'greater' ? number > Number(expected) : number < Number(expected)
  return fine
    ? undefined
    : `the first value is ${number}, not ${expect === 'greater' ? 'greater' : 'less'} than ${expected}`
}

const VALUE_LENGTH = 200

/** What of the answer may be kept as evidence: the first 200 characters of the first value. */
export function answerFacts({ rows, first }: Answer, show: (text: string) => string): Record<string, unknown> {
  const text = typeof first === 'string' ? show(first) : first
  const short = typeof text === 'string' && text.length > VALUE_LENGTH ? `${text.slice(0, VALUE_LENGTH)}…` : text
  return { rows, ...(first !== undefined && { first_value: short }) }
}

/** The time since then in milliseconds, to a tenth, as a fact for people. */
export const took = (since: number): number => Math.round((performance.now() - since) * 10) / 10
