import { type StringOptions, type TObject, type TSchema, Type as t } from '@sinclair/typebox'

/** Presentation of one property; everything the generated form needs beyond JSON Schema itself. */
export type Ui = {
  group?: 'basic' | 'advanced'
  widget?: 'text' | 'code' | 'kv' | 'segmented' | 'select' | 'list' | 'monitors'
  /** 1 = half the form's width, 2 (default) = all of it. */
  span?: 1 | 2
  suffix?: string
  mono?: boolean
  placeholder?: string
  /** Show this field only while another one has one of these values. */
  showIf?: { field: string; is: (string | boolean)[] }
}

/** Attaches presentation to a schema: `ui({ group: 'advanced' })` inside a TypeBox options object. */
export const ui = (options: Ui) => ({ 'x-ui': options })

/** A string the API accepts but never returns, stores sealed and the form shows as a password box. */
export const secret = (options: StringOptions & { 'x-ui'?: Ui }) =>
  t.String({ maxLength: 4096, ...options, format: 'password', writeOnly: true })

/** Closed list of strings; unlike `t.UnionEnum` it never injects a default. */
export const oneOf = <const T extends readonly string[]>(
  values: T,
  options: { title?: string; description?: string; default?: T[number]; 'x-ui'?: Ui } = {},
) => t.Unsafe<T[number]>({ ...t.Union(values.map((value) => t.Literal(value))), ...options })

/**
 * Described as it is and not judged by the framework, which would drop what it does not know without a word, and take
 * anything for an object without required fields: the service checks it with `faultsOf`, so that a mistyped name is refused.
 */
export const judgedLater = <S extends TSchema>(schema: S) => t.Unsafe<S['static']>({ ...t.Any(), oneOf: [schema] })

/** What a masked secret looks like on the wire; sending it back (or leaving it out) keeps the stored value. */
export const MASK = '********'

const isSecret = (schema: TSchema) => schema.writeOnly === true

/** Names of the properties that are stored sealed. */
export const secretsOf = (settings: TObject): string[] =>
  Object.entries(settings.properties)
    .filter(([, schema]) => isSecret(schema))
    .map(([name]) => name)

/** The settings as the API may show them: every stored secret becomes the mask. */
export function masked(settings: TObject, values: Record<string, unknown>): Record<string, unknown> {
  const out = { ...values }
  for (const name of secretsOf(settings)) if (out[name] != null && out[name] !== '') out[name] = MASK
  return out
}

/** Fills in the defaults of the schema's own properties; given values win. */
export function withDefaults(settings: TObject, values: Record<string, unknown>): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const [name, schema] of Object.entries(settings.properties)) {
    if (values[name] !== undefined) out[name] = values[name]
    else if (schema.default !== undefined) out[name] = structuredClone(schema.default)
  }
  return out
}
