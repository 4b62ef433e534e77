import { copyFileSync, existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Booted, boot } from '../boot'

/** All that a start reads. The index of the write-ahead log is not among it: it is made anew, as after a power cut. */
const FILES = ['xinex.db', 'xinex.db-wal', 'history.db', 'history.db-wal', 'secrets.key']

/** What the disk holds at this moment: committed or not, for nothing else runs meanwhile, and nothing is closed first. */
function asItIs(folder: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'xinex-killed-'))
  for (const name of FILES) if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(copy, name))
  return copy
}

/** Nothing of it reaches anybody any more: its clock stands, no name has an address, and it knows no mail server. */
function cutOff({ app, clock }: Booted) {
  clock.freeze()
  const gone = () => {
    throw new Error('killed')
  }
  Object.assign(app.net, { resolve: async () => gone(), permit: gone })
  Object.assign(app.config, { smtpUrl: 'smtp://127.0.0.1:1' })
}

/**
 * Kills an appliance as `kill -9` would, and starts another on what the disk held then, `off_ms` later. What was in memory
 * is lost, also what was half written; requests that are on their way get their answer from a program that nobody hears of
 * again. That one works on in its own folder, where what it writes is read by nobody, until `buried`.
 */
export async function killed(t: Booted, off_ms = 0): Promise<{ t: Booted; buried: () => Promise<void> }> {
  const data = asItIs(t.folder)
  const config = { ...t.app.config }
  const now = t.clock.now() + off_ms
  cutOff(t)
  const again = await boot({ config, data, now, known: t.people })
  return { t: again, buried: () => t.stop() }
}

/** Numbers between 0 and 1, always the same ones. */
export function seeded(seed: number) {
  let state = seed * 2_654_435_761 + 1
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9) >>> 0
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32
  }
}

/** One at a time; whoever comes meanwhile waits for the same one. */
export function single(work: () => Promise<void>) {
  let running: Promise<void> | undefined
  return {
    run: () =>
      (running ??= work().finally(() => {
        running = undefined
      })),
    over: async () => running,
  }
}
