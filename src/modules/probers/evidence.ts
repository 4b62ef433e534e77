import { type TSchema, Type as t } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import type { Evidence } from '#probes/define'

/** Evidence beyond this is left out: nobody could have measured that much about one check. */
const MOST_CHARS = 65_536

const text = t.String()
const certificate = t.Object({
  ...{ subject: text, issuer: text, valid_from: text, valid_to: text, fingerprint_sha256: text, serial: text },
  names: t.Array(text),
})
/** What others read out of evidence, and how it has to look for that. */
const shapes: Record<string, TSchema> = {
  addresses: t.Array(text),
  address: text,
  protocol: text,
  status: t.Union([t.Number(), text]),
  headers: t.Record(text, text),
  redirects: t.Array(t.Object({ url: text, status: t.Number() })),
  certificates: t.Array(certificate),
  certificate,
  certificate_error: text,
  body: text,
  records: t.Array(text),
  other_family: text,
}
const compiled = new Map(Object.entries(shapes).map(([name, shape]) => [name, TypeCompiler.Compile(shape)]))

const datesOf = (value: unknown): string[] =>
  [value].flat().flatMap((one) => (one instanceof Object && 'valid_to' in one ? [String(one.valid_to)] : []))

/** What a prober saw, without what is not what its name says: it may be older, or not be ours any more. */
export function evidenceOf(given: Record<string, unknown> | undefined): Evidence | undefined {
  if (!given || JSON.stringify(given).length > MOST_CHARS) return undefined
  const isSound = ([name, value]: [string, unknown]) =>
    (compiled.get(name)?.Check(value) ?? true) &&
    (!name.startsWith('certificate') || datesOf(value).every((date) => !Number.isNaN(Date.parse(date))))
  return Object.fromEntries(Object.entries(given).filter(isSound))
}
