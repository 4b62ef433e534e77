/** A value inside a search filter; nothing in it is syntax any more. https://www.rfc-editor.org/rfc/rfc4515#section-3 */
export const filterValue = (text: string) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the rule names NUL
  text.replace(/[\\*()\u0000]/g, (one) => `\\${one.charCodeAt(0).toString(16).padStart(2, '0')}`)

/** A value inside a distinguished name. https://www.rfc-editor.org/rfc/rfc4514#section-2.4 */
export const nameValue = (text: string) =>
  text
    .replace(/["+,;<>=\\]/g, (one) => `\\${one}`)
    .replace(/^[ #]/, (one) => `\\${one}`)
    .replace(/ $/, '\\ ')
    .replaceAll('\u0000', '\\00')

/** Puts values into `{name}` places, each once: what a value contains is never looked at again. */
export const filled = (template: string, values: Record<string, string>) =>
  template.replace(/\{(\w+)\}/g, (place, key: string) => (Object.hasOwn(values, key) ? (values[key] ?? place) : place))

/** Cuts a distinguished name at its unescaped commas. */
function partsOf(dn: string): string[] {
  return dn.match(/(?:\\.|[^\\,])+/gs)?.map((part) => part.trim()) ?? []
}

/** The value of the first part: `Ops` of `cn=Ops,ou=groups,dc=example,dc=com`. */
export function firstValue(dn: string): string | undefined {
  const [, value] = /^[^=]+=(.*)$/s.exec(partsOf(dn)[0] ?? '') ?? []
  if (value === undefined) return undefined
  const bytes = value.replace(/(?:\\[0-9a-fA-F]{2})+/g, (run) =>
    Buffer.from(run.replaceAll('\\', ''), 'hex').toString(),
  )
  return bytes.replace(/\\(.)/gs, '$1')
}

const normal = (dn: string) => partsOf(dn).map((part) => part.replace(/\s*=\s*/, '=').toLowerCase())

/** Whether an entry stands below another one, or is it. Part by part: a name may hold an escaped comma. */
export function isBelow(dn: string, base: string) {
  const [parts, above] = [normal(dn), normal(base)]
  const last = parts.slice(Math.max(0, parts.length - above.length))
  return last.length === above.length && last.every((part, i) => part === above[i])
}
