import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const alive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** A process with this id that started at another time is not the one that took the lock (containers reuse ids). */
const startedAt = (pid: number) => {
  try {
    // Field 22 of /proc/<pid>/stat, after the command in parentheses: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19] ?? ''
  } catch {
    return ''
  }
}

/** The live process that works in this data folder, if any. */
export function holderOf(data: string): number | undefined {
  const file = join(data, 'xinex.pid')
  if (!existsSync(file)) return undefined
  const [first = '', started = ''] = readFileSync(file, 'utf8').split(' ')
  const pid = Number(first)
  return pid !== process.pid && pid > 0 && alive(pid) && startedAt(pid) === started ? pid : undefined
}

/** One server for each data folder: two would page everybody twice. Survives kill -9. Answers the function that lets go. */
export function takeLock(data: string): () => void {
  const file = join(data, 'xinex.pid')
  const mine = `${process.pid} ${startedAt(process.pid)}`
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(file, mine, { flag: 'wx', mode: 0o600 })
      return () => rmSync(file, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = holderOf(data)
    if (holder !== undefined) throw new Error(`The data folder ${data} is in use by another Xinex (process ${holder})`)
    rmSync(file, { force: true })
  }
  throw new Error(`The data folder ${data} is in use`)
}
