import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bound } from '../probing'

/** Who servers run as when the test is root; several of them refuse to be root. */
const NOBODY = 65_534
const isRoot = process.getuid?.() === 0
const asNobody = (argv: string[]) =>
  isRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...argv] : argv

/** Says why tests will not run: a program of Debian that is not installed. Answers whether something is missing. */
export function lacking(what: string, programs: Record<string, string | undefined>): boolean {
  const missing = Object.keys(programs).filter((name) => !programs[name])
  if (missing.length) console.log(`${what} skipped: ${missing.join(', ')} is not installed`)
  return missing.length > 0
}

/** A folder of its own that the server may write to. */
export function ownFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `xinex-${name}-`))
  owned(folder, 0o700)
  return folder
}

/** Hands a file or folder to the user the server runs as. */
export function owned(path: string, mode: number) {
  chmodSync(path, mode)
  if (isRoot) chownSync(path, NOBODY, NOBODY)
}

export async function freePort(): Promise<number> {
  const server = createServer()
  const { port } = await bound(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A preparing step; its output is the error when it fails. */
export function prepare(argv: string[], cwd: string) {
  const [program = '', ...args] = asNobody(argv)
  const done = spawnSync(program, args, { cwd, encoding: 'utf8', env: { PATH: process.env.PATH, LC_ALL: 'C' } })
  if (done.status !== 0) throw new Error(`${argv[0]} failed: ${done.stdout}${done.stderr}`)
}

export type Daemon = {
  port: number
  folder: string
  log: () => string
  stop: (signal?: NodeJS.Signals) => Promise<void>
}

/** Starts a server and waits for the line in which it says that it is ready; `stop` ends it by its pid. */
export async function daemon(
  argv: string[],
  ready: RegExp,
  { port, folder }: { port: number; folder: string },
): Promise<Daemon> {
  const [program = '', ...args] = asNobody(argv)
  const env = { PATH: process.env.PATH, LC_ALL: 'C' }
  const child: ChildProcess = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let log = ''
  await new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      log += chunk.toString()
      if (ready.test(log)) resolve()
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`${argv[0]} ended with ${code}: ${log}`)))
  })
  const stop = async (signal: NodeJS.Signals = 'SIGINT') => {
    child.kill(signal)
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  return { port, folder, log: () => log, stop }
}
