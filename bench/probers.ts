/** Probers of the same executable, each in a region of its own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from './client'

export type ProberProcess = { region: string; id: string; pid: number; close: () => Promise<void> }

export async function startProber(
  { binary, client }: { binary: string; client: Client },
  region: string,
  server: string,
): Promise<ProberProcess> {
  const made = await client.post<{ id: string; token: string }>('/probers', { name: `Prober ${region}`, region })
  const data = mkdtempSync(join(tmpdir(), 'xinex-prober-'))
  const file = join(data, 'token')
  writeFileSync(file, made.token, { mode: 0o600 })
  const child = Bun.spawn([binary, 'prober', '--server', server, '--token-file', file, '--data', join(data, 'own')], {
    env: { PATH: process.env.PATH ?? '', XINEX_LOG_LEVEL: process.env.XINEX_LOG_LEVEL ?? 'error' },
    stdout: 'ignore',
    stderr: 'inherit',
  })
  return {
    region,
    id: made.id,
    pid: child.pid,
    async close() {
      child.kill('SIGTERM')
      await child.exited
      rmSync(data, { recursive: true, force: true })
    },
  }
}
