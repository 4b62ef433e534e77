import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where Debian puts a program; daemons are in folders that not every PATH has. */
export const programAt = (name: string): string | undefined =>
  Bun.which(name) ?? [`/usr/sbin/${name}`, `/usr/bin/${name}`].find((path) => existsSync(path))

/** A folder of its own for a server. */
export const folderFor = (name: string) => mkdtempSync(join(tmpdir(), `xinex-${name}-`))

/** Whether something accepts connections at a port of 127.0.0.1 or at a socket file. */
export const accepts = (where: number | string) =>
  new Promise<boolean>((resolve) => {
    const socket = typeof where === 'number' ? connect(where, '127.0.0.1') : connect(where)
    // A port that nobody listens at yet may be the one that this end was given: then it has met itself.
    socket
      .once('connect', () => resolve(typeof where === 'string' || socket.localPort !== where))
      .once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

/** Ports that were free a moment ago, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () =>
    Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } }),
  )
  const ports = servers.map(({ port }) => port)
  for (const server of servers) server.stop(true)
  return ports
}

/**
 * Starts a server in its folder and waits until it accepts connections at `where`. `stop` ends it by its pid, waits for
 * that, and removes the folder.
 */
export async function running(argv: string[], folder: string, where: number | string) {
  const log = join(folder, 'output.log')
  const child = Bun.spawn(argv, { cwd: folder, stdout: Bun.file(log), stderr: Bun.file(log) })
  const stop = async () => {
    child.kill('SIGTERM')
    await child.exited
    rmSync(folder, { recursive: true, force: true })
  }
  const deadline = performance.now() + 20_000
  while (!(await accepts(where))) {
    if (child.exitCode === null && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20)) // a starting server says nothing to wait for
      continue
    }
    const said = existsSync(log) ? (await Bun.file(log).text()).slice(-1_000) : ''
    await stop()
    throw new Error(`${argv[0]} did not start: ${said}`)
  }
  return { stop, pid: child.pid }
}
