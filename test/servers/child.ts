import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bound } from '../probing'

/** Where Debian keeps this server, also when /usr/sbin is not on the path; says so when it is not installed. */
export function locate(program: string): string | undefined {
  const found = Bun.which(program, { PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` }) ?? undefined
  if (!found) console.log(`tests against ${program} skipped: it is not installed`)
  return found
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  const { port } = await bound(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

export const ownFolder = (name: string) => mkdtempSync(join(tmpdir(), `xinex-${name}-`))

export type Child = { folder: string; output: () => string; stop: () => Promise<void> }

/** How long a server may take until it serves. */
const START_MS = 10_000

/** Starts a server in the foreground and waits until it serves; its folder goes when it is stopped. */
export async function child(
  command: string,
  args: string[],
  { folder, ready }: { folder: string; ready: (output: string) => boolean | Promise<boolean> },
): Promise<Child> {
  let output = ''
  const started: ChildProcess = spawn(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const gone = new Promise<void>((resolve) => started.once('close', () => resolve()))
  for (const stream of [started.stdout, started.stderr])
    stream?.on('data', (chunk) => {
      output += chunk
    })
  const stop = async () => {
    started.kill('SIGTERM')
    const late = setTimeout(() => started.kill('SIGKILL'), 2_000)
    await gone
    clearTimeout(late)
    rmSync(folder, { recursive: true, force: true })
  }
  const ends_at = performance.now() + START_MS
  while (!(await ready(output))) {
    if (started.exitCode === null && performance.now() < ends_at) await Bun.sleep(25)
    else {
      await stop()
      throw new Error(`${command} does not serve: ${output}`)
    }
  }
  return { folder, output: () => output, stop }
}
