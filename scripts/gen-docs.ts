// bun scripts/gen-docs.ts: the pages of docs/ that follow from tables in the code. test/docs.test.ts tells when they are stale.
import { join, resolve } from 'node:path'
import type { TObject, TSchema } from '@sinclair/typebox'
import { channels } from '#channels/index'
import { errors } from '#contract/errors'
import { settings } from '#kernel/config'
import { writeIfChanged } from './write'

const NOTE = '<!-- Written by scripts/gen-docs.ts; do not edit. -->'

const row = (...cells: string[]) =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
const table = (head: string[], rows: string[][]) =>
  [row(...head), row(...head.map(() => '---')), ...rows.map((cells) => row(...cells))].join('\n')

/** Settings of the appliance. */
export function configuration(): string {
  const rows = Object.values(settings).map(
    ({ env, secret, default: value, shown, doc }: (typeof settings)[keyof typeof settings]) => {
      const initial = shown ?? (value === undefined ? 'not set' : String(value))
      return [
        secret ? `\`${env}\`, \`${env}_FILE\`` : `\`${env}\``,
        /^(none|not set|`)/.test(initial) ? initial : `\`${initial}\``,
        doc,
      ]
    },
  )
  return `${NOTE}
# Configuration

Settings are environment variables. A wrong value, and an \`XINEX_\` name that is not in this list, stops the start with a
sentence that names it. Where \`…_FILE\` is offered, the value may stand in a file instead, such as a mounted secret.
Lists are separated by commas or spaces.

${table(['setting', 'default', 'meaning'], rows)}

Everything else (monitors, channels, people, status pages) is in the database and changed in the web interface or API.
`
}

/** Codes of the API. */
export function errorCodes(): string {
  const rows = Object.entries(errors).map(([code, { status, message }]) => [`\`${code}\``, String(status), message])
  return `${NOTE}
# Errors of the API

Every refusal has the same body: \`{ "error": "a sentence", "code": "A_CODE", "details": {} }\`. The sentence may be more
precise than the one below; programs should look at the code. \`VALIDATION_FAILED\` has one sentence per field in
\`details.fields\`.

${table(['code', 'status', 'sentence'], rows)}
`
}

/** What a value may be, in the words of its schema. */
function kindOf(schema: TSchema): string {
  const choices = (schema.anyOf as TSchema[] | undefined)?.map((one) => one.const)
  if (choices?.every((choice) => choice !== undefined)) return choices.map((choice) => `\`${choice}\``).join(', ')
  const { minimum, maximum } = schema
  const range = minimum !== undefined && maximum !== undefined ? ` ${minimum} to ${maximum}` : ''
  const name: Record<string, string> = {
    integer: 'whole number',
    boolean: 'yes or no',
    string: 'text',
    array: 'list',
    object: 'names and values',
  }
  return `${schema.writeOnly ? 'secret' : (name[schema.type as string] ?? 'value')}${range}`
}

/** The fields of a plugin's settings. */
export function fieldTable({ properties, required = [] }: TObject): string {
  const rows = Object.entries(properties).map(([name, schema]) => {
    const value = schema.default
    const initial =
      value !== undefined && value !== '' ? `\`${JSON.stringify(value)}\`` : required.includes(name) ? 'required' : ''
    return [`\`${name}\``, kindOf(schema), initial, [schema.title, schema.description].filter(Boolean).join('. ')]
  })
  return table(['setting', 'kind', 'default', 'meaning'], rows)
}

/** Kinds of notification channels. */
export const channelTypes = () => `${NOTE}
# Channels

${channels.map(({ type, title, summary, docs, settings }) => `## ${title} (\`${type}\`)\n\n${summary}\n\nWhere to get the values: <${docs}>\n\n${fieldTable(settings)}`).join('\n\n')}
`

export const pages: Record<string, () => string> = {
  'docs/channels.md': channelTypes,
  'docs/configuration.md': configuration,
  'docs/errors.md': errorCodes,
}

if (import.meta.main) {
  const root = resolve(import.meta.dir, '..')
  for (const [name, page] of Object.entries(pages))
    if (writeIfChanged(join(root, name), page())) console.log(`wrote ${name}`)
}
