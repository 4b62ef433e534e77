import { defineProbe, type Evidence, type Job, type Phases, type Verdict } from '#probes/define'
import { NodeLink } from '#probes/dial-node'
import { checkDocker, type DockerSettings, dockerSettings } from '#probes/docker-settings'
import { judgeState, stateEvidence, stateOf } from '#probes/docker-state'
import { Fault } from '#probes/fault'
import { filled, hostPort, perSettings } from '#probes/fields'
import { decoded } from '#probes/http-assert'
import { exchange } from '#probes/http-exchange'
import { excerpt, redactor } from '#probes/redact'
import { type Open, withConnection } from '#probes/secured'
import { tlsAsk, warned } from '#probes/tls-fields'

const planOf = perSettings((given: DockerSettings) => filled(dockerSettings, given))
type Plan = ReturnType<typeof planOf>
type DockerJob = Job<DockerSettings>

/** A socket file is this machine as much as its loopback address is, so it is permitted when that one is. */
function permitSocket(net: DockerJob['net']) {
  try {
    net.permit('127.0.0.1')
  } catch (cause) {
    throw new Fault('blocked', 'the socket of this machine is not allowed: private network', { cause })
  }
}

/** What a failed connect to a socket file means. A file that is absent or closed to us says nothing of the container. */
function socketProblem(error: unknown, path: string): Fault {
  const code = error instanceof Object && 'code' in error ? String(error.code) : ''
  const facts = { code, cause: error, evidence: { socket: path } }
  if (code === 'ENOENT') return new Fault('own_side', `there is no socket ${path} on this machine`, facts)
  if (code === 'EACCES' || code === 'EPERM')
    return new Fault('own_side', `this program may not open the socket ${path}`, facts)
  if (code === 'ENOTSOCK') return new Fault('own_side', `${path} is not a socket`, facts)
  if (code === 'ECONNREFUSED') return new Fault('refused', `nothing listens on the socket ${path}`, facts)
  return new Fault('reset', `the socket ${path} failed${code ? `: ${code}` : ''}`, facts)
}

/** The same promises as withConnection, for a socket file. */
async function withSocket<T>(path: string, { net, signal }: DockerJob, use: (open: Open) => Promise<T>): Promise<T> {
  permitSocket(net)
  signal.throwIfAborted()
  const link = new NodeLink({ address: path, port: 0, path, signal })
  const evidence: Evidence = { socket: path }
  try {
    await link.opened
    return await use({ link, phases: { connect_ms: link.connect_ms }, evidence })
  } catch (error) {
    if (signal.aborted) throw new Fault('timeout', 'no answer in time', { cause: signal.reason, evidence })
    if (!(error instanceof Fault)) throw socketProblem(error, path)
    error.facts.evidence = { ...evidence, ...error.facts.evidence }
    throw error
  } finally {
    link.close()
  }
}

const connect = (plan: Plan, job: DockerJob, use: (open: Open) => Promise<Verdict>): Promise<Verdict> => {
  const { connection, host = '', port, family } = plan
  if (connection === 'socket') return withSocket(plan.socket_path, job, use)
  const { net, signal, now } = job
  const tls = tlsAsk(plan, { host, now, alpn: ['http/1.1'] })
  const security = connection === 'tls' ? 'tls' : 'none'
  return withConnection({ host, port, family, net, signal, security, tls }, use)
}

const plain = redactor([])
const SAID = 120

/** `{"message": "…"}` is how the Engine API explains itself. */
function saidIn(text: string): string {
  try {
    const said: unknown = JSON.parse(text)
    return said instanceof Object && 'message' in said ? String(said.message).slice(0, SAID) : ''
  } catch {
    return ''
  }
}

type Asked = { outcome: Pick<Verdict, 'status' | 'reason' | 'message'>; facts: Evidence }

/** The one question that is asked; a GET, which changes nothing. */
async function inspect(plan: Plan, { link }: Open, phases: Phases): Promise<Asked> {
  const { container, connection, host = '', port } = plan
  const authority = connection === 'socket' ? 'localhost' : hostPort(host, port)
  const head = `GET /containers/${container}/json HTTP/1.1\r\nHost: ${authority}\r\n`
  const bytes = Buffer.from(`${head}Accept: application/json\r\nUser-Agent: Xinex\r\nConnection: close\r\n\r\n`)
  const answer = await exchange(link, { bytes, head: false }, phases)
  const text = (decoded(answer) ?? answer.body).toString('utf8')
  const { status } = answer
  const said = saidIn(text)
  const down = (reason: 'status' | 'protocol', message: string, more: Evidence = {}): Asked => ({
    outcome: { status: 'down', reason, message },
    facts: { status, ...more },
  })
  if (status === 404 && /no such container/i.test(said)) return down('status', `there is no container ${container}`)
  if (status !== 200 && said) return down('status', `Docker answered ${status}: ${said}`)
  const state = status === 200 ? stateOf(text) : undefined
  if (!state) {
    return down('protocol', 'the answer is not one of the Docker Engine API', { body: excerpt(answer.body, plain) })
  }
  return { outcome: judgeState(state, plan.expect), facts: { status, ...stateEvidence(state) } }
}

/** Up when the container runs and, if it has a health check, is healthy. */
export const docker = defineProbe({
  type: 'docker',
  title: 'Docker container',
  summary: 'Up when the container is running and, if it has a health check, healthy.',
  docs: `Asks the Docker Engine API (\`GET /containers/…/json\`, nothing else) over the socket file of the machine that
checks, or over TCP with or without TLS. Podman answers the same question.

| state of the container | verdict |
| --- | --- |
| running, without a health check or healthy | up |
| running, health check *starting* | degraded |
| running, health check *unhealthy* | down |
| restarting, exited, paused, created, dead, removing | down |
| there is no such container | down |
| the socket file is missing, or this program may not open it | unknown: that is our own side |
| nothing listens on the socket | down |

With *Expect* set to running, the health check does not count. Kept as evidence are the state, the health with the last
output of its check (first 8 KB), exit code, restarts, image, whether it ran out of memory, and when it started; never
its environment, command, labels or mounts.

**Who may do this.** Whoever may write monitors can learn these facts of every container behind the socket. The socket
file is judged by the address policy like a loopback address: with \`XINEX_ALLOW_PRIVATE=false\` it is refused, unless
\`XINEX_ALLOW_ADDRESSES\` has 127.0.0.1. The program must be able to open the socket, which is as much as being root on
that machine: a proxy that only lets GET through, given as host, is safer.`,
  settings: dockerSettings,
  target: ({ settings: { container, connection, host = '', port = 2_376 } }) =>
    !connection || connection === 'socket' ? container : `${container} on ${hostPort(host, port)}`,
  check: checkDocker,

  async run(job) {
    const plan = planOf(job.settings)
    const started = performance.now()
    return connect(plan, job, async (open) => {
      const { phases, evidence } = open
      const { outcome, facts } = await inspect(plan, open, phases)
      const response_time_ms = performance.now() - started
      return warned({ ...outcome, response_time_ms, phases, evidence: { ...evidence, ...facts } }, plan, job.now())
    })
  },
})
