/** What most measurements need: an appliance on an empty folder, a target in a process of its own, and a client. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { firstLine, serve, tokenFrom, usage } from './appliance'
import { createClient, TOKENS } from './client'
import type { Arrival, Plan } from './plan'
import { bad, kinds } from './plan'
import { logged, type Stats } from './target-log'

export const binaryOption = { binary: { type: 'string', default: 'dist/xinex' } } as const

/** A certificate of its own for a target on HTTPS, as nearly everybody has them today: ECDSA on P-256. */
export function selfSigned(folder: string) {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  const made = Bun.spawnSync(
    [
      ...['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '365'],
      ...['-keyout', key, '-out', cert, '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'],
    ],
    { stdout: 'ignore', stderr: 'pipe' },
  )
  if (made.exitCode !== 0) throw new Error(`openssl: ${made.stderr.toString()}`)
  return { key, cert }
}

export type TargetOptions = { tls?: boolean; host?: string; port?: number }
/** The target of target.ts. */
export async function openTarget({ tls = false, host = '127.0.0.1', port = 0 }: TargetOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'xinex-target-'))
  const files = tls ? selfSigned(folder) : undefined
  const args = [String(port), host, ...(files ? [files.cert, files.key] : [])]
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'target.ts'), ...args], {
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const [plain, secure] = (await firstLine(child.stdout)).split(' ').map(Number)
  const own = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${plain}`
  const post = (path: string, body?: unknown) =>
    fetch(own + path, { method: 'POST', ...(body !== undefined && { body: JSON.stringify(body) }) })
  return {
    base: own,
    secure: `https://127.0.0.1:${secure}`,
    port: plain ?? 0,
    pid: child.pid,
    async reset() {
      await post('/reset')
    },
    async plan(plan: Partial<Plan>) {
      await post('/plan', { windows: {}, flapping: {}, ...plan })
    },
    async stats(interval_s: number): Promise<Stats> {
      // Safe: the answer of target.ts.
      return (await (await fetch(`${own}/stats?interval_ms=${interval_s * 1000}`)).json()) as Stats
    },
    async log(): Promise<Arrival[]> {
      const bytes = await (await fetch(`${own}/log`)).arrayBuffer()
      return Array.from(logged(bytes), ({ number, at, kind }) => ({ number, at, bad: bad(kinds[kind] ?? 'ok') }))
    },
    stop() {
      child.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
export type Target = Awaited<ReturnType<typeof openTarget>>

type Options = TargetOptions & { binary: string; env?: Record<string, string> }

/** Starts all of it, hands it to the work, and leaves nothing behind. */
export async function onStage<T>(options: Options, work: (stage: Stage) => Promise<T>): Promise<T> {
  const stage = await openStage(options)
  try {
    return await work(stage)
  } finally {
    await stage.close()
  }
}

async function openStage({ binary: given, env, ...rest }: Options) {
  const binary = resolve(given)
  const data = mkdtempSync(join(tmpdir(), 'xinex-bench-'))
  const target = await openTarget(rest)
  let running = await serve(binary, data, { env })
  const first_start_ms = running.ready_ms
  const names = Array.from({ length: TOKENS }, (_, n) => `bench ${n}`)
  const tokens = await Promise.all(names.map((name) => tokenFrom(binary, data, name)))
  return {
    binary,
    data,
    target,
    tokens,
    first_start_ms,
    base: () => running.base,
    pid: () => running.child.pid,
    usage: () => usage(running.child.pid),
    client: createClient(() => running.base, tokens),
    /** Asks it to stop, and waits for its end. */
    async stop() {
      running.child.kill('SIGTERM')
      await running.child.exited
    },
    async kill() {
      running.child.kill('SIGKILL')
      await running.child.exited
    },
    /** Starts it again at the same address; answers how long until it was ready. */
    async start(): Promise<number> {
      const port = Number(new URL(running.base).port)
      running = await serve(binary, data, { env, port })
      return running.ready_ms
    },
    async close() {
      running.child.kill('SIGTERM')
      await running.child.exited
      target.stop()
      rmSync(data, { recursive: true, force: true })
    },
  }
}
export type Stage = Awaited<ReturnType<typeof openStage>>

export type MonitorDraft = Record<string, unknown> & { name: string; interval: number }
/** HTTP monitors numbered from `first`, each with its own address at the target. */
export const httpMonitors = (
  count: number,
  base: string | ((number: number) => string),
  more: Record<string, unknown> & { interval: number },
  first = 1,
): MonitorDraft[] =>
  Array.from({ length: count }, (_, i) => {
    const number = first + i
    const at = typeof base === 'string' ? base : base(number)
    return { name: `m${number}`, type: 'http', url: `${at}/m/${number}`, ...more }
  })
