import { hostname } from 'node:os'
import nodemailer from 'nodemailer'
import { DeliveryError, type MailServer } from '#channels/define'
import { addressesOf, unreachable } from '#channels/dial'
import { quoted } from '#channels/text'
import type { Net } from '#kernel/net'

/** How an SMTP server is reached; transport only, no channel itself. */
export type Smtp = {
  host: string
  port: number
  /** `auto` encrypts when the server offers it: only for the appliance's own mail server. */
  security: 'none' | 'starttls' | 'tls' | 'auto'
  user?: string
  password?: string
  /** Literal address to connect to; the certificate is checked against `host` all the same. */
  address?: string
}

export const PORTS = { none: 25, auto: 25, starttls: 587, tls: 465 }

const isLoopback = (host: string) => /^(localhost|127\.[0-9.]+|\[?::1\]?)$/.test(host)

/**
 * The mail server the operator configured. A relay on this machine is spoken to in the clear; elsewhere `smtp://`
 * encrypts when offered, and insists on it as soon as there is a password to protect.
 */
export function applianceSmtp({ url }: MailServer): Smtp {
  const { protocol, hostname: host, port, username, password } = new URL(url)
  const security = protocol === 'smtps:' ? 'tls' : isLoopback(host) ? 'none' : username ? 'starttls' : 'auto'
  return {
    host: host.replace(/^\[|\]$/g, ''),
    port: Number(port) || PORTS[security],
    security,
    ...(username && { user: decodeURIComponent(username), password: decodeURIComponent(password) }),
  }
}

/** A server that a member of the organisation named is dialled under the address policy, at the address it resolved to. */
export const pinned = async (net: Net, smtp: Smtp, signal: AbortSignal): Promise<Smtp> => ({
  ...smtp,
  address: (await addressesOf(net, smtp.host, signal))[0],
})

export function transportOf({ host, port, security, user, password, address }: Smtp, timeout_ms: number, ca?: string) {
  return nodemailer.createTransport({
    host: address ?? host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    servername: host,
    ...(user && { auth: { user, pass: password ?? '' } }),
    tls: { servername: host, minVersion: 'TLSv1.2', ...(ca && { ca }) },
    // A greeting needs a name that looks like one; many servers refuse bare host names.
    name: hostname().includes('.') ? hostname() : '[127.0.0.1]',
    // The defaults of 2 min, 30 s and 10 min would let one dead server hold up an alert.
    connectionTimeout: timeout_ms,
    greetingTimeout: timeout_ms,
    socketTimeout: timeout_ms,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
}

/** nodemailer calls every broken connection ESOCKET; the reason is in `originalCode`. */
type SmtpFailure = { code?: string; originalCode?: string; responseCode?: number; response?: string }

/** https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1: 4yz may work later, 5yz never will; 53z is about signing in. */
export function smtpFailure({ host, port, user = '', password = '' }: Smtp, cause: unknown): DeliveryError {
  const where = `${host}:${port}`
  // Safe: all fields are optional, and whatever was thrown can be read as such an object.
  const { code = '', originalCode, responseCode = 0, response = '' } = Object(cause) as SmtpFailure
  if (code === 'ETLS')
    return new DeliveryError(`${where} offers no encryption (STARTTLS), so nothing was sent.`, 'retry')
  if (code === 'ENOAUTH') return new DeliveryError(`${where} needs a user and a password.`, 'disable')
  if (!responseCode) return unreachable(where, { code: originalCode ?? code })
  const encoded = [password, `\0${user}\0${password}`].map((text) => Buffer.from(text).toString('base64'))
  const said = quoted(response, [password, ...encoded].filter(Boolean))
  const message = `${where} answered ${said || responseCode}`
  if (responseCode < 500) return new DeliveryError(message, 'retry')
  return new DeliveryError(message, [530, 534, 535, 538].includes(responseCode) ? 'disable' : 'give-up')
}
