import type { Module } from '../servers/blackbox'
import type { Ask } from './row'
import type { World } from './world'

type Trust = Pick<World, 'ca' | 'caFile'>

/** Long enough for a busy machine; only targets that never answer wait for it to end, and they get a shorter one. */
const PATIENT_MS = 8_000
export const SHORT_MS = 1_500

type Options = {
  settings?: Record<string, unknown>
  timeout_ms?: number
  degraded_ms?: number
  /** More of the blackbox module. */
  module?: Record<string, unknown>
  /** More arguments of the plugin. */
  args?: string[]
  /** Not asked, because it has no way to ask this. */
  no?: ('blackbox' | 'plugin')[]
}

const timing = ({ timeout_ms = PATIENT_MS }: Options) => ({
  timeout_ms,
  timeout: `${timeout_ms / 1_000}s`,
  // Plugins know whole seconds only.
  wait: ['-t', String(Math.ceil(timeout_ms / 1_000))],
})

const without = (ask: Ask, no: Options['no'] = []): Ask => {
  const { blackbox, plugin, ...rest } = ask
  return { ...rest, ...(!no.includes('blackbox') && { blackbox }), ...(!no.includes('plugin') && { plugin }) }
}

/** A web page: blackbox's http prober, and check_http or check_curl; all follow redirects and trust the same authority. */
export function web(world: Trust, url: string, options: Options = {}): Ask {
  const { settings = {}, degraded_ms, module = {}, args = [], no } = options
  const { timeout_ms, timeout, wait } = timing(options)
  const { protocol, hostname, port, pathname } = new URL(url)
  const secure = protocol === 'https:'
  const host = hostname.replace(/^\[|\]$/g, '')
  const tls_config = { ...(world.caFile && { ca_file: world.caFile }), ...(module.tls_config as object | undefined) }
  const http = { preferred_ip_protocol: 'ip4', ...module, tls_config }
  const trust = secure ? ['-S', '-D', `--ca-cert=${world.caFile}`] : []
  const plugin = ['-I', host, '-H', host, '-p', port, '-u', pathname, '-f', 'follow', ...trust, ...wait, ...args]
  const own = { ...(world.ca && { ca: world.ca }), ...settings }
  const job = { type: 'http', url, settings: own, timeout_ms, ...(degraded_ms && { degraded_ms }) }
  return without({ job, blackbox: { target: url, module: { prober: 'http', timeout, http } }, plugin }, no)
}

/** Another server at a port: blackbox's tcp prober unless told otherwise, and the plugin with its own options. */
export function at(
  world: Trust,
  type: string,
  port: number,
  options: Options & { host?: string; prober?: Module['prober'] } = {},
): Ask {
  const { settings = {}, module = {}, args = [], prober = 'tcp', host = '127.0.0.1', no } = options
  const { timeout_ms, timeout, wait } = timing(options)
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const detail = { preferred_ip_protocol: 'ip4', ...module }
  const secured = type === 'tls' || 'security' in settings
  const job = { type, timeout_ms, settings: { host, port, ...(secured && { ca: world.ca }), ...settings } }
  const plugin = ['-H', host, ...(type === 'postgres' || type === 'mysql' ? ['-P'] : ['-p']), String(port)]
  const arms = { blackbox: { target, module: { prober, timeout, [prober]: detail } }, plugin: [...plugin, ...args] }
  // check_mysql has no timeout of its own.
  if (type !== 'mysql') arms.plugin.push(...wait)
  return without({ job, ...arms }, no)
}

/** One ping of a host; check_ping runs the ping program. */
export function ping(host: string, family: 4 | 6 = 4, timeout_ms = PATIENT_MS): Ask {
  const { timeout, wait } = timing({ timeout_ms })
  return {
    job: { type: 'icmp', timeout_ms, settings: { host } },
    blackbox: { target: host, module: { prober: 'icmp', timeout, icmp: { preferred_ip_protocol: `ip${family}` } } },
    plugin: [...`-H ${host} -${family} -p 1 -w 1000,50% -c 2000,100%`.split(' '), ...wait],
  }
}

type Question = Pick<Options, 'args' | 'timeout_ms' | 'module'> & {
  name: string
  record?: string
  values?: string[]
  host?: string
}

/** One question to a name server; check_dns knows no port, so check_dig is asked. */
export function asks(port: number, { name, record = 'A', values, host = '127.0.0.1', ...options }: Question): Ask {
  const { timeout_ms, timeout, wait } = timing(options)
  const { module = {}, args = [] } = options
  const settings = { name, record, server: host, server_port: port, ...(values && { expect: 'equals', values }) }
  const dns = { query_name: name, query_type: record, preferred_ip_protocol: 'ip4', ...module }
  return {
    job: { type: 'dns', timeout_ms, settings },
    blackbox: { target: `${host}:${port}`, module: { prober: 'dns', timeout, dns } },
    plugin: [...`-H ${host} -p ${port} -l ${name} -T ${record}`.split(' '), ...wait, ...args],
  }
}
