import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { folderFor, freePorts, programAt, running } from './program'

export const blackboxProgram = programAt('prometheus-blackbox-exporter')

/** One entry of `modules` in its configuration (https://github.com/prometheus/blackbox_exporter/blob/v0.23.0/CONFIGURATION.md). */
export type Module = { prober: 'http' | 'tcp' | 'icmp' | 'dns' | 'grpc'; timeout?: string; [prober: string]: unknown }

export type Probed = { success: boolean; log: string }

/** Debian's blackbox_exporter with these modules; `probe` answers what Prometheus would store, and its log. */
export async function startBlackbox(modules: Record<string, Module>) {
  const folder = folderFor('blackbox')
  const [port = 0] = await freePorts(1)
  const file = join(folder, 'blackbox.yml')
  // JSON is YAML too.
  writeFileSync(file, JSON.stringify({ modules }))
  const argv = [blackboxProgram ?? '', `--config.file=${file}`, `--web.listen-address=127.0.0.1:${port}`]
  const { stop } = await running(argv, folder, port)
  const probe = async (module: string, target: string): Promise<Probed> => {
    const query = new URLSearchParams({ module, target, debug: 'true' })
    const text = await (await fetch(`http://127.0.0.1:${port}/probe?${query}`)).text()
    const [log = '', metrics = ''] = text.split('Metrics that would have been returned:')
    const success = /^probe_success ([01])$/m.exec(metrics)?.[1]
    if (success === undefined) throw new Error(`blackbox_exporter has no answer for ${target}: ${text.slice(0, 500)}`)
    return { success: success === '1', log }
  }
  return { probe, stop }
}
