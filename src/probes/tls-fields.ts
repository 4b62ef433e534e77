import { Type as t } from '@sinclair/typebox'
import { type Ui, ui } from '#kernel/form'
import { daysLeft, expirySentence, firstToEnd } from '#probes/certificate'
import type { Verdict } from '#probes/define'
import type { TlsAsk } from '#probes/dial-tls'
import { caField, keyField, minTlsField, pemField } from '#probes/fields'

export const verifyTlsField = (showIf?: Ui['showIf']) =>
  t.Optional(
    t.Boolean({
      title: 'Verify the certificate',
      description: 'Off accepts expired, self-signed and foreign certificates.',
      default: true,
      ...ui({ group: 'advanced', span: 1, ...(showIf && { showIf }) }),
    }),
  )

export const certificateDaysField = (showIf?: Ui['showIf']) =>
  t.Optional(
    t.Integer({
      title: 'Certificate warning',
      description: 'Degraded when the certificate ends sooner than this; 0 turns it off.',
      minimum: 0,
      maximum: 365,
      default: 14,
      ...ui({ group: 'advanced', span: 1, suffix: 'days', ...(showIf && { showIf }) }),
    }),
  )

/** How the certificate of a server is judged; for every type that can speak TLS. */
export const tlsFields = (showIf?: Ui['showIf']) => ({
  verify_tls: verifyTlsField(showIf),
  certificate_days: certificateDaysField(showIf),
  min_tls: minTlsField,
  ca: caField,
})

/** What we present to a server that asks who we are. */
export const clientCertificateFields = {
  client_cert: pemField('Client certificate', 'Presented to servers that ask for one (mTLS), PEM.'),
  client_key: keyField,
}

type ClientCertificate = { client_cert?: string; client_key?: string }
type TlsSettings = ClientCertificate & { verify_tls: boolean; min_tls: 'any' | '1.2' | '1.3'; ca?: string }

/** How to do TLS with a server, as these settings have it. */
export function tlsAsk(
  { verify_tls: verify, min_tls, ca, client_cert, client_key }: TlsSettings,
  to: Pick<TlsAsk, 'host' | 'now' | 'alpn'>,
): TlsAsk {
  return {
    ...to,
    verify,
    ...(ca && { ca }),
    ...(client_cert && client_key && { cert: client_cert, key: client_key }),
    ...(min_tls !== 'any' && { min_version: min_tls }),
  }
}

/** A certificate without its key, or the other way round. */
export const clientCertificateProblems = ({ client_cert, client_key }: ClientCertificate): Record<string, string> => ({
  ...(client_cert && !client_key && { 'settings.client_key': 'is needed with a client certificate' }),
  ...(client_key && !client_cert && { 'settings.client_cert': 'is needed with a client key' }),
})

/** What is up becomes degraded when a certificate of the chain ends within the given days. */
export function warned(
  verdict: Verdict,
  { certificate_days: days }: { certificate_days: number },
  now: number,
): Verdict {
  const first = days > 0 && verdict.status === 'up' ? firstToEnd(verdict.evidence?.certificates ?? []) : undefined
  if (!first || daysLeft(first, now) >= days) return verdict
  return { ...verdict, status: 'degraded', reason: 'certificate', message: expirySentence(first, now) }
}
