import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, chownSync, copyFileSync, existsSync, linkSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const NOBODY = 65_534

/** The compiled program under test; without it the smoke tests say so and do not run. */
export const binary = process.env.XINEX_BINARY ? resolve(process.env.XINEX_BINARY) : ''
export const missing = [
  ...(existsSync(binary) ? [] : ['XINEX_BINARY does not name a compiled xinex']),
  ...(Bun.which('nginx') ? [] : ['nginx is not installed']),
  ...(Bun.which('curl') ? [] : ['curl is not installed']),
]
/** Says why tests will not run; where they have to run (CI), that is a failure. */
export function excuse(what: string, reasons: string[]) {
  if (reasons.length === 0) return
  const text = `${what} skipped: ${reasons.join('; ')}`
  if (process.env.XINEX_SMOKE === 'required') throw new Error(text)
  console.log(text)
}
excuse('smoke tests', missing)

export const PASSWORD = 'a decent long secret'
export const EMAIL = 'ada@example.test'

/** Asks again until the answer is there; the deadline is the promise that is tested. `what` is put in words at its end. */
export async function until<T>(
  what: string | (() => string),
  deadline_ms: number,
  ask: () => Promise<T | undefined | false | null>,
): Promise<T> {
  const end = performance.now() + deadline_ms
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    if (performance.now() > end)
      throw new Error(`Not within ${deadline_ms} ms: ${typeof what === 'string' ? what : what()}`)
    await Bun.sleep(50)
  }
}

export const freePort = async () => {
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() })
  const { port } = server
  await server.stop(true)
  return port as number
}

/**
 * The binary alone in an empty folder, run as a user without privileges (when the test itself may change users). `at` is
 * the port, for those who have to tell it its own address.
 */
export async function install(env: Record<string, string> = {}, at?: number) {
  const folder = mkdtempSync(join(tmpdir(), 'xinex-smoke-'))
  const program = join(folder, 'xinex')
  try {
    linkSync(binary, program)
  } catch {
    copyFileSync(binary, program) // another file system
  }
  chmodSync(program, 0o755)
  const isRoot = process.getuid?.() === 0
  chmodSync(folder, 0o755)
  if (isRoot) chownSync(folder, NOBODY, NOBODY)
  const port = at ?? (await freePort())
  const base = `http://127.0.0.1:${port}`
  const data = join(folder, 'data')
  const user = isRoot ? { uid: NOBODY, gid: NOBODY } : {}
  const environment = { PATH: process.env.PATH ?? '', HOME: folder, TMPDIR: folder, ...env }

  let child: ChildProcess | undefined
  let output = ''
  const start = async () => {
    child = spawn(program, ['serve', '--data', data, '--listen', `127.0.0.1:${port}`], {
      cwd: folder,
      env: environment,
      ...user,
    })
    const collect = (chunk: Buffer) => {
      output += chunk.toString()
    }
    child.stdout?.on('data', collect)
    child.stderr?.on('data', collect)
    const ended = new Promise<string>((done) =>
      child?.once('exit', (code, signal) => done(`ended with ${code ?? signal}`)),
    )
    await until('the server answers', 15_000, async () => {
      const dead = await Promise.race([ended, Bun.sleep(0).then(() => '')])
      if (dead) throw new Error(`xinex ${dead}:\n${output}`)
      return fetch(`${base}/health`).then(
        (r) => r.ok,
        () => false,
      )
    })
  }
  const end = async (signal: NodeJS.Signals) => {
    const running = child
    if (!running || running.exitCode !== null || running.signalCode !== null) return running?.exitCode
    const gone = new Promise<number | null>((done) => running.once('exit', (code) => done(code)))
    running.kill(signal)
    return gone
  }
  /** A subcommand of the same program, as the same user. */
  const run = async (...args: string[]) => {
    const one = spawn(program, args, { cwd: folder, env: environment, ...user })
    let text = ''
    one.stdout?.on('data', (chunk) => {
      text += chunk
    })
    one.stderr?.on('data', (chunk) => {
      text += chunk
    })
    const code = await new Promise<number | null>((done) => one.once('exit', done))
    return { code, text: text.trim() }
  }
  return {
    folder,
    data,
    base,
    port,
    start,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    run,
    output: () => output,
  }
}
export type Installed = Awaited<ReturnType<typeof install>>

/** curl, as a person types it; answers status and parsed body. */
export function curlAs(base: string, token: string) {
  return async (method: string, path: string, body?: unknown) => {
    const args = ['curl', '-sS', '-X', method, '-w', '\n%{http_code}', '-H', `Authorization: Bearer ${token}`]
    if (body !== undefined) args.push('-H', 'Content-Type: application/json', '-d', JSON.stringify(body))
    const child = Bun.spawn([...args, `${base}/api/v1${path}`], { stdout: 'pipe', stderr: 'pipe' })
    const lines = (await new Response(child.stdout).text()).split('\n')
    const status = Number(lines.pop())
    const text = lines.join('\n')
    // biome-ignore lint/suspicious/noExplicitAny: a test states the shape it expects by asserting it
    return { status, body: (text === '' ? undefined : JSON.parse(text)) as any }
  }
}
