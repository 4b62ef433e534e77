import type { Clock } from '#kernel/clock'
import { randomToken, sha256 } from '#kernel/secrets'
import type { Credential } from './connection'

/** What is shown in a URL may end up in a log: it opens one connection, and only now. */
const LIFE_S = 30
const MOST = 10_000

/** What a request proves who sends it with, and nothing else of it. */
export function credentialHeaders(request: Request): Headers {
  const cookie = request.headers.get('cookie')
  const bearer = request.headers.get('authorization')
  return new Headers({ ...(cookie && { cookie }), ...(bearer && { authorization: bearer }) })
}

/**
 * Tickets for clients that cannot send headers with a WebSocket. Kept in memory: one that a restart loses is asked for
 * again. Whoever comes with a ticket is judged by the credential behind it, so revoking that ends the connection.
 */
export function createTickets(clock: Clock) {
  const waiting = new Map<string, { credential: Credential; until: number }>()
  return {
    issue(request: Request, address: string) {
      const now = clock.now()
      for (const [key, { until }] of waiting) if (until <= now || waiting.size >= MOST) waiting.delete(key)
      const ticket = `xinex_ticket_${randomToken()}`
      const credential = { headers: credentialHeaders(request), token: null, address }
      waiting.set(sha256(ticket), { credential, until: now + LIFE_S * 1000 })
      return { ticket, expires_in: LIFE_S }
    },
    /** The credential behind a ticket, once. */
    take(ticket: string | null): Credential | undefined {
      const key = ticket?.startsWith('xinex_ticket_') ? sha256(ticket) : ''
      const found = waiting.get(key)
      waiting.delete(key)
      return found && found.until > clock.now() ? found.credential : undefined
    },
  }
}
export type Tickets = ReturnType<typeof createTickets>
