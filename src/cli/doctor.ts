import { accessSync, constants, existsSync, readFileSync, statfsSync } from 'node:fs'
import { createClient } from '@libsql/client'
import { applied } from '#db/migrate'
import { migrations } from '#generated/migrations'
import type { Config } from '#kernel/config'
import { files } from '../app'
import { configFrom, dataHelp, dataOption } from './config'
import type { Command } from './define'

type Finding = { ok: boolean; what: string; hint?: string }
type Look = (config: Config) => Promise<Finding> | Finding

const folder: Look = ({ data }) => {
  try {
    accessSync(data, constants.R_OK | constants.W_OK)
    return { ok: true, what: `The data folder ${data} can be written` }
  } catch {
    return {
      ok: false,
      what: `The data folder ${data} cannot be written`,
      hint: 'check its owner, or start "xinex serve" once',
    }
  }
}

const space: Look = ({ data }) => {
  const { bavail, bsize } = statfsSync(existsSync(data) ? data : '.')
  const megabytes = Math.floor((bavail * bsize) / 1_048_576)
  return {
    ok: megabytes > 500,
    what: `${megabytes} MB free on the disk of the data folder`,
    hint: 'make room: history stops first',
  }
}

const key: Look = ({ data, secretKey }) => {
  if (secretKey) return { ok: true, what: 'The secret key comes from the environment' }
  const file = files(data).key
  if (!existsSync(file))
    return {
      ok: !existsSync(files(data).database),
      what: 'No secrets.key yet',
      hint: 'restore it: stored secrets cannot be read without',
    }
  return {
    ok: readFileSync(file, 'utf8').trim().length === 64,
    what: 'secrets.key is there',
    hint: 'it is damaged: restore it from a copy',
  }
}

const database: Look = async ({ data }) => {
  const file = files(data).database
  if (!existsSync(file)) return { ok: true, what: 'No database yet; the first start makes it' }
  const client = createClient({ url: `file:${file}`, timeout: 2_000, concurrency: 1 })
  try {
    const [first] = (await client.execute('pragma quick_check')).rows
    const done = await applied(client)
    const newer = done.find(({ tag }) => !migrations.some((m) => m.tag === tag))
    if (newer)
      return {
        ok: false,
        what: `The database is newer than this program (${newer.tag})`,
        hint: 'run the newer version',
      }
    return {
      ok: first?.quick_check === 'ok',
      what: `The database is sound, ${done.length} of ${migrations.length} migrations applied`,
      hint: 'restore a backup',
    }
  } finally {
    client.close()
  }
}

const ping: Look = () => {
  const range = existsSync('/proc/sys/net/ipv4/ping_group_range')
    ? readFileSync('/proc/sys/net/ipv4/ping_group_range', 'utf8')
    : ''
  const [low = 1, high = 0] = range.trim().split(/\s+/).map(Number)
  const gid = process.getgid?.() ?? -1
  const ok = process.getuid?.() === 0 || (gid >= low && gid <= high) || Bun.which('ping') !== null
  return {
    ok,
    what: 'Ping checks have what they need',
    hint: 'allow them: sysctl net.ipv4.ping_group_range="0 2147483647"',
  }
}

const descriptors: Look = () => {
  const limits = existsSync('/proc/self/limits') ? readFileSync('/proc/self/limits', 'utf8') : ''
  const limit = Number(limits.match(/Max open files\s+(\d+)/)?.[1] ?? 4_096)
  return {
    ok: limit >= 4_096,
    what: `${limit} files and sockets may be open at once`,
    hint: 'raise it: LimitNOFILE=65536 or ulimit -n',
  }
}

/** What a container's health check asks: is the server that this configuration describes answering well? */
async function health({ listen }: Config): Promise<number> {
  const host = ['0.0.0.0', '::'].includes(listen.host) ? '127.0.0.1' : listen.host
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${listen.port}/health`
  const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch((error: Error) => error)
  console.log(answer instanceof Error ? `${url}: ${answer.message}` : await answer.text())
  return answer instanceof Error || !answer.ok ? 1 : 0
}

export const doctor: Command = {
  help: `Usage: xinex doctor [--health] [options]

Looks at the configuration, the data folder, the key, the database and the system. Changes nothing.

Options:
${dataHelp}
  --listen HOST:PORT   with --health: where the server listens
  --health             ask the running server whether it is healthy (for container health checks)`,
  options: { ...dataOption, listen: { type: 'string' }, health: { type: 'boolean' } },
  async run(values) {
    const config = configFrom(values)
    if (values.health) return health(config)
    const findings: Finding[] = []
    for (const look of [folder, space, key, database, ping, descriptors]) findings.push(await look(config))
    for (const { ok, what, hint } of findings)
      console.log(`${ok ? 'ok  ' : 'FAIL'}  ${what}${ok || !hint ? '' : `; ${hint}`}`)
    return findings.every(({ ok }) => ok) ? 0 : 1
  },
}
