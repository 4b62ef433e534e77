import { isIP } from 'node:net'
import { DeliveryError } from '#channels/define'
import type { Net } from '#kernel/net'

const codeOf = (cause: unknown) =>
  typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : ''

/** The addresses behind a host that the address policy lets us contact, best first; never empty. */
export async function addressesOf(net: Net, host: string, signal?: AbortSignal): Promise<string[]> {
  const literal = host.replace(/^\[|\]$/g, '')
  try {
    if (isIP(literal)) {
      net.permit(literal)
      return [literal]
    }
    const { address, addresses } = await net.resolve(literal, { signal })
    return [...new Set([address, ...addresses])]
  } catch (cause) {
    const code = codeOf(cause)
    if (code === 'ADDRESS_BLOCKED')
      throw new DeliveryError(
        `${literal} leads to an address that the address policy of this server blocks.`,
        'disable',
      )
    if (code === 'ENOTFOUND') throw new DeliveryError(`There is no address for the name ${literal}.`, 'retry')
    throw new DeliveryError(`The name ${literal} could not be looked up (${code || 'no answer'}).`, 'retry')
  }
}

const REFUSALS: Record<string, string> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'closed the connection without an answer',
  EPIPE: 'closed the connection without an answer',
  ETIMEDOUT: 'did not answer in time',
  EHOSTUNREACH: 'cannot be reached from here',
  ENETUNREACH: 'cannot be reached from here',
  ERR_SSL_WRONG_VERSION_NUMBER: 'does not speak TLS on this port',
  EPROTO: 'does not speak TLS on this port',
  CERT_HAS_EXPIRED: 'has an expired certificate',
  ERR_TLS_CERT_ALTNAME_INVALID: 'showed a certificate for another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'showed a self-signed certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'showed a certificate of an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'showed a certificate of an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'showed a certificate of an unknown authority',
}

/** One sentence about a broken connection, from the error code alone: messages of sockets may hold addresses and paths. */
export function unreachable(host: string, cause: unknown): DeliveryError {
  const code = codeOf(cause)
  return new DeliveryError(
    `${host} ${REFUSALS[code] ?? `could not be reached (${code || 'connection lost'})`}.`,
    'retry',
  )
}
