import type { ReactNode } from 'react'
import type { CertificateFacts, Evidence, Phases } from '@/types'
import { cx } from '@/ui/cx'
import { plural, sentence } from '@/ui/format'
import { Glyph, statusLabel } from '@/ui/status'
import { Day } from '@/ui/time'
import {
  addressesOf,
  commonName,
  daysLeft,
  otherFacts,
  readable,
  type Seen,
  seenFrom,
  urgencyOf,
} from './evidence-facts'
import { PhaseBar } from './phases'

function Fact({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="grid gap-x-4 gap-y-0.5 px-4 py-2.5 @lg:grid-cols-[7.5rem_minmax(0,1fr)]">
      <dt className="text-xs leading-5 text-subtle">{title}</dt>
      <dd className="min-w-0 text-xs leading-5 wrap-anywhere">{children}</dd>
    </div>
  )
}

/** Text from outside, shown as text: scrollable, reachable by keyboard, never interpreted. */
function Excerpt({ label, text }: { label: string; text: string }) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (axe: scrollable-region-focusable)
      tabIndex={0}
      className="max-h-64 overflow-auto rounded-sm bg-sunken p-2.5 font-mono text-xs leading-5 whitespace-pre-wrap"
    >
      {text}
    </section>
  )
}

function Headers({ headers }: { headers: Record<string, string> }) {
  return (
    <div className="space-y-px font-mono">
      {Object.entries(headers).map(([name, value]) => (
        <div key={name}>
          <span className="text-subtle">{name}:</span> {value}
        </div>
      ))}
    </div>
  )
}

function Places({ seen }: { seen: Seen[] }) {
  return (
    <ul className="space-y-1">
      {seen.map(({ region, status, message }) => (
        <li key={region} className="grid grid-cols-[14px_minmax(0,1fr)] items-start gap-x-2">
          <Glyph status={status} size={14} className="mt-[3px]" />
          <span>
            <span className="font-medium">{region === 'local' ? 'This appliance' : region}</span>{' '}
            <span className="text-subtle">{message ? sentence(message) : statusLabel[status]}</span>
          </span>
        </li>
      ))}
    </ul>
  )
}

const URGENCY = { over: 'text-down', hurry: 'text-down', soon: 'text-degraded', fine: 'text-subtle' }

function Certificate({ certificate, leaf }: { certificate: CertificateFacts; leaf: boolean }) {
  const days = daysLeft(certificate, Date.now())
  return (
    <li className="border-l border-line-strong pl-3">
      <div className="font-medium">{commonName(certificate.subject)}</div>
      <div className="text-subtle">
        Issued by {commonName(certificate.issuer)}. {days < 0 ? 'Ended' : 'Valid until'}{' '}
        <Day at={certificate.valid_to} />
        {', '}
        <span className={cx('tabular-nums', URGENCY[urgencyOf(days)])}>
          {days < 0 ? `${plural(-days, 'day')} ago` : `${plural(days, 'day')} left`}
        </span>
      </div>
      {leaf && certificate.names.length > 0 && <div className="text-subtle">Names: {certificate.names.join(', ')}</div>}
      {leaf && <div className="font-mono text-2xs text-subtle">SHA-256 {certificate.fingerprint_sha256}</div>}
    </li>
  )
}

/** What a person needs to believe a verdict, every word of it shown as plain text. */
export function EvidencePanel({ evidence }: { evidence: Evidence }) {
  const {
    status,
    protocol,
    headers = {},
    redirects = [],
    certificates = [],
    certificate_error,
    body,
    records = [],
    other_family,
  } = evidence
  const addresses = addressesOf(evidence)
  const seen = seenFrom(evidence)
  return (
    <dl className="@container divide-y divide-line">
      {seen.length > 0 && (
        <Fact title="Seen from">
          <Places seen={seen} />
        </Fact>
      )}
      {status !== undefined && (
        <Fact title="Answer">
          <span className="font-medium tabular-nums">{status}</span>
          {protocol && <span className="text-subtle"> {protocol}</span>}
        </Fact>
      )}
      {addresses.length > 0 && (
        <Fact title="Addresses">
          <span className="font-mono">{addresses[0]}</span>
          {addresses.length > 1 && <span className="font-mono text-subtle">, {addresses.slice(1).join(', ')}</span>}
        </Fact>
      )}
      {typeof other_family === 'string' && <Fact title="Other way">{other_family}</Fact>}
      {redirects.length > 0 && (
        <Fact title="Redirects">
          <ol className="font-mono">
            {redirects.map(({ url, status: code }, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a chain may name one address twice; it never changes order
              <li key={i}>
                <span className="text-subtle">{code}</span> {url}
              </li>
            ))}
          </ol>
        </Fact>
      )}
      {certificate_error && <Fact title="Certificate error">{certificate_error}</Fact>}
      {certificates.length > 0 && (
        <Fact title="Certificates">
          <ol className="space-y-2">
            {certificates.map((certificate, i) => (
              <Certificate key={certificate.fingerprint_sha256} certificate={certificate} leaf={i === 0} />
            ))}
          </ol>
        </Fact>
      )}
      {records.length > 0 && (
        <Fact title="Records">
          <ul className="font-mono">
            {records.map((record) => (
              <li key={record}>{record}</li>
            ))}
          </ul>
        </Fact>
      )}
      {otherFacts(evidence).map(([title, text]) => (
        <Fact key={title} title={title}>
          <span className="whitespace-pre-wrap">{text}</span>
        </Fact>
      ))}
      {Object.keys(headers).length > 0 && (
        <Fact title="Headers">
          <Headers headers={headers} />
        </Fact>
      )}
      {body && (
        <Fact title="Body">
          <Excerpt label="First part of the body" text={readable(body)} />
        </Fact>
      )}
    </dl>
  )
}

const filled = (facts: object | null | undefined): boolean => facts != null && Object.keys(facts).length > 0
export const hasEvidence = ({ phases, evidence }: { phases?: Phases | null; evidence?: Evidence | null }) =>
  filled(phases) || filled(evidence)

/** Where the time went and what was seen; nothing when the check says neither. */
export function EvidenceView({ phases, evidence }: { phases?: Phases | null; evidence?: Evidence | null }) {
  return (
    <div className="divide-y divide-line">
      {phases && filled(phases) && (
        <div className="px-4 py-3.5">
          <PhaseBar phases={phases} />
        </div>
      )}
      {evidence && filled(evidence) && <EvidencePanel evidence={evidence} />}
    </div>
  )
}
