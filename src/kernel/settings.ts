import type { TObject } from '@sinclair/typebox'
import { faultsOf, textFaults } from '#kernel/faults'
import { MASK, masked, secretsOf, withDefaults } from '#kernel/form'
import { openSettings, sealSettings, type Vault } from '#kernel/secrets'

type Values = Record<string, unknown>
/** Whose settings these are: the plugin's schema, and the row that the secrets are sealed to (`monitors:<id>`). */
export type Place = { vault: Vault; schema: TObject; context: string }

/** Largest settings object, as JSON; one text field may be a request body. */
const MAX_CHARS = 65_536

/** The stored settings ready for use, secrets in plain text; never for a client. */
export const opened = ({ vault, schema, context }: Place, stored: Values): Values =>
  openSettings(vault, secretsOf(schema), withDefaults(schema, stored), context)

/** The stored settings as the API shows them. */
export const shown = (schema: TObject, stored: Values): Values => masked(schema, withDefaults(schema, stored))

/** To store: secrets sealed to the row. `plain` holds every secret, so nothing is taken from an earlier row. */
export const sealed = ({ vault, schema, context }: Place, plain: Values): Values =>
  sealSettings(vault, secretsOf(schema), plain, {}, context)

/**
 * What a person sent, completed: defaults filled in, secrets that were left out or sent back as the mask taken from
 * `kept` (plain text), a `null` or empty secret removed. `faults` names what is wrong by its path.
 */
export function completed(
  schema: TObject,
  given: Values,
  kept: Values,
): { plain: Values; faults: Record<string, string> } {
  if (JSON.stringify(given).length > MAX_CHARS)
    return { plain: {}, faults: { settings: `must have at most ${MAX_CHARS} characters` } }
  const secrets = secretsOf(schema)
  const wanted: Values = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null))
  const faults: Record<string, string> = {}
  for (const name of secrets) {
    const value = given[name]
    if (value === undefined || value === MASK) {
      delete wanted[name]
      if (kept[name] !== undefined) wanted[name] = kept[name]
      else if (value === MASK) faults[`settings.${name}`] = 'must be entered: there is no stored value to keep'
    } else if (value === null || value === '') delete wanted[name]
  }
  const plain = withDefaults(schema, wanted)
  const wrong = { ...textFaults(wanted, 'settings'), ...faultsOf(schema, { ...wanted, ...plain }, 'settings') }
  return { plain, faults: { ...wrong, ...faults } }
}
