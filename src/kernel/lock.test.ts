import { expect, test } from 'bun:test'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { holderOf, takeLock } from '#kernel/lock'

const folder = () => mkdtempSync(join(tmpdir(), 'xinex-lock-'))

test('a folder in which another process works cannot be taken, and says by whom', async () => {
  const data = folder()
  const other = Bun.spawn(
    [
      process.execPath,
      '-e',
      `
    const { takeLock } = await import('${join(process.cwd(), 'src/kernel/lock.ts')}')
    takeLock('${data}')
    console.log('taken')
    setInterval(() => {}, 1000)`,
    ],
    { stdout: 'pipe' },
  )
  await other.stdout.getReader().read()
  expect(holderOf(data)).toBe(other.pid)
  expect(() => takeLock(data)).toThrow(`process ${other.pid}`)
  other.kill('SIGKILL')
  await other.exited
  expect(holderOf(data)).toBeUndefined()
  takeLock(data)()
})

test('the lock of a process that is gone, or whose number another one has now, is no lock', () => {
  const data = folder()
  for (const left of ['999999999 1', '1 0', 'nonsense', '']) {
    writeFileSync(join(data, 'xinex.pid'), left)
    takeLock(data)()
  }
  expect(holderOf(data)).toBeUndefined()
})
