import type { TObject, TSchema } from '@sinclair/typebox'

const asList = (value: unknown): TSchema[] => (Array.isArray(value) ? value : [])
const code = (text: string) => `\`${text.replaceAll('`', "'")}\``

/** A table cell: no line break and no bar ends it early, and `<address>` is no HTML. */
const cell = (text: string) => text.replace(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;').trim()

/** `null` and lists of choices read best as the values themselves. */
function choices(schema: TSchema): string | undefined {
  const options = asList(schema.anyOf ?? schema.oneOf)
  if (options.length === 0) return
  const literals = options.filter(({ const: value }) => value !== undefined)
  if (literals.length < options.length) return options.map(typeOf).join(' or ')
  return literals.map(({ const: value }) => code(String(value))).join(', ')
}

function range(unit: string, low: unknown, high: unknown): string {
  if (low !== undefined && high !== undefined) return `, ${low} to ${high}${unit}`
  if (low !== undefined) return `, at least ${low}${unit}`
  return high !== undefined ? `, at most ${high}${unit}` : ''
}

const amounts = (schema: TSchema) =>
  range(suffixOf(schema), schema.minimum ?? schema.exclusiveMinimum, schema.maximum ?? schema.exclusiveMaximum)

const suffixOf = (schema: TSchema) => {
  const { suffix } = Object(schema['x-ui']) as { suffix?: unknown } // Safe: any presentation may be read as an object.
  return typeof suffix === 'string' ? ` ${suffix}` : ''
}

/** What a value must look like, in a few words: `integer, 1 to 65535`, `list of string, 1 to 20`. */
function typeOf(schema: TSchema): string {
  const listed = choices(schema)
  if (listed) return listed
  if (schema.const !== undefined) return code(String(schema.const))
  if (schema.type === 'array') return `list of ${typeOf(schema.items)}${range('', schema.minItems, schema.maxItems)}`
  if (schema.type === 'object') {
    if (!schema.properties) return 'names and values'
    const parts = Object.entries<TSchema>(schema.properties)
    return `object with ${parts.map(([name, part]) => `${code(name)} (${typeOf(part)})`).join(', ')}`
  }
  if (schema.type === 'string') {
    if (schema.writeOnly) return 'secret'
    return schema.format === 'uri' ? 'URL' : (schema.format ?? 'string')
  }
  return `${schema.type ?? 'any'}${amounts(schema)}`
}

/**
 * The settings of a plugin as a Markdown table. Secrets are marked by their type; a setting is required when it must be
 * given, that is, when it is neither optional nor has a default.
 */
export function schemaTable(settings: TObject): string {
  const required = new Set(settings.required ?? [])
  const rows = Object.entries<TSchema>(settings.properties).map(([name, schema]) => {
    const preset = schema.default === undefined ? '' : code(JSON.stringify(schema.default))
    const must = required.has(name) && schema.default === undefined ? 'yes' : ''
    return [code(name), schema.title ?? '', typeOf(schema), preset, must, schema.description ?? '']
  })
  if (rows.length === 0) return 'No settings.'
  const head = ['setting', 'title', 'type', 'default', 'required', 'description']
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n')
}
