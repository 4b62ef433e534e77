import { isIP } from 'node:net'
import { checkServerIdentity, type DetailedPeerCertificate, type PeerCertificate } from 'node:tls'
import type { CertificateFacts } from '#probes/define'

/** How far a chain is followed; real ones have two to five certificates. */
const MAX_CHAIN = 10
const DAY_MS = 86_400_000

type Name = PeerCertificate['subject']
const shown = (name: Name | undefined) => {
  const first = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value)
  return first(name?.CN) ?? first(name?.O) ?? first(name?.OU) ?? ''
}

const iso = (openssl: string) => {
  const at = Date.parse(openssl)
  return Number.isNaN(at) ? openssl : new Date(at).toISOString()
}

const factsOf = (certificate: PeerCertificate): CertificateFacts => ({
  subject: shown(certificate.subject),
  issuer: shown(certificate.issuer),
  names: (certificate.subjectaltname ?? '')
    .split(', ')
    .filter(Boolean)
    .slice(0, 100)
    .map((name) => name.replace(/^(DNS|IP Address):/, '')),
  valid_from: iso(certificate.valid_from),
  valid_to: iso(certificate.valid_to),
  fingerprint_sha256: certificate.fingerprint256,
  serial: certificate.serialNumber,
})

/** The server's certificate and those above it, as far as it sent them; empty without TLS. */
export function chainOf(leaf: PeerCertificate | DetailedPeerCertificate | null | undefined): CertificateFacts[] {
  const chain: CertificateFacts[] = []
  const seen = new Set<string>()
  let next: Partial<DetailedPeerCertificate> | null | undefined = leaf
  while (next?.fingerprint256 && !seen.has(next.fingerprint256) && chain.length < MAX_CHAIN) {
    seen.add(next.fingerprint256)
    // Safe: a certificate with a fingerprint has all the fields of PeerCertificate.
    chain.push(factsOf(next as PeerCertificate))
    next = next.issuerCertificate
  }
  return chain
}

/** Whole days until the certificate ends; negative once it has. */
export const daysLeft = (certificate: CertificateFacts, now: number) =>
  Math.floor((Date.parse(certificate.valid_to) - now) / DAY_MS)

/** The certificate of the chain that ends first: an expired intermediate breaks a site as surely as its own. */
export const firstToEnd = (chain: CertificateFacts[]): CertificateFacts | undefined =>
  chain.reduce<CertificateFacts | undefined>(
    (first, it) => (!first || Date.parse(it.valid_to) < Date.parse(first.valid_to) ? it : first),
    undefined,
  )

export const days = (count: number) => `${count} ${count === 1 ? 'day' : 'days'}`

/** "certificate expires in 3 days", also for today and the past. */
export function expirySentence(certificate: CertificateFacts, now: number): string {
  const left = daysLeft(certificate, now)
  const which = certificate.subject ? `certificate of ${certificate.subject}` : 'certificate'
  if (Date.parse(certificate.valid_to) <= now) {
    const ago = Math.floor((now - Date.parse(certificate.valid_to)) / DAY_MS)
    return ago === 0 ? 'certificate expired today' : `certificate expired ${days(ago)} ago`
  }
  return left === 0 ? `${which} expires today` : `${which} expires in ${days(left)}`
}

export const SELF_SIGNED = new Set(['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN'])

/** Why a certificate is not to be trusted, in plain words (codes: https://docs.openssl.org/3.0/man1/openssl-verification-options/). */
export function problemSentence(code: string, chain: CertificateFacts[], host: string, now: number): string {
  const [leaf] = chain
  switch (code) {
    case 'CERT_HAS_EXPIRED': {
      const expired = chain.find((it) => Date.parse(it.valid_to) <= now) ?? leaf
      return expired ? expirySentence(expired, now) : 'certificate has expired'
    }
    case 'CERT_NOT_YET_VALID':
      return leaf ? `certificate is valid only from ${leaf.valid_from.slice(0, 10)}` : 'certificate is not valid yet'
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return 'certificate is self-signed'
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_GET_ISSUER_CERT':
      return `certificate is signed by an unknown authority${leaf?.issuer ? ` (${leaf.issuer})` : ''}`
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return 'certificate chain is incomplete: the server does not send the intermediate certificate'
    case 'ERR_TLS_CERT_ALTNAME_INVALID': {
      const names = leaf?.names.slice(0, 3).join(', ')
      return `certificate is not for ${host}${names ? ` but for ${names}` : ''}`
    }
    case 'CERT_REVOKED':
      return 'certificate is revoked'
    default:
      return `certificate is not valid (${code})`
  }
}

/** Whether a certificate is for this name or address; the handshake only says so when the authority is known. */
export function isFor(certificate: CertificateFacts, host: string): boolean {
  const subjectaltname = certificate.names.map((name) => `${isIP(name) ? 'IP Address' : 'DNS'}:${name}`).join(', ')
  // Safe: these two are all that checkServerIdentity reads.
  const peer = { subject: { CN: certificate.subject }, subjectaltname } as PeerCertificate
  return checkServerIdentity(host, peer) === undefined
}
