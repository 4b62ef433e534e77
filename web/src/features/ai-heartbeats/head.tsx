import { Link, useNavigate } from '@tanstack/react-router'
import { Pause, Pencil, Play } from 'lucide-react'
import { useState } from 'react'
import { heartbeatGlyph, heartbeatLabel, statusAt } from '@/parts/heartbeats'
import { useCan } from '@/session'
import { useShortcuts } from '@/shell/shortcuts'
import { Button, buttonClass } from '@/ui/button'
import { inWords } from '@/ui/format'
import { Pill } from '@/ui/status'
import { Since, Until, useNow } from '@/ui/time'
import { useAgentActions } from './actions'
import { AgentMenu } from './menu'
import type { Agent } from './types'

function StatusPill({ agent }: { agent: Agent }) {
  const status = statusAt(agent, useNow(1000))
  const odd = status === 'up' && agent.problems.length > 0
  const since = status === 'late' ? agent.expected_at : agent.since
  return (
    <Pill status={heartbeatGlyph(status, agent.problems.length)}>
      {odd ? 'Not as expected' : heartbeatLabel[status]}
      {since && status !== 'new' && !odd && (
        <span className="font-normal">
          for <Since at={since} />
        </span>
      )}
    </Pill>
  )
}

function Actions({ agent }: { agent: Agent }) {
  const { pause, resume } = useAgentActions()
  const navigate = useNavigate()
  const [busy, setBusy] = useState(false)
  const edit = { to: '/ai-heartbeats/$id/edit', params: { id: agent.id } } as const
  useShortcuts({ e: () => void navigate(edit) })
  const turn = () => {
    setBusy(true)
    void (agent.enabled ? pause(agent) : resume(agent)).finally(() => setBusy(false))
  }
  return (
    <div className="flex w-full gap-2 md:w-auto">
      <Button className="coarse:flex-1" busy={busy} onClick={turn}>
        {agent.enabled ? <Pause /> : <Play />}
        {agent.enabled ? 'Pause' : 'Resume'}
      </Button>
      <Link {...edit} className={buttonClass('secondary', 'md', 'coarse:flex-1')}>
        <Pencil />
        Edit
      </Link>
      <AgentMenu brief agent={agent} onDeleted={() => void navigate({ to: '/ai-heartbeats' })} />
    </div>
  )
}

/** When the next run is expected, and by what. */
function Next({ agent }: { agent: Agent }) {
  const { expectation, learned, schedule_words, expected_at, status } = agent
  const by =
    expectation.mode === 'learned' && learned.ready
      ? 'Expected as learned from its runs'
      : `Expected ${schedule_words}${expectation.mode === 'learned' ? ', until it has learned' : ''}`
  return (
    <p className="mt-1 text-sm text-muted">
      {by}
      {status === 'up' && expected_at && (
        <>
          {' · next run '}
          <Until at={expected_at} />
        </>
      )}
      {agent.running[0] && (
        <>
          {' · running for '}
          <Since at={agent.running[0].at} />
        </>
      )}
      {status === 'up' && expectation.mode === 'fixed' && ` · ${inWords(expectation.grace_s)} of grace`}
    </p>
  )
}

export function Head({ agent }: { agent: Agent }) {
  const mayWrite = useCan('heartbeats:write')
  return (
    <div className="flex flex-wrap items-start gap-x-4 gap-y-4">
      <div className="min-w-0 flex-1 basis-72">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
          <h1 className="min-w-0 text-2xl tracking-tight wrap-anywhere">{agent.name}</h1>
          <StatusPill agent={agent} />
        </div>
        <Next agent={agent} />
      </div>
      {mayWrite && <Actions agent={agent} />}
    </div>
  )
}
