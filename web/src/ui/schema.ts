// What the server says about a type's settings: JSON Schema plus presentation under `x-ui`.

/** What a stored secret looks like; sending it back keeps it. */
export const MASK = '********'

export type FieldUi = {
  group?: 'basic' | 'advanced'
  widget?: 'text' | 'code' | 'kv' | 'segmented' | 'select' | 'list' | 'monitors'
  span?: 1 | 2
  suffix?: string
  mono?: boolean
  placeholder?: string
  showIf?: { field: string; is: (string | boolean)[] }
}
export type JsonProperty = {
  type?: string
  title?: string
  description?: string
  default?: unknown
  format?: string
  minimum?: number
  maximum?: number
  maxLength?: number
  writeOnly?: boolean
  enum?: string[]
  anyOf?: { const?: string; title?: string }[]
  items?: { type?: string }
  'x-ui'?: FieldUi
}
export type JsonSchema = { type?: string; required?: string[]; properties: Record<string, JsonProperty> }
export type Values = Record<string, unknown>

/** Starting values of a new object. */
export const defaultsOf = (schema: JsonSchema): Values =>
  Object.fromEntries(
    Object.entries(schema.properties).flatMap(([name, { default: value }]) =>
      value === undefined ? [] : [[name, value]],
    ),
  )

export const isRequired = (schema: JsonSchema, name: string) => schema.required?.includes(name) ?? false

/** Whether the field's condition holds; a value that is not set counts as its default. */
export function isShown(schema: JsonSchema, values: Values, property: JsonProperty): boolean {
  const rule = property['x-ui']?.showIf
  if (!rule) return true
  const value = values[rule.field] ?? schema.properties[rule.field]?.default
  return rule.is.some((wanted) => wanted === value)
}

/** What to send: without fields that are hidden now, and without empty ones. A secret emptied on purpose is sent as ''. */
export function cleaned(schema: JsonSchema, values: Values): Values {
  return Object.fromEntries(
    Object.entries(schema.properties).flatMap(([name, property]) => {
      const value = values[name]
      if (value === undefined || value === null || !isShown(schema, values, property)) return []
      if (value === '' && !property.writeOnly) return []
      return [[name, value]]
    }),
  )
}

export const fieldsIn = (schema: JsonSchema, group: 'basic' | 'advanced', values: Values): [string, JsonProperty][] =>
  Object.entries(schema.properties).filter(
    ([, property]) => (property['x-ui']?.group ?? 'basic') === group && isShown(schema, values, property),
  )
