import { mkdirSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { anchorOf } from '#contract/anchors'
import { systemClock } from '#kernel/clock'
import { type Config, type ProberConfig, readConfig, readProberConfig } from '#kernel/config'
import { takeLock } from '#kernel/lock'
import { logTo } from '#kernel/log'
import { openNet } from '#kernel/net'
import { createAgent } from '#probing/agent'
import { createProber } from '#probing/prober'
import { openSpool } from '#probing/spool'
import { type Command, listed, required, type Values } from './define'
import { lastResort } from './last-resort'
import { version } from './version'

const DATA = './prober-data'
/** Successes that come in the same moment are written to the spool together. */
const GATHER_MS = 250

type Settings = {
  config: Config
  own: ProberConfig
  server: string
  token: () => string
  anchors: string[]
  ca?: string
}

const text = (value: Values[string]) => (typeof value === 'string' ? value : undefined)

/** The token, from its file at each question: replaced there, it counts without a restart. */
function tokenFrom(own: ProberConfig, file: string | undefined): () => string {
  const path = file ?? process.env.XINEX_PROBER_TOKEN_FILE
  if (!path) {
    const { token } = own
    if (!token) throw new Error('--token-file is missing (or XINEX_PROBER_TOKEN)')
    return () => token
  }
  const read = () => readProberConfig({ XINEX_PROBER_TOKEN: readFileSync(path, 'utf8').trim() }).token ?? ''
  let last: string
  try {
    last = read()
  } catch (error) {
    const why = /^XINEX_/.test((error as Error).message) ? 'does not hold the token of a prober' : 'cannot be read'
    throw new Error(`The token file ${path} ${why}`)
  }
  return () => {
    try {
      last = read()
    } catch {
      // While it is being replaced; the next question reads it again.
    }
    return last
  }
}

function settingsFrom(values: Values): Settings {
  const config = readConfig({
    XINEX_DATA: DATA,
    ...process.env,
    ...(text(values.data) ? { XINEX_DATA: text(values.data) } : {}),
  })
  const { XINEX_PROBER_TOKEN_FILE, ...rest } = process.env
  const given = { XINEX_PROBER_SERVER: text(values.server), XINEX_PROBER_CA: text(values.ca) }
  const over = Object.fromEntries(Object.entries(given).filter(([, value]) => value))
  const own = readProberConfig({ ...rest, ...over })
  const server = own.server ?? required(values, 'server')
  const anchors = [...own.anchors, ...listed(values, 'anchor')]
  for (const anchor of anchors)
    if (!anchorOf(anchor)) throw new Error(`--anchor ${anchor} is neither host:port nor host`)
  return { config, own, server, token: tokenFrom(own, text(values['token-file'])), anchors, ca: caFrom(own.ca) }
}

function caFrom(file: string | undefined): string | undefined {
  if (!file) return undefined
  let pem: string
  try {
    pem = readFileSync(file, 'utf8')
  } catch {
    throw new Error(`The file of --ca cannot be read: ${file}`)
  }
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new Error(`There is no certificate (PEM) in ${file}`)
  return pem
}

const isLoopback = (server: string) => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(server).hostname)

export const prober: Command = {
  help: `Usage: xinex prober --server URL --token-file FILE [options]

Asks the appliance at URL what to check, checks it from here, and brings the results there. Needs no database and no
open port. While the appliance cannot be reached, results wait in the data folder. See docs/probers.md.

Options:
  --server URL         the appliance, as people use it in their browser (or XINEX_PROBER_SERVER)
  --token-file FILE    file with this prober's token (or XINEX_PROBER_TOKEN, XINEX_PROBER_TOKEN_FILE)
  --data DIR           folder for results that wait (default ${DATA}, or XINEX_DATA)
  --anchor HOST:PORT   place that always answers; while none does, our own network is to blame; may be repeated
  --ca FILE            certificates of the authority that signed the server's, instead of the usual ones`,
  options: {
    server: { type: 'string' },
    'token-file': { type: 'string' },
    data: { type: 'string' },
    anchor: { type: 'string', multiple: true },
    ca: { type: 'string' },
  },

  async run(values) {
    const { config, server, token, anchors, ca } = settingsFrom(values)
    const log = logTo((line) => process.stderr.write(line), config.logLevel, systemClock.now)
    lastResort(log)
    const stopped = new Promise<string>((resolve) => {
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => resolve(name))
    })
    mkdirSync(config.data, { recursive: true, mode: 0o700 })
    const unlock = takeLock(config.data)
    if (server.startsWith('http:') && !isLoopback(server))
      log.warn('The way to the server is not encrypted: the token and the secrets of monitors can be read on it', {
        server,
      })
    const net = openNet({ allowPrivate: config.allowPrivate, deny: config.denyAddresses, allow: config.allowAddresses })
    const onError = (error: unknown, number: number) =>
      log.error('A check failed in an unforeseen way', { error, monitor: number })
    const agent = createAgent({
      ...{ server, token, anchors, ca, log, clock: systemClock },
      facts: {
        version,
        hostname: hostname().slice(0, 253) || 'unknown',
        platform: `${process.platform}-${process.arch}`,
      },
      spool: openSpool({ folder: join(config.data, 'spool'), clock: systemClock, log }),
      createProber: (events) => createProber({ clock: systemClock, net, events, gather_ms: GATHER_MS, onError }),
    })
    log.info('starting', { server, version, data: config.data })
    agent.start()
    const signal = await stopped
    log.info('stopping', { signal })
    await agent.stop()
    unlock()
    log.info('stopped')
    return 0
  },
}
