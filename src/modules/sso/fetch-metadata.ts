import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { DeliveryError } from '#channels/define'
import { addressesOf, unreachable } from '#channels/dial'
import type { Net } from '#kernel/net'
import { isWebUrl } from './metadata'

const MOST_BYTES = 512 * 1024
const MOST_HOPS = 3

/** Why metadata could not be fetched, as a sentence. */
export class FetchFault extends Error {}

type Got = { status: number; location: string | undefined; text: string }

/**
 * One GET to just the addresses that the policy lets us contact: the name is looked up once and not again. Not `fetch`,
 * for the reason that `postWith` has.
 */
function getOnce(url: URL, addresses: string[], signal: AbortSignal): Promise<Got> {
  const all = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  const options: RequestOptions = {
    headers: { accept: 'application/samlmetadata+xml, application/xml, text/xml', 'user-agent': 'Xinex' },
    lookup: (_host, { all: wantsAll }, done) =>
      wantsAll ? done(null, all) : done(null, all[0]!.address, all[0]!.family),
    agent: false,
    signal,
  }
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => reject(unreachable(url.host, cause))
    const answered = (res: IncomingMessage) => {
      const chunks: Buffer[] = []
      let size = 0
      res.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        size += chunk.length
        if (size <= MOST_BYTES) return
        reject(new FetchFault(`${url.host} sent more than ${MOST_BYTES / 1024} KB`))
        req.destroy()
      })
      res.on('error', fail)
      res.on('end', () => {
        const { location } = res.headers
        resolve({ status: res.statusCode ?? 0, location, text: Buffer.concat(chunks).toString('utf8') })
      })
    }
    const req = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options, answered)
    req.on('error', fail)
    req.end()
  })
}

async function hop(net: Net, url: URL, left: number, signal: AbortSignal): Promise<string> {
  const { status, location, text } = await getOnce(url, await addressesOf(net, url.hostname, signal), signal)
  if (status >= 300 && status < 400 && location) {
    const next = URL.canParse(location, url) ? new URL(location, url) : undefined
    // Each hop is judged by the address policy again; none leaves TLS.
    if (!next || !isWebUrl(next.href) || (url.protocol === 'https:' && next.protocol !== 'https:'))
      throw new FetchFault(`${url.host} redirects to an address that is not followed`)
    if (left === 0) throw new FetchFault(`${url.host} redirects too often`)
    return hop(net, next, left - 1, signal)
  }
  if (status !== 200) throw new FetchFault(`${url.host} answered ${status}`)
  return text
}

/** The text at an address, under the address policy; throws a FetchFault that says why not. */
export async function textAt(net: Net, address: string, timeout_ms = 10_000): Promise<string> {
  if (!isWebUrl(address)) throw new FetchFault('The address does not start with https:// or http://')
  const url = new URL(address)
  if (url.username || url.password) throw new FetchFault('The address must not hold a user name or password')
  const signal = AbortSignal.timeout(timeout_ms)
  const late = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () =>
      reject(new FetchFault(`${url.host} did not answer within ${timeout_ms / 1000} s`)),
    ),
  )
  try {
    return await Promise.race([hop(net, url, MOST_HOPS, signal), late])
  } catch (error) {
    throw error instanceof DeliveryError ? new FetchFault(error.message) : error
  }
}
