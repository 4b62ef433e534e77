import { Resolver } from 'node:dns/promises'
import { fail } from '#kernel/fail'

const TRY_MS = 2_000

/**
 * All TXT records of a name as one text, empty when it has none: this runtime answers the pieces of a long record as if
 * they were records by themselves. Throws SERVICE_UNAVAILABLE without an answer.
 */
export type TxtLookup = (name: string) => Promise<string>

/** Asks the name servers of this machine, or the given ones. */
export const txtLookup =
  (servers?: string[], timeout_ms = TRY_MS): TxtLookup =>
  async (name) => {
    const resolver = new Resolver({ timeout: timeout_ms, tries: 2 })
    if (servers) resolver.setServers(servers)
    try {
      return (await resolver.resolveTxt(name)).flat().join('')
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? String(cause.code).replace(/^DNS_/, '') : ''
      if (['ENOTFOUND', 'ENODATA', 'ENONAME'].includes(code)) return ''
      throw fail('SERVICE_UNAVAILABLE', { message: `The name servers did not answer for ${name}: try again later` })
    }
  }
