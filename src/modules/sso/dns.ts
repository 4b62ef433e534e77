import { Resolver } from 'node:dns/promises'
import { fail } from '#kernel/fail'

const TRY_MS = 2_000

/** The TXT records of a name, each in one piece; none when it has none. Throws SERVICE_UNAVAILABLE without an answer. */
export type TxtLookup = (name: string) => Promise<string[]>

/** Asks the name servers of this machine, or the given ones. */
export const txtLookup =
  (servers?: string[], timeout_ms = TRY_MS): TxtLookup =>
  async (name) => {
    const resolver = new Resolver({ timeout: timeout_ms, tries: 2 })
    if (servers) resolver.setServers(servers)
    try {
      return (await resolver.resolveTxt(name)).map((parts) => parts.join(''))
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? String(cause.code).replace(/^DNS_/, '') : ''
      if (['ENOTFOUND', 'ENODATA', 'ENONAME'].includes(code)) return []
      throw fail('SERVICE_UNAVAILABLE', { message: `The name servers did not answer for ${name}: try again later` })
    }
  }
