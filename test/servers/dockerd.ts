import { join } from 'node:path'
import { folderFor, programAt, running } from './program'

const daemon = programAt('dockerd')
const root = process.getuid?.() === 0

/** What a container of a few programs needs: the programs and the libraries the linker names. */
function rootfs(programs: string[]): Blob {
  const files = new Set<string>()
  for (const program of programs) {
    const path = `/bin/${program}`
    files.add(path)
    const listed = Bun.spawnSync(['ldd', path]).stdout.toString()
    for (const [, file = ''] of listed.matchAll(/(\/\S+) \(0x/g)) files.add(file)
  }
  // Links are followed: the container has no more than these files.
  const made = Bun.spawnSync(['tar', '-chf', '-', '-C', '/', ...[...files].map((file) => file.slice(1))])
  if (made.exitCode !== 0) throw new Error(`tar failed: ${made.stderr}`)
  return new Blob([new Uint8Array(made.stdout)])
}

type Wanted = {
  command: string
  /** A shell command, run once a second. */
  health?: string
  start_period_s?: number
  restart?: 'always'
  memory_bytes?: number
}

/** Debian's dockerd in a folder of its own, without networks; containers are made of this machine's own programs. */
async function startDocker() {
  const folder = folderFor('dockerd')
  const socket = join(folder, 'docker.sock')
  const own = ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '-p', join(folder, 'pid')]
  const alone = ['--bridge=none', '--iptables=false', '--ip6tables=false', '--storage-driver=vfs']
  const argv = [daemon ?? '', ...own, ...alone, '-H', `unix://${socket}`, '--shutdown-timeout', '2']
  const { stop } = await running(argv, folder, socket)

  const ask = async (method: string, path: string, body?: Blob | object) => {
    const tar = body instanceof Blob
    const response = await fetch(`http://localhost${path}`, {
      unix: socket,
      method,
      body: tar || body === undefined ? body : JSON.stringify(body),
      headers: { 'content-type': tar ? 'application/x-tar' : 'application/json' },
    })
    const text = await response.text()
    if (!response.ok && response.status !== 304) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text
  }
  await ask('POST', '/images/create?fromSrc=-&repo=small&tag=1', rootfs(['sh', 'sleep', 'cat', 'tail']))

  const second = 1_000_000_000
  return {
    socket,
    stop,
    /** Makes a container; it is not started yet. */
    create: ({ command, health, start_period_s = 0, restart, memory_bytes }: Wanted, name: string) =>
      ask('POST', `/containers/create?name=${name}`, {
        Image: 'small:1',
        Cmd: ['sh', '-c', command],
        StopTimeout: 1,
        Env: ['SECRET_OF_ENV=hidden'],
        ...(health && {
          Healthcheck: {
            Test: ['CMD-SHELL', health],
            Interval: second,
            Timeout: 2 * second,
            Retries: 1,
            StartPeriod: start_period_s * second,
          },
        }),
        HostConfig: {
          NetworkMode: 'none',
          ...(restart && { RestartPolicy: { Name: restart } }),
          ...(memory_bytes && { Memory: memory_bytes, MemorySwap: memory_bytes }),
        },
      }),
    /** `start`, `kill`, `pause`, `wait` … of one container. */
    act: (name: string, what: string) => ask('POST', `/containers/${name}/${what}`),
    remove: (name: string) => ask('DELETE', `/containers/${name}?force=true`),
  }
}

export type Engine = Awaited<ReturnType<typeof startDocker>>

/** An engine that has run a container, or the reason why there is none: many machines do not let it. */
export async function dockerOrReason(): Promise<Engine | string> {
  if (!daemon) return 'dockerd is not installed'
  if (!root) return 'dockerd needs root'
  let engine: Engine | undefined
  try {
    engine = await startDocker()
    await engine.create({ command: 'exit 0' }, 'proof')
    await engine.act('proof', 'start')
    await engine.remove('proof')
    return engine
  } catch (error) {
    await engine?.stop()
    return `this machine runs no containers (${String(error).slice(0, 300)})`
  }
}
