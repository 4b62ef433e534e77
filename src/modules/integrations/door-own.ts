import { isForm } from '#kernel/body'
import { AppError, fail } from '#kernel/fail'
import { metaOf } from '#kernel/request'
import { bodyOf } from './body'
import { providerOf } from './providers'
import type { Taker } from './take'

export const textIn = (request: Request) => new TextDecoder().decode(metaOf(request).event)

/** The key in the header: as a token, or as the password of whatever user. */
function keyIn(request: Request): string | undefined {
  const [, scheme = '', value = ''] = /^(\w+)\s+(\S+)$/.exec(request.headers.get('authorization')?.trim() ?? '') ?? []
  if (scheme.toLowerCase() === 'bearer') return value
  if (scheme.toLowerCase() !== 'basic') return undefined
  const pair = Buffer.from(value, 'base64').toString()
  return pair.includes(':') ? pair.slice(pair.indexOf(':') + 1) : undefined
}

/** They give up at any 4xx: https://github.com/prometheus/alertmanager/blob/main/notify/webhook/webhook.go */
const onlyServerFaults = new Set(['alertmanager', 'grafana'])
/** Too much now is no reason to lose an alarm: such a program tries again after a fault of the server. */
function sentAgain(error: unknown): unknown {
  if (!(error instanceof AppError) || error.code !== 'RATE_LIMITED') return error
  const { message, details, headers } = error
  return fail('SERVICE_UNAVAILABLE', { message, details, headers })
}

/** A door by our own words: the key leads to one integration, whose type says how its words are read. */
export function ownDoor({ admit, takeIn }: Taker, type: string) {
  async function receive(request: Request, given?: string): Promise<Response> {
    const key = given ?? keyIn(request)
    if (key === undefined)
      throw fail('UNAUTHORIZED', { message: 'Put the key of the integration into the address or the header' })
    const row = await admit(type, key)
    if (!row) throw fail(given ? 'NOT_FOUND' : 'UNAUTHORIZED', { message: 'No integration of this kind has this key' })
    const body = bodyOf(textIn(request), isForm(request))
    if ('fault' in body) throw fail('BAD_REQUEST', { message: body.fault })
    const provider = providerOf(type)
    const { told, faults } = provider?.read(body.value, row.settings, () => Bun.randomUUIDv7()) ?? {
      told: [],
      faults: [],
    }
    if (told.length === 0 && faults.length > 0)
      throw fail('BAD_REQUEST', { message: `The event cannot be read. ${faults.join('; ')}`, details: { faults } })
    const outcomes = await takeIn(row, told)
    const events = outcomes.slice(0, 100).map(({ result, incident_id }) => ({ result, incident_id }))
    return Response.json({ status: 'accepted', events, faults }, { status: 202 })
  }
  return (request: Request, given?: string) =>
    receive(request, given).catch((error) => {
      throw onlyServerFaults.has(type) ? sentAgain(error) : error
    })
}
