import { FormatRegistry, type TSchema } from '@sinclair/typebox'
import { ValueErrorType as Kind, type ValueError, type ValueErrorIterator } from '@sinclair/typebox/errors'
import { Value } from '@sinclair/typebox/value'
import { MOST_FAULTS } from '#kernel/fail'

// The framework registers its formats when it loads; the two that settings use must hold without it too.
if (!FormatRegistry.Has('uri')) FormatRegistry.Set('uri', (text) => URL.canParse(text))
if (!FormatRegistry.Has('password')) FormatRegistry.Set('password', () => true)

const closed = new WeakMap<TSchema, TSchema>()

/** The same schema refusing properties it does not name, at every depth; a mistyped option must not vanish silently. */
export function strict<S extends TSchema>(schema: S): S {
  const known = closed.get(schema)
  // Safe: only `additionalProperties: false` is added, the static type stays.
  if (known) return known as S
  const copy: TSchema = { ...schema }
  if (schema.properties) {
    copy.properties = mapped(schema.properties)
    copy.additionalProperties ??= false
  }
  if (schema.items && !Array.isArray(schema.items)) copy.items = strict(schema.items)
  if (schema.anyOf) copy.anyOf = (schema.anyOf as TSchema[]).map((branch) => strict(branch))
  if (schema.patternProperties) copy.patternProperties = mapped(schema.patternProperties)
  closed.set(schema, copy)
  return copy as S
}

const mapped = (schemas: Record<string, TSchema>) =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, strict(schema)]))

const plural = (n: number, thing: string) => `${n} ${thing}${n === 1 ? '' : 's'}`

const formats: Record<string, string> = {
  uri: 'must be an absolute URL such as https://example.com',
  email: 'must be an e-mail address',
  'date-time': 'must be a time such as 2026-05-01T12:00:00Z',
}

const sentences: Partial<Record<Kind, (schema: TSchema) => string>> = {
  [Kind.ObjectRequiredProperty]: () => 'is required',
  [Kind.ObjectAdditionalProperties]: () => 'is not a known field',
  [Kind.ObjectMaxProperties]: (s) =>
    `must have at most ${plural(s.maxProperties, 'entry').replace('entrys', 'entries')}`,
  [Kind.Object]: () => 'must be an object',
  [Kind.Array]: () => 'must be a list',
  [Kind.ArrayMinItems]: (s) => `must have at least ${plural(s.minItems, 'item')}`,
  [Kind.ArrayMaxItems]: (s) => `must have at most ${plural(s.maxItems, 'item')}`,
  [Kind.ArrayUniqueItems]: () => 'must not name anything twice',
  [Kind.String]: () => 'must be text',
  [Kind.StringMinLength]: (s) =>
    s.minLength === 1 ? 'must not be empty' : `must have at least ${s.minLength} characters`,
  [Kind.StringMaxLength]: (s) => `must have at most ${plural(s.maxLength, 'character')}`,
  [Kind.StringPattern]: () => 'does not have the expected form',
  [Kind.StringFormat]: (s) => formats[s.format] ?? `must be a valid ${s.format}`,
  [Kind.Integer]: () => 'must be a whole number',
  [Kind.IntegerMinimum]: (s) => `must be at least ${s.minimum}`,
  [Kind.IntegerMaximum]: (s) => `must be at most ${s.maximum}`,
  [Kind.Number]: () => 'must be a number',
  [Kind.NumberMinimum]: (s) => `must be at least ${s.minimum}`,
  [Kind.NumberMaximum]: (s) => `must be at most ${s.maximum}`,
  [Kind.Boolean]: () => 'must be true or false',
  [Kind.Literal]: (s) => `must be ${JSON.stringify(s.const)}`,
}

const isChoice = (schema: TSchema) =>
  Array.isArray(schema.anyOf) && schema.anyOf.every((branch: TSchema) => branch.const !== undefined)

/** A number in a query arrives as text; the framework accepts both through a union. */
const isNumeric = (schema: TSchema) =>
  Array.isArray(schema.anyOf) &&
  schema.anyOf.some(({ format }: TSchema) => format === 'integer' || format === 'numeric')

/** The branch of a union that the person meant: the only one whose fixed values (or null) are not what is wrong. */
function meant(branches: ValueErrorIterator[]): ValueError[] | undefined {
  const fixed = (error: ValueError) => error.type === Kind.Literal || error.type === Kind.Null
  const open = branches.map((branch) => [...branch]).filter((errors) => !errors.some(fixed))
  return open.length === 1 ? open[0] : undefined
}

/** Field path → one sentence for each error a schema found; submitted values stay out, they may be passwords. */
export function sentencesOf(errors: Iterable<ValueError>, prefix = '', into: Record<string, string> = {}) {
  let left = MOST_FAULTS
  for (const error of errors) {
    // Finding an error costs time: the rest of a list of a hundred thousand wrong items is not looked for.
    if (left-- === 0) break
    const path = [prefix, ...error.path.split('/').slice(1)].filter((part) => part !== '').join('.')
    const { schema } = error
    const union = error.type === Kind.Union
    if (error.value === undefined) into[path] ??= 'is required'
    else if (isChoice(schema))
      into[path] ??= `must be one of ${schema.anyOf.map((one: TSchema) => one.const).join(', ')}`
    else if (union && isNumeric(schema)) into[path] ??= 'must be a whole number'
    else {
      const branch = union ? meant(error.errors) : undefined
      if (branch) sentencesOf(branch, prefix, into)
      else into[path] ??= sentences[error.type]?.(schema) ?? 'is not valid'
    }
  }
  return into
}

/** Field path → one sentence for everything in `value` that the schema refuses; submitted values never appear in it. */
export const faultsOf = (schema: TSchema, value: unknown, prefix = ''): Record<string, string> =>
  sentencesOf(Value.Errors(strict(schema), value), prefix)

// Line breaks and tabs are fine in bodies and descriptions; the rest breaks logs, mails and headers.
const CONTROL = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u
const CONTROL_BUT_BREAKS = /[^\P{Cc}\n\r\t]/u

/** Why this is no name or label a person could have meant, or nothing. */
export function lineFault(text: string): string | undefined {
  if (text.trim() === '') return 'must not be empty'
  return CONTROL.test(text) || !text.isWellFormed() ? 'must not contain control characters' : undefined
}

/** Like `lineFault` for text of several lines, which may also be empty. */
export const textFault = (text: string): string | undefined =>
  CONTROL_BUT_BREAKS.test(text) || !text.isWellFormed() ? 'must not contain control characters' : undefined

/** Faults of every string inside a JSON value. */
export function textFaults(value: unknown, path: string, into: Record<string, string> = {}): Record<string, string> {
  if (typeof value === 'string') {
    const fault = textFault(value)
    if (fault) into[path] = fault
  } else if (typeof value === 'object' && value !== null)
    for (const [name, inner] of Object.entries(value)) textFaults(inner, `${path}.${name}`, into)
  return into
}
