import { useQuery } from '@tanstack/react-query'
import { LoaderCircle, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { CommandLines } from '@/parts/command'
import { Secret } from '@/parts/secret'
import { Button } from '@/ui/button'
import { Segmented } from '@/ui/choice'
import { Dialog } from '@/ui/dialog'
import { Glyph } from '@/ui/status'
import { addressWarning, joinSteps, renewSteps, type Way, ways } from './join-commands'
import { proberQuery, type WithToken } from './queries'

const LOOK_MS = 2_000

/** Says when the token is used for the first time: until then nothing has come. */
function Arrival({ made, renewed }: { made: WithToken; renewed: boolean }) {
  const { data } = useQuery(proberQuery(made.id, LOOK_MS))
  const used = data?.tokens.some(({ prefix, last_used_at }) => last_used_at !== null && made.token.startsWith(prefix))
  const { version, hostname, platform } = data?.facts ?? {}
  const where = [hostname, platform && `(${platform})`].filter(Boolean).join(' ')
  return (
    <div
      role="status"
      className="flex items-center gap-2.5 rounded-sm border border-line bg-sunken px-3 py-2.5 text-sm break-words"
    >
      {used ? (
        <Glyph status="up" />
      ) : (
        <LoaderCircle aria-hidden className="spin size-4 shrink-0 text-subtle" strokeWidth={1.75} />
      )}
      <span className="min-w-0">
        {!used
          ? renewed
            ? 'Waiting until it comes with the new token.'
            : `Waiting for ${made.name} to come.`
          : renewed
            ? `${made.name} has come with the new token.`
            : `${made.name} is here${version ? `: version ${version}` : ''}${where ? ` on ${where}` : ''}.`}
      </span>
    </div>
  )
}

/** The token, which is shown this once, and how another machine comes to use it. */
export function JoinDialog({
  made,
  renewed = false,
  onClose,
}: {
  made: WithToken
  renewed?: boolean
  onClose: () => void
}) {
  const [way, setWay] = useState<Way>('systemd')
  const server = window.location.origin
  const steps = renewed ? renewSteps(way, made.token) : joinSteps(way, server, made.token)
  const warning = renewed ? undefined : addressWarning(server)
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={renewed ? `Put the new token in place` : `Start ${made.name}`}
      description="Copy the token now: it is stored as a hash only and cannot be shown again."
      footer={
        <Button variant="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <div className="space-y-4">
        <Secret value={made.token} label="Copy token" />
        <Arrival made={made} renewed={renewed} />
        <div>
          <Segmented label="How it is started" value={way} onChange={setWay} choices={ways} />
          <p className="mt-1.5 text-xs text-muted">
            {ways.find(({ value }) => value === way)?.about}
            {!renewed && way !== 'docker' && ' It is the same program as this server: copy it to /usr/local/bin/xinex.'}
          </p>
        </div>
        {warning && (
          <p className="flex items-start gap-2 text-xs text-degraded">
            <TriangleAlert aria-hidden className="mt-px size-3.5 shrink-0" />
            {warning}
          </p>
        )}
        {steps.map(({ label, text }) => (
          <CommandLines key={label} label={label} text={text} />
        ))}
      </div>
    </Dialog>
  )
}
