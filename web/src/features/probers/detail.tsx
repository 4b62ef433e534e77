import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { ArrowLeft, Pencil } from 'lucide-react'
import type { ReactNode } from 'react'
import { AnchorStates } from '@/parts/anchor-states'
import { BlindTimes, SinceThen } from '@/parts/blind'
import { SettingsFrame } from '@/parts/settings-frame'
import { useCan } from '@/session'
import type { Prober, ProberToken } from '@/types'
import { Button } from '@/ui/button'
import { Card, CardHead, Facts } from '@/ui/card'
import { count, ms, plural } from '@/ui/format'
import { ErrorState, SkeletonRows } from '@/ui/states'
import { Glyph } from '@/ui/status'
import { Ago, At, Day } from '@/ui/time'
import { ProberMenu, useProberActions } from './actions'
import { proberQuery } from './queries'
import { clockIsOff, clockWords, glyphOf, LAG_WARN_MS, networkWords, statusWords } from './words'

const EVERY_MS = 5_000
const worry = (when: boolean, text: string): ReactNode =>
  when ? <span className="font-medium text-degraded">{text}</span> : text
const Code = ({ text }: { text: string }) => <span className="font-mono text-xs">{text}</span>

/** One sentence about it now, with what follows from it. */
function Standing({ prober }: { prober: Prober }) {
  const { status, last_seen_at, uplink, name } = prober
  if (status === 'waiting') return <>{name} has never come. If its token was lost, make a new one.</>
  if (status === 'offline')
    return (
      <>
        Nothing was heard of it since {last_seen_at && <SinceThen at={last_seen_at} />}: what it would see is unknown.
        It may still be checking; then it brings what it found when it is back.
      </>
    )
  if (uplink?.state === 'down')
    return (
      <>
        Its own network seems down since <SinceThen at={uplink.since} />: what it sees fail is unknown, and nobody is
        paged.
      </>
    )
  return <>It checks and brings its results.</>
}

function Now({ prober }: { prober: Prober }) {
  const { facts, monitors, monitors_alone, last_seen_at, last_seen_address, clock_offset_ms, buffered, lag_ms } = prober
  const clock = clockWords(clock_offset_ms)
  const program = [facts.version && `version ${facts.version}`, facts.hostname, facts.platform].filter(Boolean)
  return (
    <Card aria-labelledby="now">
      <div className="flex items-start gap-3 border-b border-line px-4 py-3.5">
        <Glyph status={glyphOf(prober)} size={20} className="mt-px" />
        <div className="min-w-0">
          <h3 id="now" className="text-md font-medium">
            {statusWords(prober)}
          </h3>
          <p className="text-sm text-muted">
            <Standing prober={prober} />
          </p>
        </div>
      </div>
      <Facts
        facts={[
          ['Region', <Code key="region" text={prober.region} />],
          [
            'Monitors',
            `${count(monitors)} checked by it now${monitors_alone ? `, ${count(monitors_alone)} from this region only` : ''}`,
          ],
          ['Last heard', last_seen_at ? <Ago key="seen" at={last_seen_at} /> : 'never'],
          ['Address', last_seen_address ? <Code key="address" text={last_seen_address} /> : '–'],
          ['Program', program.length > 0 ? program.join(', ') : '–'],
          ['Clock', worry(clockIsOff(prober), clock ?? 'not measured yet')],
          ['Results that wait there', buffered ? worry(true, count(buffered)) : buffered === null ? '–' : 'none'],
          ['Checks start late by', worry(lag_ms !== null && lag_ms > LAG_WARN_MS, ms(lag_ms))],
        ]}
      />
      {clockIsOff(prober) && (
        <p className="border-t border-line px-4 py-3 text-xs text-muted">
          Its results are corrected by that, so their times are right. Set the clock right all the same: a certificate
          cannot be checked with a clock that is far off.
        </p>
      )}
    </Card>
  )
}

const Network = ({ prober, onEdit }: { prober: Prober; onEdit?: () => void }) => (
  <Card aria-labelledby="its-network">
    <CardHead id="its-network" title="Its network" hint={networkWords(prober)}>
      {onEdit && (
        <Button size="sm" aria-label="Edit anchors" onClick={onEdit}>
          <Pencil />
          Anchors
        </Button>
      )}
    </CardHead>
    {prober.uplink && prober.uplink.anchors.length > 0 ? (
      <AnchorStates anchors={prober.uplink.anchors} />
    ) : (
      <p className="px-4 py-3.5 text-sm text-muted">
        {prober.anchors.length > 0
          ? `It has ${plural(prober.anchors.length, 'anchor')}: ${prober.anchors.join(', ')}.`
          : 'Without anchors every failure it sees is believed: when its own line fails, everything it checks seems down.'}
      </p>
    )}
  </Card>
)

const TokenFacts = ({ token: { last_used_at, expires_at, created_at } }: { token: ProberToken }) => (
  <>
    {last_used_at ? (
      <>
        used <Ago at={last_used_at} />
      </>
    ) : (
      'not used yet'
    )}
    {', '}
    {expires_at ? (
      <>
        works until <At at={expires_at} />
      </>
    ) : (
      <>
        made on <Day at={created_at} />
      </>
    )}
  </>
)
const Tokens = ({ prober: { tokens } }: { prober: Prober }) => (
  <Card aria-labelledby="its-tokens">
    <CardHead id="its-tokens" title="Tokens" />
    <Facts
      facts={tokens.map((token) => [
        <Code key="prefix" text={`${token.prefix}…`} />,
        <TokenFacts key="facts" token={token} />,
      ])}
    />
  </Card>
)

/** One prober: how it stands, by what its network is judged, and when it could not see. */
export function ProberDetail() {
  const { id } = useParams({ from: '/app/settings/probers/$id' })
  const navigate = useNavigate()
  const may = useCan('probers:write')
  const { data: prober, error, refetch } = useQuery(proberQuery(id, EVERY_MS))
  const { begin, dialogs } = useProberActions(() => void navigate({ to: '/settings/probers' }))
  return (
    <SettingsFrame
      title={prober?.name ?? 'Prober'}
      lead={
        <Link to="/settings/probers" className="inline-flex items-center gap-1 hover:text-fg hover:underline">
          <ArrowLeft aria-hidden className="size-3.5" />
          All probers
        </Link>
      }
      actions={
        prober &&
        may && (
          <div className="flex items-center gap-1">
            <Button onClick={() => begin('edit', prober)}>
              <Pencil />
              Edit
            </Button>
            <ProberMenu prober={prober} begin={begin} />
          </div>
        )
      }
    >
      {prober ? (
        <div className="space-y-4">
          <Now prober={prober} />
          <Network prober={prober} onEdit={may ? () => begin('edit', prober) : undefined} />
          <Tokens prober={prober} />
          <BlindTimes of={id} />
        </div>
      ) : error ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : (
        <SkeletonRows rows={4} />
      )}
      {dialogs}
    </SettingsFrame>
  )
}
