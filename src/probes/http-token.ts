import type { Job } from '#probes/define'
import { Fault } from '#probes/fault'
import { roundTrip } from '#probes/http-client'
import type { Plan } from '#probes/http-plan'
import type { HttpSettings } from '#probes/http-settings'
import { redactor } from '#probes/redact'

type Token = { value: string; expires: number }
/** By plan, so changed settings never meet an old token. */
const tokens = new WeakMap<Plan, Token>()

/** A token is renewed before it ends, so that it cannot end on its way. */
const MARGIN_MS = 30_000
/** RFC 6749 section 5.1 lets the server leave out `expires_in`. */
const DEFAULT_LIFE_S = 300
/** A monitor that runs every minute sees a changed scope or revoked client within the hour. */
const MAX_LIFE_S = 3_600

export const forgetToken = (plan: Plan) => tokens.delete(plan)

/** The access token of the client credentials grant (RFC 6749 section 4.4), cached until it expires. */
export async function tokenFor(plan: Plan, job: Job<HttpSettings>): Promise<{ value: string; fresh: boolean }> {
  const known = tokens.get(plan)
  if (known && known.expires > performance.now()) return { value: known.value, fresh: false }
  const { settings } = plan
  const url = new URL(settings.oauth_token_url)
  const form = new URLSearchParams({ grant_type: 'client_credentials' })
  if (settings.oauth_scope) form.set('scope', settings.oauth_scope)
  const encode = (text: string | undefined) => new URLSearchParams([['', text ?? '']]).toString().slice(1)
  const client = `${encode(settings.oauth_client_id)}:${encode(settings.oauth_client_secret)}`
  const body = form.toString()
  const head = [
    `POST ${url.pathname}${url.search} HTTP/1.1`,
    `Host: ${url.host}`,
    `Authorization: Basic ${Buffer.from(client).toString('base64')}`,
    'Content-Type: application/x-www-form-urlencoded',
    'Accept: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  const bytes = Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
  const { verify_tls: verify, ca, family } = settings
  const tls = url.protocol === 'https:' ? { host: url.hostname, verify, ca, now: job.now } : undefined
  const { answer } = await roundTrip({ url, head: false, bytes, tls, family }, job.net, job.signal).catch((error) => {
    if (error instanceof Fault) error.message = `no access token: ${error.message}`
    throw error
  })
  const token = read(answer.body)
  if (answer.status !== 200 || !token) {
    throw new Fault('status', `no access token: the token URL answered ${answer.status}`)
  }
  tokens.set(plan, token)
  // From now on the token is a secret too.
  const [before, after] = [plan.redact(), redactor([token.value])]
  plan.redact = () => (text) => after(before(text))
  return { value: token.value, fresh: true }
}

function read(body: Buffer): Token | undefined {
  try {
    const answer: unknown = JSON.parse(body.toString('utf8'))
    if (!(answer instanceof Object) || !('access_token' in answer)) return
    const seconds = 'expires_in' in answer ? Number(answer.expires_in) : DEFAULT_LIFE_S
    const life_ms = Math.min(MAX_LIFE_S, seconds || DEFAULT_LIFE_S) * 1_000
    const value = String(answer.access_token)
    return { value, expires: performance.now() + Math.max(life_ms - MARGIN_MS, life_ms / 2) }
  } catch {
    return
  }
}
