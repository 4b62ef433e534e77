import type { TlsAsk } from '#probes/dial-tls'
import { Conversation } from '#probes/exchange'
import type { Link } from '#probes/link'

export const SECURITIES = ['none', 'tls', 'smtp', 'imap', 'pop3', 'ftp'] as const
export type SecurityMode = (typeof SECURITIES)[number]

const SMTP_READY = /^220 [^\n]*\n/m
const SMTP_DONE = /^250 [^\n]*\n/m

/** Asks the server to start TLS in its own protocol, then does the handshake. The link must be upgradable. */
export async function startTls(link: Link, mode: SecurityMode, tls: TlsAsk): Promise<void> {
  const talk = new Conversation(link)
  switch (mode) {
    // RFC 3207
    case 'smtp':
      await talk.expect(SMTP_READY, 'the SMTP greeting')
      await talk.ask('EHLO monitor.invalid', SMTP_DONE, 'EHLO')
      await talk.ask('STARTTLS', SMTP_READY, 'STARTTLS')
      break
    // RFC 9051 section 6.2.1
    case 'imap':
      await talk.expect(/^\* (?:OK|PREAUTH)[^\n]*\n/m, 'the IMAP greeting')
      await talk.ask('a1 STARTTLS', /^a1 OK[^\n]*\n/m, 'STARTTLS')
      break
    // RFC 2595 section 4
    case 'pop3':
      await talk.expect(/^\+OK[^\n]*\n/m, 'the POP3 greeting')
      await talk.ask('STLS', /^\+OK[^\n]*\n/m, 'STLS')
      break
    // RFC 4217 section 4
    case 'ftp':
      await talk.expect(SMTP_READY, 'the FTP greeting')
      await talk.ask('AUTH TLS', /^234[ -][^\n]*\n/m, 'AUTH TLS')
      break
    default:
      return
  }
  await link.secure(tls)
}
