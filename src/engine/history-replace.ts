import { renameSync } from 'node:fs'
import { openStore, type Store } from '#engine/history-store'
import type { Log } from '#kernel/log'

/** A file that is no database any more is set aside under another name, so that a new one can begin. */
export function openOrReplace(file: string, durable: boolean, log: Log, stamp: number): Store {
  try {
    return openStore(file, durable)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code !== 'SQLITE_NOTADB' && code !== 'SQLITE_CORRUPT') throw error
    const aside = `${file}.damaged-${stamp}`
    for (const end of ['', '-wal', '-shm']) {
      try {
        renameSync(`${file}${end}`, `${aside}${end}`)
      } catch {}
    }
    log.error('The history is damaged; it was set aside and a new one begun', { error, aside })
    return openStore(file, durable)
  }
}
