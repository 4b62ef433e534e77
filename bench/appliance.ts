/** The compiled appliance as a process of its own, for the measurements beside this file. */
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'

export const EMAIL = 'bench@example.test'
export const PASSWORD = 'a decent long secret'
const env = {
  PATH: process.env.PATH ?? '',
  XINEX_ADMIN_EMAIL: EMAIL,
  XINEX_ADMIN_PASSWORD: PASSWORD,
  XINEX_LOG_LEVEL: process.env.XINEX_LOG_LEVEL ?? 'warn',
}

export const percentile = (sorted: number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
export const sorted = (numbers: Iterable<number>) => [...numbers].sort((a, b) => a - b)

export async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stream.getReader()
  const { value } = await reader.read()
  reader.releaseLock()
  return new TextDecoder().decode(value).trim()
}

/** A port that was free a moment ago: measurements may run beside each other. */
export const freePort = () =>
  new Promise<number>((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => done(typeof address === 'object' && address ? address.port : 0))
    })
  })

/** Clock ticks a second of /proc: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const TICK_MS = 10
function cpuOf(stat: string): number {
  const fields = readFileSync(stat, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

/** What a process has used so far: processor time of all its threads, memory, bytes that went to the disk, open files. */
export function usage(pid: number) {
  const rss_kb = Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)?.[1])
  const written = Number(readFileSync(`/proc/${pid}/io`, 'utf8').match(/^write_bytes: (\d+)/m)?.[1])
  return { cpu_ms: cpuOf(`/proc/${pid}/stat`), rss_mb: rss_kb / 1024, written }
}
export const openFiles = (pid: number) => readdirSync(`/proc/${pid}/fd`).length
/** Processor time by thread; the names are the kernel's, which knows a worker of ours by the name that the runtime gives. */
export const threads = (pid: number) =>
  new Map(
    readdirSync(`/proc/${pid}/task`).map((id) => {
      const task = `/proc/${pid}/task/${id}`
      return [id, { name: readFileSync(`${task}/comm`, 'utf8').trim(), cpu_ms: cpuOf(`${task}/stat`) }] as const
    }),
  )

type Serving = { port?: number; env?: Record<string, string>; host?: string; prefix?: string[] }
const isReady = (base: string) =>
  fetch(`${base}/health`).then(
    (answer) => answer.ok,
    () => false,
  )

/** Resolves when /health says that it is ready. `prefix`: a command that runs the appliance, such as one in a namespace. */
export async function serve(binary: string, data: string, { port, env: more, host, prefix = [] }: Serving = {}) {
  const listen = `${host ?? '127.0.0.1'}:${port ?? (await freePort())}`
  const begun = performance.now()
  const child = Bun.spawn([...prefix, binary, 'serve', '--data', data, '--listen', listen], {
    env: { ...env, ...more },
    stdout: 'ignore',
    stderr: 'inherit',
  })
  const base = `http://${listen}`
  while (!(await isReady(base))) {
    if (child.exitCode !== null) throw new Error(`The appliance ended at its start with ${child.exitCode}`)
    await Bun.sleep(5)
  }
  return { child, base, ready_ms: Math.round(performance.now() - begun) }
}

/** An API token of the first user, who is made just after the first start. */
export async function tokenFrom(binary: string, data: string, name: string) {
  for (let left = 50; left > 0; left--) {
    const command = [binary, 'admin', 'token', '--data', data, '--email', EMAIL, '--name', name]
    const child = Bun.spawn(command, { env, stdout: 'pipe', stderr: 'ignore' })
    const token = (await new Response(child.stdout).text()).trim()
    if (token) return token
    await Bun.sleep(100)
  }
  throw new Error('The first user was not made')
}
