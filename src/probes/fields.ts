import { type TObject, Type as t } from '@sinclair/typebox'
import { oneOf, secret, ui, withDefaults } from '#kernel/form'
import { FAMILIES } from '#probes/reach'

/** The settings with every default filled in. */
export const filled = <S extends TObject>(schema: S, settings: S['static']) =>
  // Safe: the API validated the settings against this schema, and withDefaults adds its own defaults only.
  withDefaults(schema, settings) as Required<S['static']>

/** Runs `make` once per settings object; monitors keep theirs between checks, so nothing is parsed twice. */
export function perSettings<K extends object, T>(make: (settings: K) => T): (settings: K) => T {
  const made = new WeakMap<K, T>()
  return (settings) => {
    const known = made.get(settings)
    if (known !== undefined) return known
    const fresh = make(settings)
    made.set(settings, fresh)
    return fresh
  }
}

export const hostField = (description: string, example: string) =>
  t.String({
    title: 'Host',
    description,
    minLength: 1,
    maxLength: 253,
    pattern: '^[^\\s/@?#]+$',
    examples: [example],
    ...ui({ group: 'basic', span: 1, mono: true, placeholder: example }),
  })

export const portField = (example: number, preset?: number) =>
  t.Integer({
    title: 'Port',
    description: 'The TCP port to connect to.',
    minimum: 1,
    maximum: 65_535,
    examples: [example],
    ...(preset && { default: preset }),
    ...ui({ group: 'basic', span: 1, mono: true }),
  })

export const familyField = t.Optional(
  oneOf(FAMILIES, {
    title: 'IP version',
    description: 'Automatic prefers IPv4 and tries the other one to explain a failure.',
    default: 'auto',
    ...ui({ group: 'advanced', widget: 'segmented', span: 1 }),
  }),
)

export const pemField = (title: string, description: string) =>
  t.Optional(
    t.String({
      title,
      description,
      maxLength: 65_536,
      ...ui({ group: 'advanced', widget: 'code', mono: true, placeholder: '-----BEGIN CERTIFICATE-----' }),
    }),
  )

export const caField = pemField('Custom authority', 'CA certificates to trust instead of the public ones, PEM.')

export const keyField = t.Optional(
  secret({
    title: 'Client key',
    description: 'Private key of the client certificate, PEM.',
    maxLength: 65_536,
    ...ui({ group: 'advanced', widget: 'code', mono: true, placeholder: '-----BEGIN PRIVATE KEY-----' }),
  }),
)

export const minTlsField = t.Optional(
  oneOf(['any', '1.2', '1.3'], {
    title: 'Lowest TLS version',
    description: 'Older versions are refused during the handshake.',
    default: 'any',
    ...ui({ group: 'advanced', widget: 'segmented', span: 1 }),
  }),
)

/** How many days before an end there is something to say. */
export const daysField = (title: string, description: string, preset: number) =>
  t.Optional(
    t.Integer({
      title,
      description,
      minimum: 0,
      maximum: 365,
      default: preset,
      ...ui({ group: 'basic', span: 1, suffix: 'days' }),
    }),
  )

/** Reads like a URL host: brackets of IPv6 are added where a port follows. */
export const hostPort = (host: string, port: number) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)
