import type { Evidence, Reason, Verdict } from '#probes/define'
import { excerpt, redactor } from '#probes/redact'

/** What a container's inspection says that matters here; everything else, such as its environment, is left out. */
type ContainerState = {
  state: string
  exit_code: number | undefined
  oom_killed: boolean
  error: string
  started_at: string
  finished_at: string
  restart_count: number
  image: string
  health: string | undefined
  health_output: string
  health_failures: number
}

type Fields = Record<string, unknown>
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {})
const textOf = (value: unknown) => (typeof value === 'string' ? value : '')
const numberOf = (value: unknown) => (typeof value === 'number' ? value : undefined)

/** Reads `GET /containers/{id}/json` (https://docs.docker.com/reference/api/engine/); undefined when it is not that. */
export function stateOf(text: string): ContainerState | undefined {
  let all: Fields
  try {
    all = fieldsOf(JSON.parse(text))
  } catch {
    return
  }
  const state = fieldsOf(all.State)
  if (typeof state.Status !== 'string') return
  const health = isFields(state.Health) ? state.Health : undefined
  const log = Array.isArray(health?.Log) ? health.Log : []
  return {
    state: state.Status.slice(0, 40),
    exit_code: numberOf(state.ExitCode),
    oom_killed: state.OOMKilled === true,
    error: textOf(state.Error),
    started_at: textOf(state.StartedAt),
    finished_at: textOf(state.FinishedAt),
    restart_count: numberOf(all.RestartCount) ?? 0,
    image: textOf(fieldsOf(all.Config).Image).slice(0, 300),
    // "none" is how Docker spells a health check that was switched off.
    health: health && health.Status !== 'none' ? textOf(health.Status).slice(0, 40) : undefined,
    health_output: textOf(fieldsOf(log.at(-1)).Output).trim(),
    health_failures: numberOf(health?.FailingStreak) ?? 0,
  }
}

const plain = redactor([])
/** Docker's word for "never". */
const NEVER = /^0001-01-01T/
const when = (text: string) => (text && !NEVER.test(text) ? text.slice(0, 40) : undefined)

/** Bounded, and without anything but the state. */
export function stateEvidence(it: ContainerState): Evidence {
  const finished_at = it.state === 'running' ? undefined : when(it.finished_at)
  return {
    state: it.state,
    ...(it.health && { health: it.health, health_failures: it.health_failures }),
    ...(it.health_output && { health_output: excerpt(Buffer.from(it.health_output), plain) }),
    ...(it.state !== 'running' && it.exit_code !== undefined && { exit_code: it.exit_code }),
    oom_killed: it.oom_killed,
    ...(it.error && { error: excerpt(Buffer.from(it.error), plain) }),
    restart_count: it.restart_count,
    image: it.image,
    ...(when(it.started_at) && { started_at: when(it.started_at) }),
    ...(finished_at && { finished_at }),
  }
}

type Outcome = Pick<Verdict, 'status' | 'reason' | 'message'>
const outcome = (status: Outcome['status'], message: string, reason: Reason = 'status'): Outcome => ({
  status,
  reason,
  message,
})

/** `exited with code 137, out of memory`. */
const exited = ({ exit_code = 0, oom_killed }: ContainerState) =>
  `exited with code ${exit_code}${oom_killed ? ', killed because it was out of memory' : ''}`

/**
 * Running is up; a health check that has not decided yet (starting) is degraded, one that failed is down. A container
 * that Docker is restarting does not run its program right now, so it is down.
 */
export function judgeState(it: ContainerState, expect: 'healthy' | 'running'): Outcome {
  if (it.state === 'restarting') return outcome('down', `the container is restarting: it ${exited(it)}`)
  if (it.state === 'exited' || it.state === 'dead') return outcome('down', `the container ${exited(it)}`)
  if (it.state === 'created') return outcome('down', 'the container was never started')
  if (it.state !== 'running') return outcome('down', `the container is ${it.state}`)
  if (expect === 'healthy' && it.health === 'unhealthy') {
    const [said] = it.health_output.split('\n')
    return outcome('down', `the container is unhealthy${said ? `: ${said.slice(0, 150)}` : ''}`)
  }
  if (expect === 'healthy' && it.health === 'starting')
    return outcome('degraded', 'the container is running, its health check has not passed yet')
  const healthy = expect === 'healthy' && it.health === 'healthy'
  return { status: 'up', message: `the container is ${healthy ? 'running and healthy' : 'running'}` }
}
