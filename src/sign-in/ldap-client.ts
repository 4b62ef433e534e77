import { connect as connectTcp, isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { Client, type Entry, InvalidCredentialsError, ResultCodeError } from 'ldapts'
import { SignInError } from '#sign-in/define'
import { failed, unreachable } from '#sign-in/wire'

export type Place = { url: string; starttls: boolean; ca?: string }
type Deadline = { timeout_ms: number }

/** A value as ldapts gives it: one or many, text or bytes, whatever spelling the server has for the attribute. */
export function valuesOf(entry: Entry, attribute: string): (string | Buffer)[] {
  const wanted = attribute.toLowerCase()
  const name = Object.keys(entry).find((key) => key.toLowerCase() === wanted)
  const value = name === undefined || name === 'dn' ? [] : (entry[name] ?? [])
  return Array.isArray(value) ? value : [value]
}

export const textOf = (entry: Entry, attribute: string): string | undefined => {
  const [first] = valuesOf(entry, attribute)
  return first === undefined || first.length === 0 ? undefined : first.toString()
}

/** One connection to the directory. */
export type Directory = {
  /** Asks for nothing in particular; any answer will do. */
  greet: () => Promise<void>
  /** False when name or password is wrong, or the account may not sign in. Never asked with an empty password. */
  bind: (dn: string, password: string) => Promise<boolean>
  /** At most `most` entries; more are an error, none is an empty list. */
  search: (base: string, options: SearchWish) => Promise<Entry[]>
}
type SearchWish = { filter: string; scope: 'base' | 'sub'; attributes: string[]; binary?: string[]; most: number }

/**
 * Refused binds that are the person’s fault: wrong password (49), none on this entry (48), no such entry (32) or name
 * (34), and what servers answer for locked accounts (19, 53).
 */
const NOT_ALLOWED = [19, 32, 34, 48, 53]
const isRefusal = (cause: unknown) =>
  cause instanceof InvalidCredentialsError || (cause instanceof ResultCodeError && NOT_ALLOWED.includes(cause.code))

/** Connects, encrypts, does the work and disconnects, all before the deadline. */
export async function withDirectory<T>(
  place: Place & Deadline,
  work: (directory: Directory) => Promise<T>,
): Promise<T> {
  const { host } = new URL(place.url)
  const client = clientOf(place)
  let over: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    over = setTimeout(
      () => reject(unreachable(`${host} did not answer within ${place.timeout_ms / 1000} s.`)),
      place.timeout_ms,
    )
  })
  const run = async () => {
    if (needsStartTls(place)) await encrypted(client, place)
    return work(directoryOf(client))
  }
  try {
    return await Promise.race([run(), late])
  } catch (cause) {
    throw meaningOf(host, cause)
  } finally {
    clearTimeout(over)
    await client.unbind().catch(() => undefined)
  }
}

/** Refuses to go on when the server does: never a password over a connection that should have been encrypted. */
async function encrypted(client: Client, { url, ca }: Place) {
  const { hostname, host } = new URL(url)
  try {
    await client.startTLS(tlsOptions(hostname, ca))
  } catch (cause) {
    throw cause instanceof ResultCodeError ? failed(`${host} offers no STARTTLS.`) : cause
  }
}

const needsStartTls = ({ url, starttls }: Place) => starttls && url.startsWith('ldap://')

/** Verified against the name in the address; `host` is what is compared, SNI takes no addresses. */
function tlsOptions(hostname: string, ca: string | undefined) {
  const host = hostname.replace(/^\[|\]$/g, '')
  return { host, ...(!isIP(host) && { servername: host }), ...(ca && { ca }), minVersion: 'TLSv1.2' as const }
}

/**
 * ldapts dials again by itself when a connection is gone, and then knows nothing of STARTTLS: the next password would
 * travel readably. So each client may dial once.
 */
function clientOf(place: Place & Deadline): Client {
  const { hostname, protocol } = new URL(place.url)
  let dials = 0
  const once =
    <A extends unknown[], R>(dial: (...all: A) => R) =>
    (...all: A): R => {
      dials += 1
      if (dials > 1) throw unreachable(`${hostname} closed the connection.`)
      return dial(...all)
    }
  const secure = protocol === 'ldaps:'
  return new Client({
    url: place.url,
    timeout: place.timeout_ms,
    connectTimeout: place.timeout_ms,
    ...(secure
      ? { tlsOptions: tlsOptions(hostname, place.ca), createSecureConnection: once(connectTls) as typeof connectTls }
      : { createConnection: once(connectTcp) as typeof connectTcp }),
  })
}

const directoryOf = (client: Client): Directory => ({
  async greet() {
    await client.search('', { scope: 'base', attributes: ['supportedLDAPVersion'] }).catch((cause) => {
      if (!(cause instanceof ResultCodeError)) throw cause
    })
  },
  async bind(dn, password) {
    // A server takes a name without a password for an anonymous visitor, and says yes:
    // https://www.rfc-editor.org/rfc/rfc4513#section-5.1.2
    if (dn === '' || password === '') return false
    try {
      await client.bind(dn, password)
      return true
    } catch (cause) {
      if (isRefusal(cause)) return false
      throw cause
    }
  },
  async search(base, { filter, scope, attributes, binary = [], most }) {
    try {
      const { searchEntries } = await client.search(base, {
        filter,
        scope,
        attributes: [...new Set(attributes)],
        explicitBufferAttributes: binary,
        sizeLimit: most + 1,
        derefAliases: 'never',
      })
      if (searchEntries.length > most) throw failed('The directory found more entries than one name may have.')
      return searchEntries
    } catch (cause) {
      if (cause instanceof ResultCodeError && cause.code === 32) return []
      throw cause
    }
  },
})

/** Never the server's own text: it may repeat what was sent. */
function meaningOf(host: string, cause: unknown): SignInError {
  if (cause instanceof SignInError) return cause
  if (cause instanceof ResultCodeError) {
    if (cause.code === 13 || cause.code === 8) return failed(`${host} insists on an encrypted connection.`)
    if (cause.code === 50) return failed(`${host} does not let this user search there.`)
    return [51, 52, 80, 3, 11].includes(cause.code)
      ? unreachable(`${host} is out of order for now (LDAP code ${cause.code}).`)
      : failed(`${host} answered with LDAP code ${cause.code}.`)
  }
  const code = String(Object(cause).code ?? '')
  if (/CERT|ISSUER|SIGNED|ALTNAME/.test(code)) return failed(`The certificate of ${host} is not trusted for this name.`)
  if (/SSL|TLS/.test(code)) return failed(`${host} does not speak TLS there.`)
  return unreachable(`${host} could not be reached.`)
}
